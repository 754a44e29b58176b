/** A small country without a figure ends its own layer, and does not blank the chart; a large one leaves a gap to be seen. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open, stop } from './browser.mjs';

after(stop);

const chart = (page) => page.locator('figure.chart').first();
/** The widest of the drawn areas, in parts of the panel. */
const widest = (page) =>
  chart(page).evaluate((figure) => {
    const panel = figure.querySelector('svg[data-chart], svg').getBoundingClientRect().width;
    return Math.max(...[...figure.querySelectorAll('g[aria-label=area] path')].map((path) => path.getBoundingClientRect().width)) / panel;
  });

for (const width of [1440, 390]) {
  test(`gallium: China’s area runs to the last year (${width})`, async () => {
    const { page, faults, close } = await open('/mineral/gallium', { width });
    assert.ok((await widest(page)) > 0.7, `the widest area takes ${await widest(page)} of the panel`);
    assert.equal(await chart(page).locator('svg text', { hasText: 'no figure' }).count(), 0);
    assert.match(await chart(page).locator('figcaption').innerText(), /No figure for Kazakhstan[\s\S]*No figure for South Korea/);
    assert.deepEqual(faults, []);
    await close();
  });
}
