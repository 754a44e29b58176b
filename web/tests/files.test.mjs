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
