export default {
  en: {
    title: 'provenance',
  },
  fr: {
    title: 'provenance',
  },
};
