export default {
  en: {
    title: 'country',
  },
  fr: {
    title: 'country',
  },
};
