/** The charts: their figures are the API's, they open provenance by click and by key, and they can be taken away. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { api, open, saved, settled, stop } from './browser.mjs';

after(stop);

const query = (key) => new URLSearchParams(Object.entries(key).filter(([, value]) => value !== '')).toString();
const drawer = (page) => page.waitForSelector('dialog[open] .value');
const opened = (page) => new URL(page.url()).searchParams.get('figure');
const mineKey = async () => (await api('overview?commodity=rare_earths')).stages.find((line) => line.stage === 'mine').series;

test('map: as many marks and list entries as the API has sites with a place; filters go to the address', async () => {
  const all = await api('sites?commodity=rare_earths&limit=500');
  const placed = all.items.filter((site) => site.point).length;
  const { page, faults, close } = await open('/map');
  await page.waitForSelector('[data-site]');
  assert.equal(await page.locator('[data-site]').count(), placed);
  assert.equal(await page.locator('section.list li a').count(), all.total);
  await page.getByRole('radio', { name: 'Magnet making' }).check();
  await page.waitForURL(/stage=magnet/);
  const magnets = await api('sites?commodity=rare_earths&stage=magnet&limit=500');
  await page.waitForFunction((n) => document.querySelectorAll('section.list li a').length === n, magnets.total);
  assert.deepEqual(faults, []);
  await close();
});

test('map: every shape of a country with a share is shaded, and its card gives the API’s figures', async () => {
  const shares = await api('map?commodity=rare_earths&stage=mine');
  const china = shares.shares.find((one) => one.area === 'CHN');
  const { page, faults, close } = await open('/map?stage=mine');
  await page.waitForSelector('path.land.known');
  const box = await page.locator('path.land[fill="var(--shade-6)"]').first().boundingBox();
  // The west of China has no sites.
  await page.mouse.click(box.x + box.width * 0.25, box.y + box.height * 0.5);
  const card = page.locator('.card.country');
  assert.match(await card.innerText(), /China/);
  await card.locator(`[data-figure="${china.share.figure}"]`).click();
  await drawer(page);
  assert.equal(opened(page), china.share.figure);
  assert.deepEqual(faults, []);
  await close();
});

test('map: zoom by button and key narrows the list, nought shows the whole world again, a mark leads to its site', async () => {
  const { page, faults, close } = await open('/map?stage=mine');
  await page.waitForSelector('[data-site]');
  const entries = () => page.locator('section.list li a').count();
  const whole = await entries();
  await page.getByRole('button', { name: 'Zoom in' }).click();
  await page.locator('.map').focus();
  for (const key of ['+', '+', '+', 'ArrowRight']) await page.keyboard.press(key);
  assert.ok((await entries()) < whole);
  await page.keyboard.press('0');
  await page.waitForFunction((n) => document.querySelectorAll('section.list li a').length === n, whole);
  const { items } = await api('sites?commodity=rare_earths&stage=mine&country=CHN&limit=500');
  const mine = items.find((site) => site.point && site.name.startsWith('Bayan Obo'));
  await page.locator(`[data-site="${mine.site}"]`).click();
  await page.waitForURL((url) => url.pathname === `/site/${mine.site}`);
  assert.deepEqual(faults, []);
  await close();
});

test('flow: the slider moves through the years, a column of another year says so, Enter opens a figure', async () => {
  const latest = await api('flows?commodity=rare_earths');
  const { page, faults, close } = await open('/flow');
  await page.waitForSelector('g.part');
  const slider = page.locator('input[type=range]');
  assert.equal(Number(await slider.getAttribute('max')), latest.periods.length - 1);
  await slider.focus();
  await page.keyboard.press('ArrowLeft');
  const before = latest.periods[latest.periods.indexOf(latest.period) - 1];
  await page.waitForURL(new RegExp(`period=${before}`));
  await page.waitForFunction((year) => document.querySelector('output')?.textContent?.trim() === year, before);
  const shown = await api(`flows?commodity=rare_earths&period=${before}`);
  for (const column of shown.columns.filter((entry) => entry.stand_in)) assert.match(await page.locator('figcaption').innerText(), new RegExp(column.period));
  const china = page.locator('g.part[data-area=CHN]').first();
  await china.focus();
  assert.ok((await page.locator('path.ribbon.on').count()) > 0, 'nothing is highlighted');
  await page.keyboard.press('Enter');
  await drawer(page);
  const link = shown.links.find((entry) => entry.source === shown.nodes.find((node) => node.area === 'CHN' && node.column === 0).id);
  assert.equal(opened(page), link.value.figure);
  assert.deepEqual(faults, []);
  await close();
});

test('mineral: the table behind the chart holds the series of the API, and a figure in it opens', async () => {
  const key = await mineKey();
  const series = await api(`series?${query(key)}`);
  const { page, faults, close } = await open('/mineral/rare_earths');
  const chart = page.locator('figure.chart').first();
  await chart.locator('[data-table-toggle]').click();
  assert.equal(await chart.locator('tbody tr').count(), series.periods.length);
  const index = series.periods.length - 1;
  const china = series.areas.find((line) => line.area === 'CHN').figures[index];
  await chart.locator(`tbody tr:first-child [data-figure="${china.figure}"]`).click();
  await drawer(page);
  assert.deepEqual(faults, []);
  await close();
});

test('mineral: arrow keys move through the chart, Enter opens the figure, and no style element was left', async () => {
  const series = await api(`series?${query(await mineKey())}`);
  const { page, faults, close } = await open('/mineral/rare_earths');
  const plot = page.locator('[role=application]').first();
  await plot.focus();
  for (const press of ['ArrowRight', 'End']) await page.keyboard.press(press);
  const said = await plot.locator('[aria-live]').innerText();
  assert.match(said, new RegExp(series.periods.at(-1)));
  await page.keyboard.press('Enter');
  await drawer(page);
  const figures = series.areas.flatMap((line) => line.figures).concat(series.world).filter(Boolean);
  assert.ok(figures.some((figure) => figure.figure === opened(page)));
  assert.equal(await page.locator('svg style').count(), 0);
  assert.deepEqual(faults, []);
  await close();
});

test('every chart of the mineral’s page gives its data and its pictures', async () => {
  const { page, faults, close } = await open('/mineral/rare_earths', { theme: 'dark' });
  const charts = page.locator('figure.chart');
  assert.ok((await charts.count()) >= 7);
  for (let index = 0; index < (await charts.count()); index += 1) {
    const chart = charts.nth(index);
    const title = await chart.locator('h2, h3').first().innerText();
    assert.ok((await chart.locator('figcaption p').first().innerText()).length > 20, title);
    const csv = await saved(page, chart, 'csv');
    assert.match(csv.name, /\.csv$/);
    assert.ok(csv.bytes.toString('utf8').split('\r\n').length > 3, title);
    const svg = (await saved(page, chart, 'svg')).bytes.toString('utf8');
    assert.match(svg, /^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    assert.doesNotMatch(svg, /var\(--|class=|<style|style=|https?:\/\/(?!www\.w3\.org)/, title);
    const png = (await saved(page, chart, 'png')).bytes;
    assert.equal(png.subarray(0, 8).toString('latin1'), '\x89PNG\r\n\x1a\n', title);
    assert.ok(png.length > 5000, `${title}: ${png.length} bytes`);
  }
  assert.deepEqual(faults, []);
  await close();
});

test('the CSV of the production chart is the API’s, to the digit', async () => {
  const series = await api(`series?${query(await mineKey())}`);
  const { page, close } = await open('/mineral/rare_earths');
  const { bytes } = await saved(page, page.locator('figure.chart').first(), 'csv');
  const rows = bytes.toString('utf8').replace(/^\uFEFF/, '').trim().split('\r\n');
  const index = series.periods.length - 1;
  const expected = [series.periods[index], series.world[index]?.value ?? '', ...series.areas.map((line) => line.figures[index]?.value ?? '')];
  // Unit, source and basis stand behind the figures.
  assert.deepEqual(rows[1].split(',').slice(0, expected.length), expected);
  assert.equal(rows.length, series.periods.length + 1);
  await close();
});

test('mineral: sources that disagree are marked, and every source’s figure opens', async () => {
  const balance = await api(`balance?${query(await mineKey())}`);
  const { page, faults, close } = await open('/mineral/rare_earths');
  const marked = balance.rows.filter((row) => Number(row.chosen?.spread ?? 0) > 0.05).length;
  assert.equal(await page.locator('tr.disagree').count(), marked);
  const row = balance.rows.find((entry) => entry.by_source.filter(Boolean).length > 1);
  if (row) {
    await page.locator(`[data-figure="${row.by_source.filter(Boolean)[1].figure}"]`).first().click();
    await drawer(page);
  }
  assert.deepEqual(faults, []);
  await close();
});

test('every family has a mineral page and a flow, or says that nothing is published', async () => {
  const { commodities } = await api('vocabulary');
  for (const { key } of commodities.filter((term) => term.kind === 'family')) {
    for (const path of [`/mineral/${key}`, `/flow?commodity=${key}`, `/map?commodity=${key}`]) {
      const { page, faults, close } = await open(path);
      assert.deepEqual(faults, [], path);
      assert.equal(await page.locator('main [role=alert]').count(), 0, path);
      assert.ok((await page.locator('main').innerText()).length > 150, path);
      await close();
    }
  }
});

test('country and site pages lead to each other and to the statement', async () => {
  const { page, faults, close } = await open('/country/CHN');
  const china = await api('countries/CHN');
  const first = china.positions[0];
  await page.locator('figure.chart g[role=button]').first().focus();
  await page.keyboard.press('Enter');
  await drawer(page);
  assert.equal(opened(page), first.share.figure);
  await page.keyboard.press('Escape');
  await page.locator('a[href^="/site/"]').first().click();
  await page.waitForURL(/\/site\//);
  await settled(page);
  assert.match(await page.locator('a[href^="/statement/"]').first().getAttribute('href'), /^\/statement\/[0-9a-f]{64}$/);
  await page.locator('main a[href^="/country/CHN"]').first().click();
  await page.waitForURL(/\/country\/CHN/);
  assert.deepEqual(faults, []);
  await close();
});
