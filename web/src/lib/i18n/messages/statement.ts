export default {
  en: {
    title: 'statement',
  },
  fr: {
    title: 'statement',
  },
};
