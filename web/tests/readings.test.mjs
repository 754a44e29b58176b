/** What is drawn and said is what the figures say: gaps are named, headlines name their mineral, the map opens. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open, results, stop } from './browser.mjs';

after(stop);

test('a year without a figure of a leading country is named, and drawn as a gap', async () => {
  const { page, faults, close } = await open('/mineral/germanium');
  const text = await page.innerText('main');
  assert.match(text, /No figure for China in 1997; sums and shares of that year leave it out\./);
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
