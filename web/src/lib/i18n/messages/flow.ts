export default {
  en: {
    title: 'flow',
  },
  fr: {
    title: 'flow',
  },
};
