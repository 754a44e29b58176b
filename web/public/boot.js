// Runs before the first paint: the reader's language and theme, so that nothing flashes.
(function () {
  try {
    var theme = localStorage.getItem('didymium.theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
    var language = localStorage.getItem('didymium.language');
    if (!language) language = (navigator.language || '').slice(0, 2) === 'fr' ? 'fr' : 'en';
    document.documentElement.lang = language;
  } catch (error) {
    // Storage is refused: the defaults stand.
  }
})();
