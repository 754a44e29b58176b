export default {
  en: {
    title: 'chart',
  },
  fr: {
    title: 'chart',
  },
};
