/** Every page, wide and narrow, light and dark, in both languages: no fault, nothing sticks out, nothing untranslated. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { api, everyPage, open, overflow, results, stop } from './browser.mjs';

after(stop);

const LOOKS = [
  { width: 1440, theme: 'light', language: 'en' },
  { width: 1440, theme: 'dark', language: 'fr' },
  { width: 390, theme: 'light', language: 'fr' },
  { width: 390, theme: 'dark', language: 'en' },
];

for (const [name, path] of await everyPage()) {
  for (const look of LOOKS) {
    test(`${name}, ${look.width} wide, ${look.theme}, ${look.language}`, async () => {
      const { page, faults, close } = await open(path, look);
      try {
        await page.screenshot({ path: `${results}${name}-${look.width}-${look.theme}-${look.language}.png`, fullPage: true });
        assert.deepEqual(faults, []);
        assert.deepEqual(await overflow(page), []);
        assert.equal(await page.getAttribute('html', 'lang'), look.language);
        assert.equal(await page.locator('main h1').count(), 1);
        assert.match(await page.title(), /Didymium/);
        assert.equal(await page.locator('main [role=alert]').count(), 0);
        // A key of the catalogue that has no text would be shown as it stands.
        assert.doesNotMatch(await page.innerText('body'), /\b(shell|overview|provenance|statement|chart|map|flow|mineral|site|country|audit|governance|balance|contradiction|indicator|vintages)\.[a-z]+_?[a-z]*\b(?!\.)/);
      } finally {
        await close();
      }
    });
  }
}

test('every family of the vocabulary has an overview', async () => {
  const { commodities } = await api('vocabulary');
  for (const { key } of commodities.filter((term) => term.kind === 'family')) {
    const { page, faults, close } = await open(`/?commodity=${key}`);
    assert.deepEqual(faults, [], key);
    const { stages } = await api(`overview?commodity=${key}`);
    assert.equal(await page.locator('main ol.rows > li').count(), stages.length, key);
    await close();
  }
});

test('the language and the colours can be chosen, and are remembered', async () => {
  const { page, faults, close } = await open('/');
  await page.click('button[lang=fr]');
  assert.equal(await page.getAttribute('html', 'lang'), 'fr');
  assert.match(await page.innerText('nav'), /Carte/);
  const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const before = await paper();
  await page.click('button.theme');
  assert.notEqual(await paper(), before);
  const chosen = await paper();
  await page.reload();
  await page.waitForSelector('main h1');
  assert.equal(await page.getAttribute('html', 'lang'), 'fr');
  assert.equal(await paper(), chosen);
  assert.deepEqual(faults, []);
  await close();
});

test('the chosen mineral stays in the address from page to page', async () => {
  const { page, close } = await open('/?commodity=lithium');
  await page.click('nav a[href^="/map"]');
  await page.waitForURL(/\/map\?commodity=lithium/);
  await page.selectOption('header select', 'cobalt');
  await page.waitForURL(/\/map\?commodity=cobalt/);
  await page.click('nav a[href^="/mineral"]');
  await page.waitForURL(/\/mineral\/cobalt/);
  await page.goBack();
  await page.waitForURL(/\/map\?commodity=cobalt/);
  await close();
});

test('an address that is nothing says so, and so does a statement that is not there', async () => {
  const nowhere = await open('/nowhere', { missing: true });
  assert.match(await nowhere.page.innerText('main'), /No such page/);
  assert.deepEqual(nowhere.faults, []);
  await nowhere.close();
  const context = await open('/about');
  await context.page.goto(`${new URL(context.page.url()).origin}/statement/${'0'.repeat(64)}`);
  await context.page.waitForSelector('main [role=alert]');
  assert.match(await context.page.innerText('main [role=alert]'), /nothing at this address/);
  await context.close();
});
