/** axe-core finds no serious and no critical violation, on any page, in either colours. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { violations } from './axe.mjs';
import { api, everyPage, open, stop, WITHIN_A_FAMILY } from './browser.mjs';

after(stop);

for (const [name, path] of [...(await everyPage()), ...WITHIN_A_FAMILY.map((address) => [address, address])]) {
  for (const look of [{ theme: 'light' }, { theme: 'dark', width: 390, language: 'fr' }]) {
    test(`${name}, ${look.theme}`, async () => {
      const { page, close } = await open(path, look);
      assert.deepEqual(await violations(page), []);
      await close();
    });
  }
}

test('a chart as a table, with its list of sources open', async () => {
  const { page, close } = await open('/mineral/rare_earths');
  const chart = page.locator('figure.chart').first();
  await chart.locator('[data-table-toggle]').click();
  await chart.locator('figcaption button[aria-expanded]').click();
  assert.deepEqual(await violations(page), []);
  await close();
});

test('the drawer of a count, and of a figure of which sources disagree', async () => {
  const { stages } = await api('overview?commodity=rare_earths');
  const mine = stages.find((line) => line.stage === 'mine');
  const apart = mine.top.find((country) => Number(country.value.spread ?? 0) > 0.05);
  for (const figure of [mine.sites.total, apart.value]) {
    const { page, close } = await open(`/?figure=${encodeURIComponent(figure.figure)}`);
    await page.waitForSelector('dialog ol[data-verdict=passed]');
    assert.deepEqual(await violations(page), []);
    await close();
  }
});

test('the drawer', async () => {
  const overview = await api('overview?commodity=rare_earths');
  const world = overview.stages.find((line) => line.world).world;
  for (const theme of ['light', 'dark']) {
    const { page, close } = await open(`/?figure=${encodeURIComponent(world.figure)}`, { theme });
    await page.waitForSelector('dialog ol[data-verdict=passed]');
    assert.deepEqual(await violations(page), [], theme);
    await close();
  }
});
