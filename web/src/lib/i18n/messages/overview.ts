export default {
  en: {
    title: 'overview',
  },
  fr: {
    title: 'overview',
  },
};
