/** What opens from a number: the sites behind a count, the reckoning of a disagreement, and what "others" are. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { api, open, saved, stop } from './browser.mjs';

after(stop);

const query = (key) => new URLSearchParams(Object.entries(key).filter(([, value]) => value !== '')).toString();
const opened = (page) => new URL(page.url()).searchParams.get('figure');
const provenance = (figure) => api(`provenance?figure=${encodeURIComponent(figure)}`);

test('a count of sites opens the sites it counted, each with its source and its statement, which is checked', async () => {
  const { stages } = await api('overview?commodity=rare_earths');
  const { total } = stages.find((one) => one.stage === 'mine').sites;
  const trace = await provenance(total.figure);
  assert.equal(trace.quantity, 'count');
  const { page, faults, close } = await open('/');
  await page.locator(`#stage-mine [data-figure="${total.figure}"]`).click();
  await page.waitForSelector('dialog[open] .value');
  assert.equal(await page.innerText('dialog .value'), total.value);
  assert.match(await page.innerText('dialog .subject'), /Rare earths · Mining/);
  const rows = page.locator('dialog tbody tr');
  await page.locator('dialog button', { hasText: 'Show all' }).first().click();
  assert.equal(await rows.count(), trace.sites.length);
  const first = trace.sites[0];
  assert.match(await rows.first().innerText(), new RegExp(`${first.name}[\\s\\S]*${first.source.title.slice(0, 20)}`));
  await page.waitForSelector('dialog ol[data-verdict=passed]');
  await rows.first().locator('a').click();
  await page.waitForURL((url) => url.pathname === `/site/${first.site}`);
  assert.deepEqual(faults, []);
  await close();
});

test('the countries’ counts of sites open too', async () => {
  const { items } = await api('countries?limit=500');
  const canada = items.find((row) => row.area === 'CAN');
  const { page, faults, close } = await open('/countries');
  await page.locator(`[data-figure="${canada.sites.figure}"]`).click();
  await page.waitForSelector('dialog[open] .value');
  assert.equal(await page.innerText('dialog .value'), canada.sites.value);
  assert.match(await page.innerText('dialog .subject'), /Canada/);
  assert.deepEqual(faults, []);
  await close();
});

test('a percentage of disagreement opens its figure, where the drawer says how it is computed', async () => {
  const key = (await api('overview?commodity=rare_earths')).stages.find((one) => one.stage === 'mine').series;
  const balance = await api(`balance?${query(key)}`);
  const row = balance.rows.find((one) => Number(one.chosen?.spread ?? 0) > 0.1);
  const values = row.by_source.filter(Boolean).map((figure) => Number(figure.value));
  // The sentence must be true: the largest less the smallest, as a part of the largest.
  assert.equal(((Math.max(...values) - Math.min(...values)) / Math.max(...values)).toFixed(3), Number(row.chosen.spread).toFixed(3));
  const { page, faults, close } = await open('/mineral/rare_earths');
  await page.locator(`[data-spread="${row.chosen.figure}"]`).click();
  await page.waitForSelector('dialog[open] .value');
  assert.equal(opened(page), row.chosen.figure);
  const rule = await page.innerText('dialog [data-spread-rule]');
  assert.match(rule, new RegExp(`${(Number(row.chosen.spread) * 100).toFixed(1).replace(/\.0$/, '')}%.*${row.chosen.sources} figures.*divided by the largest`));
  assert.deepEqual(faults, []);
  await close();
});

test('flow: the others together have a figure of their own, which opens', async () => {
  const flows = await api('flows?commodity=rare_earths');
  const node = flows.nodes.find((one) => one.area === 'OTH' && flows.columns[one.column].kind === 'stage');
  const link = flows.links.find((one) => one.target === node?.id) ?? flows.links.find((one) => one.target.endsWith('OTH'));
  assert.ok(link.value.value !== null);
  const { page, faults, close } = await open(`/?figure=${encodeURIComponent(link.value.figure)}`);
  await page.waitForSelector('dialog[open] .value');
  assert.match(await page.innerText('dialog .subject'), /All countries but /);
  assert.ok((await page.locator('dialog tbody tr').count()) > 0);
  assert.deepEqual(faults, []);
  await close();
});

test('flow: what was drawn together is listed, flow by flow, and each opens', async () => {
  const { page, faults, close } = await open('/flow');
  const group = page.locator('g.part').filter({ hasText: /^\d+ others/ }).first();
  await group.focus();
  await page.keyboard.press('Enter');
  const card = page.locator('section.card');
  await card.waitFor();
  assert.ok((await card.locator('[data-figure]').count()) > 1);
  await card.locator('[data-figure]').first().click();
  await page.waitForSelector('dialog[open] .value');
  assert.deepEqual(faults, []);
  await close();
});

test('flow on a phone: ranked lists that open, and nothing to scroll sideways', async () => {
  const flows = await api('flows?commodity=rare_earths');
  const { page, faults, close } = await open('/flow', { width: 390 });
  const drawing = page.locator('.drawing');
  assert.ok(await drawing.evaluate((element) => element.scrollWidth <= element.clientWidth));
  const stages = flows.columns.filter((column) => column.kind === 'stage' || column.kind === 'exporter').length;
  assert.equal(await drawing.locator('svg[data-chart]').count(), stages + flows.columns.filter((column) => column.kind === 'importer').length);
  const row = drawing.locator('g[role=button]').first();
  const figure = await row.getAttribute('data-figure');
  assert.ok(flows.links.some((link) => link.value.figure === figure));
  await row.focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('dialog[open] .value');
  assert.equal(opened(page), figure);
  assert.deepEqual(faults, []);
  await close();
});

test('notices are told in the reader’s language', async () => {
  const { items } = await api('notices?commodity=rare_earths&limit=1');
  const { page, close } = await open('/', { language: 'fr' });
  const head = page.locator('section.notices h3').first();
  assert.equal(await head.innerText(), items[0].title.fr || items[0].title.en);
  assert.equal(await head.getAttribute('lang'), items[0].title.fr ? 'fr' : 'en');
  await close();
});

test('an export that fails says so, at once and beside its button', async () => {
  const { page, close } = await open('/mineral/rare_earths', {
    prepare: (fresh) =>
      fresh.addInitScript(() => {
        HTMLCanvasElement.prototype.toBlob = function (done) {
          done(null);
        };
      }),
  });
  const chart = page.locator('figure.chart').first();
  await assert.rejects(saved(page, chart, 'png'), /the page says: The file could not be made/);
  await close();
});
