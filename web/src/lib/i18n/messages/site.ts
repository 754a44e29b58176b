export default {
  en: {
    title: 'site',
  },
  fr: {
    title: 'site',
  },
};
