/** The balance: its lines add up on the page, it leads to a country and back, and every estimate to what it is made of. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { violations } from './axe.mjs';
import { api, open, overflow, results, settled, stop } from './browser.mjs';

after(stop);

const SIGNS = { in: 1, produced: 1, consumed: -1, out: -1, lost: -1 };
const at = (page, name) => new URL(page.url()).searchParams.get(name);
/** The numbers that are shown, by stage and line. */
const shown = (page) =>
  page.$$eval('[data-ledger] td[data-stage]', (cells) =>
    cells.flatMap((cell) => {
      const line = cell.closest('tr').dataset.line;
      const number = cell.querySelector('[data-shown]')?.dataset.shown;
      return line ? [{ stage: cell.dataset.stage, line, value: number === undefined ? null : Number(number), text: cell.innerText }] : [];
    }),
  );
/** A number as the language writes it, read back. */
const read = (text) => Number(/^[^±]*/.exec(text)[0].replace(/[,\s\u00a0\u202f]/g, ''));

for (const width of [1440, 360]) {
  test(`what is shown adds up, stage by stage, to the last digit (${width} wide)`, async () => {
    const balance = await api('reconciled?commodity=rare_earths');
    const { page, faults, close } = await open('/balance', { width });
    const cells = await shown(page);
    let sums = 0;
    for (const { stage, whole } of balance.stages) {
      const of = (line) => cells.find((cell) => cell.stage === stage && cell.line === line);
      for (const { line, value, deviation } of whole.lines) {
        const cell = of(line);
        assert.equal(cell.value === null, value === null, `${stage}, ${line}`);
        if (value === null) assert.match(cell.text, /nobody can know/);
        else {
          assert.equal(read(cell.text), cell.value);
          assert.ok(Math.abs(cell.value - Number(value)) <= Math.max(Number(deviation), 1), `${stage}, ${line}: ${cell.value} is shown for ${value} ± ${deviation}`);
        }
      }
      const told = whole.lines.filter(({ line }) => line in SIGNS || line === 'stock_change');
      const adds = told.length > 2 && told.every(({ value }) => value !== null);
      assert.equal(await page.locator(`[data-ledger] [data-stage="${stage}"][data-adds]`).getAttribute('data-adds'), String(adds), stage);
      if (!adds) continue;
      const sum = told.reduce((total, { line }) => total + (SIGNS[line] ?? 0) * of(line).value, 0);
      assert.ok(Math.abs(sum - of('stock_change').value) < 1e-9 * Math.abs(of('produced').value), `${stage}: ${sum} is not ${of('stock_change').value}`);
      sums += 1;
    }
    assert.ok(sums > 0, 'no stage of the world adds up');
    assert.deepEqual(await overflow(page), []);
    assert.deepEqual(faults, []);
    await close();
  });
}

test('every estimate has its grade as a letter and in words', async () => {
  const balance = await api('reconciled?commodity=rare_earths');
  const { page, close } = await open('/balance');
  const marks = await page.$$eval('[data-ledger] [data-grade]', (all) => all.map((element) => [element.dataset.grade, element.textContent]));
  assert.equal(marks.length, balance.stages.flatMap(({ whole }) => whole.lines).length);
  for (const [grade, text] of marks) assert.match(text, new RegExp(`Quality ${grade}: \\w+`));
  await close();
});

test('a month that nobody tells is an even part of its year, and leads to it', async () => {
  const { page, faults, close } = await open('/balance?period=2022');
  await page.locator('[data-choose=month]').selectOption('2022-03');
  await page.locator('[data-evenly]').waitFor();
  assert.equal(at(page, 'period'), '2022-03');
  const year = await api('reconciled?commodity=rare_earths&period=2022');
  const march = await api('reconciled?commodity=rare_earths&period=2022-03');
  const made = (balance) => balance.stages.find(({ stage }) => stage === 'mine').whole.lines.find(({ line }) => line === 'produced');
  assert.ok(Math.abs(Number(made(march).value) * 12 - Number(made(year).value)) < 20);
  assert.equal(made(march).grade, 'E');
  assert.equal(await page.locator('[data-adds=true][data-stage=mine]').count(), 1);
  await page.locator(`[data-ledger] [data-figure="${made(march).figure}"]`).click();
  await page.locator(`[data-of-year] [data-figure="${made(year).figure}"]`).click();
  await page.locator(`[data-estimate="${made(year).figure}"]`).waitFor();
  await page.keyboard.press('Escape');
  await page.locator('[data-choose=year]').selectOption('2021');
  await page.waitForURL((url) => url.searchParams.get('period') === '2021-03');
  assert.deepEqual(faults, []);
  await close();
});

test('a registered site of which nobody reports is a place of which nobody can know', async () => {
  const country = await api('reconciled?commodity=rare_earths&place=USA&period=2022');
  const [site] = country.unreported.filter((place) => place.startsWith('USA/'));
  const { page, faults, close } = await open('/balance?place=USA&period=2022');
  await page.locator('[data-choose=place]').selectOption(site);
  await page.locator('[data-unreported]').waitFor();
  const alone = await api(`reconciled?commodity=rare_earths&place=${encodeURIComponent(site)}&period=2022`);
  const lines = alone.stages.flatMap((stage) => stage.whole.lines);
  assert.ok(lines.length > 0 && lines.every(({ value, grade }) => value === null && grade === 'X'));
  await page.locator('[data-ledger] [data-figure]').first().click();
  await page.locator('dialog[open] [data-estimate]').waitFor();
  assert.match(await page.innerText('dialog[open]'), /Nobody can know/);
  assert.deepEqual(faults, []);
  await close();
});

test('what no place is told of is told beside the places, so that a column adds up', async () => {
  const { page, faults, close } = await open('/balance?layer=neodymium&period=2022&stage=mine');
  const world = await api('reconciled?commodity=rare_earths&layer=neodymium&period=2022');
  const mine = world.stages.find(({ stage }) => stage === 'mine');
  const of = (place, key) => Number(place.lines.find(({ line }) => line === key)?.value ?? 0);
  const rest = of(mine.whole, 'produced') - mine.parts.reduce((sum, part) => sum + of(part, 'produced'), 0);
  assert.ok(Math.abs(rest) < 1, 'production adds up over places');
  const change = of(mine.whole, 'stock_change') - mine.parts.reduce((sum, part) => sum + of(part, 'stock_change'), 0);
  await page.locator('[data-parts] [data-part]').first().waitFor();
  assert.equal(await page.locator('[data-parts] [data-left]').count() > 0, Math.abs(change) >= 1);
  assert.deepEqual(faults, []);
  await close();
});

test('how concentrated a stage is stands beside its places, with its deviation', async () => {
  const world = await api('reconciled?commodity=rare_earths&period=2022');
  const { concentration, parts, whole } = world.stages.find(({ stage }) => stage === 'mine');
  const produced = (place) => Number(place.lines.find(({ line }) => line === 'produced').value);
  const china = parts.find(({ place }) => place === concentration.largest);
  assert.ok(Math.abs((100 * produced(china)) / produced(whole) - Number(concentration.share)) < 0.1);
  const { page, faults, close } = await open('/balance?period=2022&stage=mine');
  assert.match(await page.innerText('[data-concentration]'), new RegExp(`China makes ${concentration.share} ± ${concentration.share_deviation}`));
  assert.deepEqual(faults, []);
  await close();
});

test('from the world to a country and back, by its parts and by the way up', async () => {
  const { page, faults, close } = await open('/balance?period=2022');
  await page.locator('[data-parts] [data-part="CHN"] th button').click();
  await page.waitForURL((url) => url.searchParams.get('place') === 'CHN');
  await page.waitForFunction(() => document.querySelector('[data-choose=place]')?.value === 'CHN');
  const china = await api('reconciled?commodity=rare_earths&place=CHN&period=2022');
  const produced = china.stages.find(({ stage }) => stage === 'mine').whole.lines.find(({ line }) => line === 'produced');
  await page.locator(`[data-ledger] [data-figure="${produced.figure}"]`).waitFor();
  assert.equal(at(page, 'period'), '2022');
  await page.locator('nav [data-place="WLD"]').click();
  await page.waitForFunction(() => document.querySelector('[data-choose=place]')?.value === 'WLD');
  assert.equal(at(page, 'place'), null);
  await page.goBack();
  await page.waitForFunction(() => document.querySelector('[data-choose=place]')?.value === 'CHN');
  assert.deepEqual(faults, []);
  await close();
});

test('from a country to a site, and from the whole to an element', async () => {
  const whole = await api('reconciled?commodity=rare_earths');
  const site = whole.places.find((place) => place.includes('/') && !place.endsWith('/rest'));
  assert.ok(site, 'no site is balanced');
  const country = site.split('/')[0];
  const layer = whole.layers.find(({ commodity }) => commodity === 'neodymium');
  const { page, faults, close } = await open(`/balance?place=${country}`);
  await page.selectOption('[data-choose=place]', site);
  await page.waitForFunction((place) => document.querySelector('[data-choose=place]')?.value === place, site);
  assert.equal(await page.locator('nav [aria-current=location]').count(), 1);
  await page.goto(new URL('/balance', page.url()).href);
  await settled(page);
  await page.selectOption('[data-choose=layer]', layer.commodity);
  await page.locator(`[data-ledger] [data-figure^="estimate|rare_earths|neodymium|"]`).first().waitFor();
  assert.equal(at(page, 'layer'), 'neodymium');
  assert.deepEqual(faults, []);
  await close();
});

test('reports that do not fit count less where the reader wants it, and the figures say so', async () => {
  const told = await api('reconciled?commodity=rare_earths&robust=true');
  const { page, faults, close } = await open('/balance');
  assert.equal(await page.locator('[data-robust]').count(), 0);
  await page.selectOption('[data-choose=robust]', 'yes');
  const figure = page.locator('[data-ledger] [data-figure^="robust|rare_earths|rare_earths|mine|"]').first();
  await figure.waitFor();
  assert.equal(at(page, 'robust'), 'yes');
  assert.match(await page.textContent('[data-robust]'), new RegExp(`^${told.counted_less} `));
  // The address goes with whoever passes it on, and the panel of a figure is that of the robust estimate.
  await page.reload();
  await figure.waitFor();
  await figure.click();
  await page.locator('dialog [data-estimate^="robust|"]').waitFor();
  assert.match(await page.textContent('dialog .chip'), /Robust/);
  assert.match(await page.getAttribute('dialog section a[href*="/balance"]', 'href'), /robust=yes/);
  assert.deepEqual(faults, []);
  await close();
});

test('of an element and of a basket: the balance of their family, and the whole of it', async () => {
  const { page, faults, close } = await open('/balance?commodity=neodymium');
  assert.equal(await page.inputValue('[data-choose=layer]'), 'neodymium');
  await page.selectOption('[data-choose=layer]', 'rare_earths');
  await page.locator('[data-ledger] [data-figure^="estimate|rare_earths|rare_earths|"]').first().waitFor();
  await page.goto(new URL('/balance?commodity=ndpr', page.url()).href);
  await settled(page);
  assert.equal(await page.inputValue('[data-choose=layer]'), 'rare_earths');
  assert.deepEqual(faults, []);
  await close();
});

test('the parts of a stage are sorted as the reader asks', async () => {
  const { page, close } = await open('/balance');
  const { parts } = (await api('reconciled?commodity=rare_earths')).stages.find(({ stage }) => stage === 'mine');
  const made = new Map(parts.map(({ place, lines }) => [place, Number(lines.find(({ line }) => line === 'produced')?.value)]));
  const column = () => page.$$eval('[data-parts] tbody tr', (rows) => rows.map((row) => row.dataset.part));
  const sizes = async () => (await column()).map((place) => made.get(place));
  const down = await sizes();
  assert.equal(down.length, parts.length);
  assert.deepEqual(down, [...down].sort((a, b) => b - a));
  await page.locator('[data-parts] [data-sort=produced]').click();
  assert.equal(await page.locator('[data-parts] th[aria-sort]').getAttribute('aria-sort'), 'ascending');
  const up = await sizes();
  assert.deepEqual(up, [...up].sort((a, b) => a - b));
  await page.locator('[data-parts] [data-sort=place]').click();
  const names = await page.locator('[data-parts] tbody th').allInnerTexts();
  assert.deepEqual(names, [...names].sort((a, b) => a.localeCompare(b)));
  await close();
});

test('an estimate opens its weights, a weight its figure, and that the statement, which is checked', async () => {
  const balance = await api('reconciled?commodity=rare_earths&period=2022');
  const produced = balance.stages.find(({ stage }) => stage === 'mine').whole.lines.find(({ line }) => line === 'produced');
  const trace = await api(`reconciled/figure?figure=${encodeURIComponent(produced.figure)}`);
  const { page, faults, close } = await open('/balance?period=2022');
  await page.locator(`[data-ledger] [data-figure="${produced.figure}"]`).click();
  await page.waitForSelector('dialog[open] [data-estimate]');
  assert.ok(trace.weights.length > 1);
  assert.match(await page.innerText('dialog .count'), new RegExp(String(trace.weights_total)));
  const kinds = await page.$$eval('dialog tr[data-kind]', (rows) => rows.map((row) => row.dataset.kind));
  assert.deepEqual(kinds, trace.weights.slice(0, kinds.length).map(({ kind }) => kind));
  assert.deepEqual(await violations(page), []);
  const figure = trace.weights.find(({ observations }) => observations.length > 0).observations[0].observation.value.figure;
  await page.locator(`dialog [data-figure="${figure}"]`).first().click();
  await page.waitForSelector('dialog ol[data-verdict=passed]');
  assert.equal(at(page, 'figure'), figure);
  await page.locator('dialog .back').click();
  await page.waitForSelector('dialog [data-estimate]');
  assert.equal(at(page, 'figure'), produced.figure);
  // Every one of them can be seen, not the heaviest alone.
  assert.ok(trace.weights.length < trace.weights_total);
  await page.locator('dialog [data-all-weights]').click();
  await page.waitForFunction((total) => document.querySelectorAll('dialog tr[data-kind]').length === total, trace.weights_total);
  assert.deepEqual(faults, []);
  await close();
});

test('a figure that assumptions move away from its reports says what the reports say', async () => {
  const moved = await api('reconciled?commodity=rare_earths&place=AUS&period=2024');
  const line = moved.stages.find(({ stage }) => stage === 'mine').whole.lines.find(({ line: name }) => name === 'produced');
  assert.ok(line.by_reports && line.by_reports !== line.value);
  const { page, faults, close } = await open('/balance?place=AUS&period=2024');
  await page.locator(`[data-ledger] [data-figure="${line.figure}"]`).click();
  assert.match(await page.innerText('dialog [data-by-reports]'), /^Reports alone say [\d,]+ ± [\d,]+ t REO:/);
  assert.deepEqual(faults, []);
  await close();
});

test('what nobody can know says so where it is opened, and does not say zero', async () => {
  const balance = await api('reconciled?commodity=rare_earths');
  const unknown = balance.stages.flatMap(({ whole }) => whole.lines).find(({ value }) => value === null);
  assert.ok(unknown);
  const { page, close } = await open(`/balance?figure=${encodeURIComponent(unknown.figure)}`);
  await page.waitForSelector('dialog [data-estimate]');
  assert.match(await page.innerText('dialog .value'), /nobody can know/);
  assert.match(await page.innerText('dialog'), /It is not zero/);
  await close();
});

test('without a mouse: Tab reaches a flow of the chain, Enter opens it, Escape comes back', async () => {
  const { page, close } = await open('/balance');
  const flow = page.locator('svg g.flow').first();
  const figure = await flow.getAttribute('data-figure');
  await flow.focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('dialog[open] [data-estimate]');
  assert.equal(at(page, 'figure'), figure);
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog', { state: 'detached' });
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('data-figure')), figure);
  await close();
});

test('a line over time: another stage and line are chosen, and stay in the address', async () => {
  const { page, faults, close } = await open('/balance');
  await page.selectOption('[data-choose=stage]', 'separation');
  await page.selectOption('[data-choose=line]', 'consumed');
  await page.waitForURL((url) => url.searchParams.get('line') === 'consumed' && url.searchParams.get('stage') === 'separation');
  await page.reload();
  await settled(page);
  assert.equal(await page.inputValue('[data-choose=line]'), 'consumed');
  assert.match(await page.innerText('main'), /Over time: Separation, goes into/);
  assert.deepEqual(faults, []);
  await close();
});

test('in French: what cannot be known, the grades and the weights', async () => {
  const { page, faults, close } = await open('/balance', { language: 'fr', theme: 'dark' });
  assert.match(await page.innerText('[data-ledger]'), /nul ne peut le savoir/);
  assert.match(await page.innerText('[data-trust]'), /Prises ensemble, les déclarations/);
  await page.locator('[data-ledger] [data-figure]').first().click();
  await page.waitForSelector('dialog[open] tr[data-kind]');
  assert.match(await page.innerText('dialog'), /De quoi cette estimation est-elle faite/);
  assert.deepEqual(await violations(page), []);
  await page.screenshot({ path: `${results}estimate-1440-dark-fr.png` });
  assert.deepEqual(faults, []);
  await close();
});

test('a place of which nobody reports says so, and leads back to the world', async () => {
  const { page, close } = await open('/balance?place=ATA', { missing: true });
  assert.match(await page.innerText('main [role=alert]'), /Nobody reports anything/);
  await page.locator('main [role=alert] button').click();
  await page.locator('[data-ledger] [data-figure]').first().waitFor();
  await close();
});

test('an earlier state is shown where the address asks for one, and the present one is a click away', async () => {
  const then = await api('reconciled?as_of=2030-01-01T00:00:00Z');
  const { page, faults, close } = await open('/balance?as_of=2030-01-01T00:00:00Z');
  assert.match(await page.innerText('[data-state]'), /asks for an earlier state[\s\S]*2030-01-01/);
  assert.equal(await page.inputValue('[data-choose=month]'), then.period);
  const produced = then.stages[0].whole.lines.find(({ line }) => line === 'produced');
  await page.locator(`[data-ledger] [data-figure="${produced.figure}"]`).click();
  await page.waitForSelector('dialog[open] [data-estimate]');
  await page.keyboard.press('Escape');
  await page.locator('[data-state] button').click();
  await page.waitForFunction(() => !document.querySelector('[data-state]'));
  assert.deepEqual(faults, []);
  await close();
});

test('an earlier balance is said to be one, with the reason', async () => {
  const { page, close } = await open('/balance', {
    prepare: (fresh) =>
      fresh.route('**/api/v1/reconciled?*', async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, json: { ...(await response.json()), stale: 'site CHN/x has no process' } });
      }),
  });
  assert.match(await page.innerText('[data-stale]'), /An earlier balance is shown[\s\S]*site CHN\/x has no process/);
  await close();
});

test('while the node reconciles, the page says so', async () => {
  let release = () => {};
  const held = new Promise((resolve) => (release = resolve));
  const { page, close } = await open('/about', {
    prepare: (fresh) =>
      fresh.route('**/api/v1/reconciled?*', async (route) => {
        await held;
        await route.continue();
      }),
  });
  await page.locator('header nav a[href^="/balance"]').click();
  await page.locator('main [role=status]', { hasText: 'reconciles all reports' }).waitFor();
  release();
  await page.locator('[data-ledger] [data-figure]').first().waitFor();
  await close();
});

test('on paper: the account is there, what is chosen with the mouse is not', async () => {
  const { page, close } = await open('/balance');
  await page.emulateMedia({ media: 'print' });
  assert.ok(await page.locator('[data-ledger] table').first().isVisible());
  assert.ok(!(await page.locator('[data-choose=layer]').isVisible()));
  await close();
});
