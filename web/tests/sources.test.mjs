/** Every chart names all editions behind it, marks where one gives way to another, and says which totals are none. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { api, open, saved, stop } from './browser.mjs';

after(stop);

const query = (key) => new URLSearchParams(Object.entries(key).filter(([, value]) => value !== '')).toString();
const line = async (commodity, stage) => (await api(`overview?commodity=${commodity}`)).stages.find((one) => one.stage === stage);
const productionOf = async (commodity, stage) => api(`series?${query((await line(commodity, stage)).series)}`);

/** Neighbouring periods whose editions are of different publications. */
function breaks(series) {
  const publication = new Map(series.sources.map((source) => [source.source, source.series]));
  return series.periods.flatMap((period, index) => {
    const [from, to] = [publication.get(series.editions[index - 1]), publication.get(series.editions[index])];
    return index > 0 && from !== to ? [[series.periods[index - 1], period]] : [];
  });
}

test('the caption names every edition, or opens the list of all of them, without asking for more', async () => {
  const series = await productionOf('rare_earths', 'mine');
  const asked = [];
  const { page, faults, close } = await open('/mineral/rare_earths', { prepare: (fresh) => fresh.on('request', (request) => asked.push(request.url())) });
  assert.deepEqual(asked.filter((url) => url.includes('/provenance')), []);
  assert.ok(asked.some((url) => url.includes('/observations')));
  for (const url of asked.filter((one) => one.includes('/observations'))) assert.ok(Number(new URL(url).searchParams.get('limit')) <= 200, url);
  for (const chart of await page.locator('figure.chart').all()) {
    await chart.locator('figcaption button[aria-expanded]').click();
    assert.ok((await chart.locator('figcaption li').count()) > 0);
  }
  const listed = await page.locator('figure.chart').first().locator('figcaption li').allInnerTexts();
  assert.equal(listed.length, series.sources.length);
  for (const source of series.sources) assert.ok(listed.some((text) => text.includes(source.title)), source.title);
  assert.deepEqual(faults, []);
  await close();
});

test('a break in series is marked in the charts, told in the captions, and stands in the table and the CSV', async () => {
  const series = await productionOf('rare_earths', 'mine');
  const found = breaks(series);
  assert.ok(found.length > 0, 'no break in the series under test');
  const { page, close } = await open('/mineral/rare_earths');
  const charts = page.locator('figure.chart');
  for (const title of ['Mining by country', 'Concentration of mining', 'Share of the largest country: mining']) {
    const chart = charts.filter({ has: page.getByRole('heading', { name: title }) });
    assert.equal(await chart.locator('svg text').filter({ hasText: /^[A-Z]+ → [A-Z]+$/ }).count(), found.length, title);
    for (const [before, after_] of found) assert.match(await chart.locator('figcaption').innerText(), new RegExp(`Break in series between ${before} and ${after_}`), title);
    const rows = (await saved(page, chart, 'csv')).bytes.toString('utf8').replace(/^\uFEFF/, '').trim().split('\r\n');
    const column = rows[0].split(',').indexOf('Edition');
    assert.ok(column > 0, title);
    // Of a chart of its own periods, each row has the edition of its period.
    for (const row of rows.slice(1)) {
      const cells = row.split(',');
      assert.equal(cells[column], series.editions[series.periods.indexOf(cells[0])], `${title}, ${cells[0]}`);
    }
  }
  const production = charts.first();
  await production.locator('[data-table-toggle]').click();
  const heads = await production.locator('thead th').allInnerTexts();
  assert.ok(heads.includes('Edition') && heads.includes('Countries listed'));
  await close();
});

test('a sum of the countries listed is nowhere called a total or a share of the world', async () => {
  const magnet = await line('rare_earths', 'magnet');
  assert.ok(magnet.listed > 0, 'the series under test has a world total');
  const told = `${magnet.listed} countries listed`;

  const overview = await open('/');
  const row = overview.page.locator('#stage-magnet');
  assert.match(await row.innerText(), new RegExp(told));
  assert.doesNotMatch((await row.locator('[aria-label]').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')))).join(), /[Ww]orld total/);
  await overview.close();

  const map = await open('/map?stage=magnet');
  const chart = map.page.locator('figure.chart');
  assert.match(await chart.locator('.unit').innerText(), new RegExp(told));
  assert.match(await chart.locator('figcaption').innerText(), new RegExp(`${told}|countries that the source lists`));
  assert.match(await chart.locator('svg').last().innerHTML(), /Share of those listed/);
  assert.doesNotMatch(await chart.locator('svg').last().innerHTML(), /Share of the world/);
  await map.close();

  const flow = await open('/flow');
  assert.match(await flow.page.locator('svg[data-chart]').first().innerHTML(), new RegExp(`sum of ${told}`));
  await flow.close();

  const mineral = await open('/mineral/rare_earths?stage=magnet');
  assert.match(await mineral.page.locator('dl').first().innerText(), new RegExp(told));
  assert.doesNotMatch(await mineral.page.locator('figure.chart').first().innerText(), /World total/);
  await mineral.close();

  const china = await api('countries/CHN');
  const position = china.positions.find((one) => one.listed);
  const country = await open('/country/CHN');
  assert.match(await country.page.locator('figure.chart').first().locator('svg').innerHTML(), new RegExp(`of ${position.listed} listed`));
  await country.close();
});

test('mineral: years without a world total are told as such', async () => {
  const series = await productionOf('rare_earths', 'mine');
  const listed = series.periods.filter((_, index) => series.listed[index]);
  assert.ok(listed.length > 0 && listed.length < series.periods.length, 'the series under test is of one kind');
  const { page, close } = await open('/mineral/rare_earths');
  const caption = await page.locator('figure.chart').first().locator('figcaption').innerText();
  assert.match(caption, new RegExp(`For ${listed[0]}–${listed.at(-1)} the source gives no world total`));
  await close();
});
