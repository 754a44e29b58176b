/** Views as files: from every page that shows one, all of it, by links that say what they save. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { api, open, stop } from './browser.mjs';

after(stop);

/** Follows a link to a file: its name and its bytes. */
async function file(page, name) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name, exact: true }).click()]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

/** Rows without the header; a cell may hold a line break, so records are counted by their first column. */
const rows = (bytes, first) => bytes.toString('utf8').split('\r\n').filter((line) => line.startsWith(first)).length;

test('contradictions: every report is in the file, not those on the page alone', async () => {
  const said = await api('contradictions?commodity=graphite_natural&limit=1');
  const { page, faults, close } = await open('/contradictions?commodity=graphite_natural');
  const { name, bytes } = await file(page, 'Save every report, checked or not as CSV');
  assert.match(name, /^didymium-contradictions-graphite_natural-cut-[0-9a-f]{8}\.csv$/);
  assert.equal(rows(bytes, 'graphite_natural,'), said.tested + said.unchecked + said.findings_total);
  const parquet = await file(page, 'Save every report, checked or not as Parquet');
  assert.equal(parquet.bytes.subarray(0, 4).toString(), 'PAR1');
  assert.deepEqual(faults, []);
  await close();
});

test('balance: every estimate, and the line that is drawn', async () => {
  const { page, faults, close } = await open('/balance?commodity=graphite_natural&place=CHN');
  const all = await file(page, 'Save every estimate of this mineral, with its quality as CSV');
  assert.match(all.name, /^didymium-reconciled-graphite_natural-cut-/);
  const line = await file(page, 'Save this line, with its quality as CSV');
  assert.match(line.name, /^didymium-reconciled-line-graphite_natural-graphite_natural-mine-CHN-produced-cut-/);
  const { points } = await api('reconciled/line?commodity=graphite_natural&stage=mine&place=CHN');
  assert.equal(rows(line.bytes, 'graphite_natural,'), points.length);
  assert.ok(rows(all.bytes, 'graphite_natural,') > points.length);
  assert.deepEqual(faults, []);
  await close();
});

test('indicators: every index, importer and year', async () => {
  const { total } = await api('indicators?commodity=gallium&area=all&limit=1');
  const { page, faults, close } = await open('/indicators?commodity=gallium');
  const { name, bytes } = await file(page, 'Save every index of this mineral, importer and year as CSV');
  assert.match(name, /^didymium-indicators-gallium-all-cut-/);
  assert.ok(bytes.toString('utf8').split('\r\n').length - 2 >= total);
  assert.deepEqual(faults, []);
  await close();
});

test('vintages: which series there are, in French', async () => {
  const { total } = await api('vintages/series?commodity=cobalt&limit=1');
  const { page, faults, close } = await open('/vintages?commodity=cobalt', { language: 'fr' });
  const { name, bytes } = await file(page, 'Enregistrer la liste de toutes les séries de cette matière en CSV');
  assert.match(name, /^didymium-vintages-series-cobalt-cut-/);
  assert.equal(bytes.toString('utf8').trim().split('\r\n').length - 1, total);
  assert.deepEqual(faults, []);
  await close();
});

/** Pages whose view is one file, the link to it, what the file is called, and how many rows the view has. */
const PAGES = [
  ['/?commodity=rare_earths', 'every figure of this chain, stage by stage', 'overview-rare_earths', undefined],
  ['/flow?commodity=rare_earths&period=2022', 'every flow of this period, with its share', 'flows-rare_earths-2022', async () => (await api('flows?commodity=rare_earths&period=2022')).links.length],
  ['/map?commodity=rare_earths&stage=mine', 'the share of every country', 'map-rare_earths-mine-[0-9]+', async () => (await api('map?commodity=rare_earths&stage=mine')).shares.length],
  ['/map?commodity=rare_earths&stage=mine', 'these sites, process by process', 'sites-rare_earths-mine', undefined],
  ['/mineral/rare_earths', 'this production, by country and year', 'series-production-rare_earths-mine', undefined],
  ['/mineral/rare_earths', 'every price of this mineral', 'prices-rare_earths', async () => (await api('prices?commodity=rare_earths')).lines.reduce((sum, line) => sum + line.points.length, 0)],
  ['/mineral/rare_earths', 'every notice of this mineral', 'notices-rare_earths', undefined],
  ['/mineral/rare_earths', 'every share of an element in a deposit', 'composition-rare_earths', async () => (await api('composition?commodity=rare_earths')).deposits.reduce((sum, deposit) => sum + deposit.shares.filter(Boolean).length, 0)],
  ['/mineral/rare_earths', 'every source’s figures of this period', 'balance-production-rare_earths-mine-[0-9]+', undefined],
  ['/countries', 'every country, with its sites and the stages it leads', 'countries', async () => (await api('countries?limit=1')).total],
  ['/country/CHN', 'every figure of this country', 'country-CHN', undefined],
  ['/sites?commodity=rare_earths', 'every site of this choice, process by process', 'sites-rare_earths', undefined],
  ['/site/mountain-pass', 'the figures of this site', 'site-mountain-pass', undefined],
  ['/about', 'every edition, with its licence', 'sources', async () => (await api('sources?limit=1')).total],
  ['/about', 'the list of all statements', 'statements', async () => (await api('statements?limit=1')).total],
];

test('every page has a link to a file of the view that it shows', async () => {
  const { page, faults, close } = await open('/');
  for (const [path, what, named, count] of PAGES) {
    await page.goto(new URL(path, page.url()).href);
    const { name, bytes } = await file(page, `Save ${what} as CSV`);
    assert.match(name, new RegExp(`^didymium-${named}-cut-[0-9a-f]{8}\\.csv$`), path);
    const lines = bytes.toString('utf8').trim().split('\r\n').length - 1;
    assert.ok(lines > 1, `${path}: ${lines} rows`);
    if (count) assert.equal(lines, await count(), `${path}: ${what}`);
  }
  assert.deepEqual(faults, []);
  await close();
});

test('where a figure comes from, and what if a report said otherwise', async () => {
  const { page, faults, close } = await open('/contradictions?commodity=graphite_natural');
  const card = page.locator('li[data-report]').first();
  await card.locator('h3 button').click();
  await card.locator('[data-withdrawn]').click();
  const moved = await file(page, 'Save every figure that would move as CSV');
  assert.match(moved.name, /^didymium-what-if-graphite_natural-report-[0-9]+-withdrawn-cut-/);
  assert.ok(rows(moved.bytes, 'graphite_natural,') > 0);
  await page.goto(new URL('/country/CHN', page.url()).href);
  await page.locator('main [data-figure]').first().click();
  const rests = await file(page, 'Save everything that this figure rests on as CSV');
  assert.match(rests.name, /^didymium-provenance-/);
  assert.match(rests.bytes.toString('utf8'), /^of_figure,of_quantity,role,/);
  assert.deepEqual(faults, []);
  await close();
});
