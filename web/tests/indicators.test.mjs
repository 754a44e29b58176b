/** The page of indicators: values with errors, causes where there is none, and the way back, by mouse and by keyboard. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { api, open, overflow, settled, stop } from './browser.mjs';

after(stop);

test('members are compared by several methods, alone and pooled', async () => {
  const { page, faults, close } = await open('/indicators?commodity=nickel&stage=refining&year=2022');
  const told = await api('indicators?commodity=nickel&stage=refining&year=2022&limit=2000');
  const members = new Set(told.cells.filter((cell) => cell.quantity === 'geopolrisk').map((cell) => cell.area));
  assert.equal(await page.locator('#methods tbody tr').count(), members.size);
  const japan = page.locator('#methods tr[data-area=JPN]');
  const score = told.cells.find((cell) => cell.quantity === 'geopolrisk' && cell.area === 'JPN');
  const shown = japan.locator(`[data-figure="${score.value.figure}"]`);
  assert.match(await shown.innerText(), /^0\.0/);
  assert.match(await japan.innerText(), /±/);
  assert.match(await japan.innerText(), /rank \d/);
  // The club as one importer has a row, and is worth nothing to itself.
  const gain = told.cells.filter((cell) => cell.quantity === 'membership');
  assert.ok(gain.some((cell) => cell.area === 'JPN') && !gain.some((cell) => cell.area === 'CLUB'));
  await shown.click();
  await page.waitForSelector('dialog[open] .value');
  assert.match(await page.innerText('dialog'), /Koyamparambath/);
  assert.match(await page.innerText('dialog'), /published figures/);
  assert.deepEqual(faults, []);
  await close();
});

test('what has no value says why, on the page and in the table', async () => {
  const { page, faults, close } = await open('/indicators?commodity=rare_earths&stage=mine');
  assert.match(await page.innerText('#world'), /No world demand is published/);
  await page.locator('[data-table-toggle]').first().click();
  assert.match(await page.locator('main figure').first().innerText(), /Why there is none/i);
  assert.deepEqual(faults, []);
  await close();
});

test('a line is broken where the concentration is of another stage, and each point says of which', async () => {
  const told = await api('indicators?commodity=rare_earths&stage=magnet&quantity=geopolrisk&area=JPN&limit=2000');
  const stages = new Set(told.cells.filter((cell) => cell.value).map((cell) => cell.takes.find((key) => key.startsWith('concentration_of_'))));
  assert.ok(stages.has('concentration_of_mine') && stages.has('concentration_of_separation'), [...stages].join());
  const { page, faults, close } = await open('/indicators?commodity=rare_earths&stage=magnet&index=geopolrisk');
  assert.match(await page.innerText('main'), /Where a line is broken/);
  const plot = page.locator('main figure', { hasText: 'Where a line is broken' }).locator('[role=application]');
  await plot.focus();
  for (const press of ['ArrowRight', 'End']) await page.keyboard.press(press);
  const said = await plot.locator('[aria-live]').innerText();
  assert.match(said, /2022/);
  assert.match(said, /another stage, “Separation”/);
  assert.deepEqual(faults, []);
  await close();
});

test('index, stage and year are chosen by keyboard, and the address keeps them', async () => {
  const { page, close } = await open('/indicators?commodity=nickel');
  const index = page.locator('.choice select').first();
  await index.selectOption('supply-risk');
  await page.waitForURL(/index=supply-risk/);
  await settled(page);
  assert.equal(await index.inputValue(), 'supply-risk');
  await page.getByRole('button', { name: 'Mining' }).press('Enter');
  await page.waitForURL(/stage=mine/);
  await settled(page);
  // The lines can be walked with the arrows, and Enter opens where a value comes from.
  const chart = page.getByRole('application').last();
  // The chart is drawn anew when the width of the page settles, and forgets then where the reader stood.
  const until = async (happened, then) => {
    for (let tries = 0; tries < 10 && !(await happened()); tries += 1) {
      await chart.focus();
      await page.keyboard.press('End');
      await then();
    }
  };
  const said = () => chart.locator('[aria-live]').innerText();
  await until(async () => /±/.test(await said()), () => page.waitForTimeout(200));
  assert.match(await said(), /±/);
  await until(
    async () => (await page.locator('dialog[open]').count()) > 0,
    async () => {
      await page.keyboard.press('Enter');
      await page.waitForSelector('dialog[open]', { timeout: 2_000 }).catch(() => undefined);
    },
  );
  await page.waitForSelector('dialog[open] .value');
  await close();
});

test('control is told by place and by owner', async () => {
  const { page, faults, close } = await open('/indicators?commodity=rare_earths&stage=separation', { language: 'fr' });
  const text = await page.innerText('#control');
  assert.match(text, /Selon le lieu/);
  assert.match(text, /Lynas/);
  await page.locator('#control [data-figure]').first().click();
  await page.waitForSelector('dialog[open] .value');
  assert.match(await page.innerText('dialog'), /capacité/i);
  assert.deepEqual(faults, []);
  await close();
});

test('every family has its indicators or says that it has none', async () => {
  const { commodities } = await api('vocabulary');
  for (const { key } of commodities.filter((term) => term.kind === 'family')) {
    const { page, faults, close } = await open(`/indicators?commodity=${key}`, { width: 390 });
    assert.deepEqual(faults, [], key);
    assert.deepEqual(await overflow(page), [], key);
    assert.doesNotMatch(await page.innerText('main'), /undefined|NaN|\[object/, key);
    await close();
  }
});
