/** Nothing moves on a page once it is drawn: what moves is not what the reader meant to press. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { everyPage, open, settled, stop, WITHIN_A_FAMILY } from './browser.mjs';

after(stop);

/** Cumulative layout shift that no reader sees; a page that has settled in one piece has none at all. */
const UNSEEN = 0.01;
/** Milliseconds by which answers of the node come late, one after the other. */
const LATE = [0, 120, 260, 60, 400, 180];

async function watch(page) {
  await page.addInitScript(() => {
    window.shifts = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const moved = entry.sources.map(({ node, previousRect, currentRect }) => {
          const element = node?.nodeType === 1 ? node : node?.parentElement;
          return `${element?.tagName ?? '?'}.${element?.getAttribute('class') ?? ''} ${Math.round(previousRect.y)}→${Math.round(currentRect.y)}`;
        });
        window.shifts.push({ value: entry.value, moved });
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

/** Answers in another order and at other times than a node on the same machine gives them. */
async function delay(page) {
  let count = 0;
  await page.route('**/api/**', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, LATE[count++ % LATE.length]));
    await route.continue().catch(() => {});
  });
}

async function shifts(page) {
  // What is late by a frame or a timer would come now.
  await page.waitForTimeout(400);
  return page.evaluate(() => window.shifts);
}

const pages = [...(await everyPage()), ...WITHIN_A_FAMILY.map((path) => [path, path])];

for (const [name, path] of pages) {
  for (const width of [1440, 390]) {
    test(`${name}, ${width} wide`, async () => {
      const { page, close } = await open(path, {
        width,
        prepare: async (fresh) => {
          await watch(fresh);
          await delay(fresh);
        },
      });
      const seen = await shifts(page);
      const sum = seen.reduce((total, shift) => total + shift.value, 0);
      assert.ok(sum < UNSEEN, `${sum.toFixed(4)}: ${JSON.stringify(seen.map((shift) => shift.moved))}`);
      await close();
    });
  }
}

test('the measure sees a page that moves', async () => {
  const { page, close } = await open('/about', { prepare: watch });
  await page.evaluate(() => {
    const late = document.createElement('div');
    late.textContent = 'late';
    document.querySelector('main').prepend(late);
    for (let line = 0; line < 8; line += 1) late.append(document.createElement('br'));
  });
  assert.ok((await shifts(page)).reduce((total, shift) => total + shift.value, 0) > UNSEEN);
  await close();
});

test('the buttons of a chart stay where they are when it becomes a table and when its sources open', async () => {
  const { page, close } = await open('/mineral/rare_earths');
  const chart = page.locator('figure.chart').first();
  const places = () => chart.locator('[data-table-toggle], [data-export=csv]').evaluateAll((all) => all.map((one) => Math.round(one.getBoundingClientRect().top + window.scrollY)));
  const before = await places();
  await chart.locator('figcaption button[aria-expanded]').click();
  assert.deepEqual(await places(), before);
  await chart.locator('[data-table-toggle]').click();
  await settled(page);
  assert.deepEqual(await places(), before);
  await close();
});
