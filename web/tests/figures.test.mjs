/** What the overview shows is what the API says. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { api, open, stop } from './browser.mjs';

after(stop);

/** The number that a reader sees, back as a number: thousands separators of both languages taken out. */
function read(text, language) {
  const bare = text.replace(/[\s\u00a0\u202f≈≥]/g, '');
  const number = language === 'fr' ? bare.replace(',', '.') : bare.replaceAll(',', '');
  const match = /^-?\d+(\.\d+)?/.exec(number);
  assert.ok(match, `no number in “${text}”`);
  const scale = /(bn|Md)/.test(text) ? 1e9 : /(million|M(?=USD|\s|\u00a0))/.test(text) ? 1e6 : 1;
  return Number(match[0]) * scale;
}

for (const language of ['en', 'fr']) {
  test(`every figure of the overview equals the API’s (${language})`, async () => {
    const overview = await api('overview?commodity=rare_earths');
    const expected = new Map();
    for (const line of overview.stages) {
      const shares = [...line.top, ...(line.club ? [line.club] : [])];
      for (const figure of [line.world, line.hhi, line.n_minus_1, line.change, line.sites.total, line.sites.operating, ...shares.flatMap((share) => [share.value, share.share])]) {
        if (figure?.value != null) expected.set(figure.figure, figure);
      }
    }
    const { page, close } = await open('/', { language });
    const shown = await page.$$eval('main [data-figure]', (all) => all.map((element) => [element.dataset.figure, element.innerText]));
    assert.ok(shown.length >= 10, `only ${shown.length} figures on the page`);
    for (const [figure, text] of shown) {
      const wanted = expected.get(figure);
      assert.ok(wanted, `the page shows a figure that the API did not send: ${text}`);
      const value = Number(wanted.value);
      const precision = wanted.unit === 'percent' ? 0.0501 : Math.max(Math.abs(value) * 0.005, 0.51);
      assert.ok(Math.abs(read(text, language) - value) <= precision, `${text} is shown for ${wanted.value} ${wanted.unit}`);
    }
    await close();
  });
}

test('world mine production of rare earths in 2023 is the published 376,000 t', async () => {
  const balance = await api('balance?measure=production&commodity=rare_earths&stage=mine&form=ore&substance=REO&period=2023');
  const published = [balance.world, ...balance.rows.flatMap((row) => row.by_source)].filter(Boolean);
  assert.ok(published.length > 0);
  assert.equal(Number(balance.world.value), 376_000);
  const { page, faults, close } = await open(`/?figure=${encodeURIComponent(balance.world.figure)}`);
  await page.waitForSelector('dialog[open] .value');
  assert.match(await page.innerText('dialog .value'), /^376,000/);
  assert.deepEqual(faults, []);
  await close();
});
