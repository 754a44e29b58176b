/** What is drawn and said is what the figures say: gaps are named, headlines name their mineral, the map opens. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open, results, stop } from './browser.mjs';

after(stop);

test('a year without a figure of a leading country is named, and drawn as a gap', async () => {
  const { page, faults, close } = await open('/mineral/germanium');
  const text = await page.innerText('main');
  assert.match(text, /For 1997 the source leaves out China, which leads, and gives no world total: there is no total and no share\./);
  assert.ok((await page.locator('main svg text', { hasText: 'no figure: ' }).count()) > 0);
  assert.deepEqual(faults, []);
  await page.screenshot({ path: `${results}gaps.png`, fullPage: true });
  await close();
});

test('a headline names what its figures are of', async () => {
  const first = await open('/?commodity=rare_earths');
  assert.match(await first.page.innerText('h1'), /magnet rare earths \(Nd, Pr, Dy, Tb\)|^(?!Separation)/i);
  await first.close();
  const second = await open('/?commodity=graphite_synthetic');
  assert.match(await second.page.innerText('h1'), /graphite \(natural and synthetic\)/);
  await second.close();
});

test('the map’s labels and counts open', async () => {
  const { page, faults, close } = await open('/map?commodity=rare_earths');
  await page.waitForSelector('button[data-label=CHN]');
  await page.click('button[data-label=CHN]');
  await page.waitForSelector('.card.country [data-figure]');
  const count = page.locator('section.list h2 [data-figure]');
  const shown = await count.innerText();
  await count.click();
  await page.waitForSelector('dialog .value');
  assert.equal((await page.innerText('dialog .value')).trim(), shown.trim());
  assert.deepEqual(faults, []);
  await page.keyboard.press('Escape');
  await page.screenshot({ path: `${results}map-labels.png` });
  await close();
});

test('the flow says which columns are of other years, and no sentence twice', async () => {
  const { page, close } = await open('/flow?commodity=rare_earths&period=2010');
  const text = await page.innerText('main');
  assert.match(text, /columns marked in orange show other years/);
  const sentences = (await page.locator('main figcaption > p:first-child').allInnerTexts()).join(' ').split(/(?<=\.)\s/).filter((one) => one.length > 40);
  assert.equal(new Set(sentences).size, sentences.length);
  await close();
});

test('two figures of one source for one cell both stand in its column, and are listed with who says them', async () => {
  const contradict = async (route) => {
    const response = await route.fetch();
    const balance = await response.json();
    if (balance.key.measure === 'production') {
      const [row] = balance.rows;
      const other = { ...row.by_source[0], value: '250000', figure: `${row.by_source[0].figure.slice(0, -1)}x`, basis: 'reported' };
      const figures = [{ figure: row.by_source[0], members: ['USA'] }, { figure: other, members: ['JPN'] }];
      balance.contradictions = [{ area: row.area, partner: '', source: balance.sources[0].source, figures }];
    }
    await route.fulfill({ json: balance });
  };
  const { page, close } = await open('/mineral/rare_earths', { prepare: (fresh) => fresh.route('**/api/v1/balance?*', contradict) });
  const cell = page.locator('td.other', { hasText: '250,000' });
  assert.equal(await cell.locator('[data-figure]').count(), 2);
  const list = page.locator('[data-contradictions] li');
  assert.match(await list.innerText(), /said by United States[\s\S]*250,000[\s\S]*said by Japan/);
  await close();
});

test('money stands in a column whole, so that billions are not read as millions', async () => {
  const { page, close } = await open('/mineral/rare_earths?stage=magnet');
  const first = page.locator('main section').last().locator('tbody tr:not(.total):not(.club)').first();
  assert.match(await first.innerText(), /\d,\d{3},\d{3},\d{3}/);
  await close();
});

test('a French page tells in French how figures came here, and marks as English what stays so', async () => {
  const { page, close } = await open('/', { language: 'fr' });
  const line = page.locator('main .sources p').first();
  assert.match(await line.innerText(), /chiffres repris par l’intermédiaire de/);
  assert.match(await line.locator('[lang=en]').first().innerText(), /U\.S\. Geological Survey/);
  await close();
});

test('owners’ shares are numbers, and open', async () => {
  const { page, close } = await open('/site/ni-ambatovy');
  assert.match(await page.locator('dd [data-figure^="owner|"]').first().innerText(), /^54\.2%$/);
  await close();
});
