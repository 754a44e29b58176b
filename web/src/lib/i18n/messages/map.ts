export default {
  en: {
    title: 'map',
  },
  fr: {
    title: 'map',
  },
};
