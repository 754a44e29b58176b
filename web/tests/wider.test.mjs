/** Trade is told apart from production: customs codes that hold other goods are never passed off as the mineral. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { api, open, overflow, stop } from './browser.mjs';

after(stop);

const left = (locator) => locator.evaluate((element) => element.getBoundingClientRect().left);

for (const [commodity, hs, wider] of [
  ['gallium', '811292', true],
  ['rare_earths', '850511', true],
  ['cobalt', '282200', false],
]) {
  test(`flow of ${commodity}: trade stands apart, under its customs code`, async () => {
    const { columns } = await api(`flows?commodity=${commodity}`);
    assert.equal(columns.at(-1).series.subject, hs);
    for (const [language, note] of [['en', 'Holds other goods'], ['fr', 'Comprend aussi d’autres']]) {
      const { page, faults, close } = await open(`/flow?commodity=${commodity}`, { language });
      const trade = page.locator('svg[data-chart] g.trade');
      const text = await trade.innerHTML();
      assert.ok(text.includes(hs), text);
      assert.equal(text.includes(note), wider, text);
      assert.ok((await page.locator('figure.chart h2').innerText()).includes(hs));
      // No ribbon begins at the last pool and ends in the trade columns.
      const divide = await left(page.locator('svg[data-chart] line.divide'));
      const crossing = await page.$$eval('svg[data-chart] path.ribbon', (all, x) => all.filter((one) => { const box = one.getBoundingClientRect(); return box.left < x && box.right > x; }).length, divide);
      assert.equal(crossing, 0, 'a ribbon crosses the dividing line');
      assert.ok((await left(trade)) > divide);
      assert.deepEqual(await overflow(page), []);
      assert.deepEqual(faults, []);
      await close();
    }
    const { page, close } = await open(`/flow?commodity=${commodity}`, { width: 390 });
    assert.equal((await page.innerText('figure.chart')).includes('Holds other goods'), wider);
    assert.deepEqual(await overflow(page), []);
    await close();
  });
}

test('flow: a click on an exporter opens all that it sells', async () => {
  const flows = await api('flows?commodity=gallium');
  const seller = flows.columns.findIndex((column) => column.kind === 'exporter');
  const all = flows.links.find((link) => link.target === `${seller}:CHN`);
  const { page, close } = await open('/flow?commodity=gallium');
  await page.locator('svg[data-chart] g.part[data-area=CHN]').nth(1).click();
  await page.waitForSelector('dialog[open] .value');
  assert.equal(new URL(page.url()).searchParams.get('figure'), all.value.figure);
  await close();
});

for (const [language, exports, note, best] of [
  ['en', /share of exports by value, not of production/, /other goods as well/, /Of the stages with a world total of production, .* hold the most/],
  ['fr', /part des exportations en valeur, non de la production/, /comprend aussi d’autres marchandises/, /Parmi les étapes dont un total mondial de production est donné/],
]) {
  test(`overview: a stage told by its exports is drawn and named as such (${language})`, async () => {
    const { stages } = await api('overview?commodity=rare_earths');
    const traded = stages.filter((line) => line.series?.measure === 'trade' && line.top.length > 0);
    assert.ok(traded.length > 0);
    for (const width of [1440, 390]) {
      const { page, faults, close } = await open('/', { language, width });
      assert.equal(await page.locator('main figure ol circle.cuts').count(), traded.length, 'rings of exports are cut');
      assert.match(await page.locator('[data-key=exports]').innerText(), exports);
      for (const line of traded) {
        const row = await page.innerText(`#stage-${line.stage}`);
        assert.match(row, new RegExp(`${line.series.subject}`));
        assert.match(row, exports);
        assert.match(row, note);
      }
      assert.match(await page.locator('p.lede').innerText(), best);
      // One way to write a percentage: French sets a space before its sign.
      if (language === 'fr') assert.doesNotMatch(await page.innerText('main'), /\d%/);
      assert.deepEqual(await overflow(page), []);
      assert.deepEqual(faults, []);
      await close();
    }
  });
}

test('mineral: charts of a stage told by its exports name them, with the customs code', async () => {
  for (const [language, title, note] of [['en', /exports by value \(customs code 850511\)/i, /other goods as well/], ['fr', /exportations en valeur \(code douanier 850511\)/i, /comprend aussi d’autres marchandises/]]) {
    const { page, faults, close } = await open('/mineral/rare_earths?stage=magnet', { language });
    const chart = page.locator('figure.chart').first();
    assert.match(await chart.locator('h3').innerText(), title);
    assert.match(await chart.locator('figcaption').innerText(), note);
    assert.deepEqual(faults, []);
    await close();
  }
});
