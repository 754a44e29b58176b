/** Each row of a saved table is credited to the edition of its own figures, not to all that the chart draws on. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { api, open, saved, stop } from './browser.mjs';

after(stop);

/** Rows of a CSV file, quoted cells and all. */
function table(bytes) {
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '').trim();
  return text.split('\r\n').map((line) => [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((cell) => (cell[1] ?? cell[2] ?? '').replaceAll('""', '"')));
}

const keys = (cell) => [...cell.matchAll(/\[([\w-]+)\]/g)].map((key) => key[1]);

test('flow: a row names one edition, the one the API gives for its figure', async () => {
  const flows = await api('flows?commodity=rare_earths');
  const { page, close } = await open('/flow');
  const [head, ...rows] = table((await saved(page, page.locator('figure.chart').first(), 'csv')).bytes);
  const [value, source] = [head.indexOf('Figure'), head.indexOf('Source')];
  assert.ok(value >= 0 && source >= 0, head.join());
  assert.equal(rows.length, flows.links.length);
  rows.forEach((row, index) => {
    const { value: figure } = flows.links[index];
    assert.equal(row[value], figure.value);
    assert.deepEqual(keys(row[source]), [figure.source], row.join());
  });
  assert.ok(new Set(rows.map((row) => row[source])).size > 1, 'all rows of one edition tell nothing');
  await close();
});

test('mineral: each year names its own edition', async () => {
  const { series: key } = (await api('overview?commodity=rare_earths')).stages.find((line) => line.stage === 'mine');
  const series = await api(`series?${new URLSearchParams(Object.entries(key).filter(([, text]) => text !== ''))}`);
  const { page, close } = await open('/mineral/rare_earths?stage=mine');
  const [head, ...rows] = table((await saved(page, page.locator('figure.chart').first(), 'csv')).bytes);
  const source = head.indexOf('Source');
  for (const row of rows) assert.deepEqual(keys(row[source]), [series.editions[series.periods.indexOf(row[0])]], row.join());
  assert.ok(new Set(series.editions).size > 1);
  await close();
});
