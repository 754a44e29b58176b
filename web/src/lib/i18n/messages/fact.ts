/** What a single fact of a site is about, as its source line says it; the English texts are the patterns, see `source.ts`. */
export default {
  en: {
    production: 'the country’s production',
    capacity: 'the capacity',
    planned: 'the planned capacity',
    restart: 'the planned restart',
    company_capacity: 'the company’s capacity',
    company_quota: 'the company’s quota',
    nameplate: 'the nameplate capacity',
    plant: 'the plant',
  },
  fr: {
    production: 'la production du pays',
    capacity: 'la capacité',
    planned: 'la capacité prévue',
    restart: 'la reprise prévue',
    company_capacity: 'la capacité de l’entreprise',
    company_quota: 'le quota de l’entreprise',
    nameplate: 'la capacité nominale',
    plant: 'l’usine',
  },
};
