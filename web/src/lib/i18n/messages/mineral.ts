export default {
  en: {
    title: 'mineral',
  },
  fr: {
    title: 'mineral',
  },
};
