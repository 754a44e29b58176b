/** An earlier state: what is opened on a page stands in the state that the page shows, and what leads on leads to the same. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { foundCorrected } from './corrected.mjs';

const node = await foundCorrected();
// The browser of these tests looks at a node that took a figure back: only in an earlier state can it be opened.
process.env.DIDYMIUM_URL = node.url;
const { api, open, stop } = await import('./browser.mjs');

after(async () => {
  await stop();
  await node.end();
});

const WRONG = '27100';
const vintages = await api('vintages?measure=production&commodity=rare_earths&stage=mine&area=CHN');
const said = vintages.recordings.find(({ act, cells }) => act === 'said' && cells.some(({ figure, withdrawn }) => withdrawn && figure.value === WRONG));
assert.ok(said, 'no figure was taken back');
const wrong = said.cells.find(({ figure }) => figure.value === WRONG).figure.figure;
const moment = said.as_of;
/** The cut of that moment. */
const { sizes } = (await api(`twin/digest?as_of=${moment}`)).cut;
const cut = Object.entries(sizes)
  .map(([member, size]) => `${member}:${size}`)
  .join(',');
const plain = (text) => text.replace(/[\u00a0\u202f]/g, ' ');
const states = { as_of: moment, cut };

/** Every question about the twin that the page asks from now on. */
function asked(page) {
  const all = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (/^\/api\/v1\/(provenance|reconciled|contradictions|vintages)\b/.test(url.pathname)) all.push(url);
  });
  return all;
}

for (const [name, value] of Object.entries(states)) {
  test(`the balance (${name}): an estimate opens a figure that was taken back since`, async () => {
    const then = await api(`reconciled?${name}=${value}&place=CHN&period=2024`);
    const produced = then.stages.find(({ stage }) => stage === 'mine').whole.lines.find(({ line }) => line === 'produced');
    const { page, faults, close } = await open(`/balance?place=CHN&period=2024&${name}=${value}`);
    const questions = asked(page);
    await page.locator(`[data-ledger] [data-figure="${produced.figure}"]`).click();
    await page.waitForSelector('dialog[open] [data-estimate]');
    const see = await page.locator('dialog a', { hasText: 'See the balance of this place' }).getAttribute('href');
    assert.equal(new URL(see, node.url).searchParams.get(name), value);
    await page.locator(`dialog [data-figure="${wrong}"]`).first().click();
    await page.waitForFunction(() => document.querySelector('dialog[open] .value')?.textContent?.match(/27,100/));
    assert.ok(questions.length >= 2);
    for (const url of questions) assert.equal(url.searchParams.get(name), value, url.href);
    await page.keyboard.press('Escape');
    const further = await page.locator('[data-trust] a[href^="/contradictions"]').getAttribute('href');
    assert.equal(new URL(further, node.url).searchParams.get(name), value);
    assert.deepEqual(faults, []);
    await close();
  });
}

test('contradictions: what the address opens stands in the state that the page shows', async () => {
  const { page, faults, close } = await open(`/contradictions?as_of=${moment}&figure=${encodeURIComponent(wrong)}`);
  await page.waitForSelector('dialog[open] .value');
  assert.match(plain(await page.innerText('dialog[open] .value')), /^27,100 t/);
  await page.keyboard.press('Escape');
  assert.match(await page.innerText('[data-state]'), new RegExp(moment));
  const file = await page.getByRole('link', { name: 'Save every report, checked or not as CSV' }).getAttribute('href');
  assert.equal(new URL(file, node.url).searchParams.get('as_of'), moment);
  assert.deepEqual(faults, []);
  await close();
});

test('vintages at a cut: what is opened, and what is saved, is of that cut', async () => {
  const { page, faults, close } = await open(`/vintages?area=CHN&cut=${cut}`);
  const questions = asked(page);
  await page.locator(`main [data-figure="${wrong}"]`).first().click();
  await page.waitForSelector('dialog[open] .value');
  assert.match(plain(await page.innerText('dialog[open] .value')), /^27,100 t/);
  for (const url of questions) assert.ok(url.searchParams.get('cut') === cut || url.searchParams.get('as_of'), url.href);
  await page.keyboard.press('Escape');
  const link = page.getByRole('link', { name: 'Save these vintages as CSV' });
  assert.equal(new URL(await link.getAttribute('href'), node.url).searchParams.get('cut'), cut);
  await page.locator('fieldset button').first().click();
  await page.waitForFunction(() => !location.search.includes('cut='));
  assert.deepEqual(faults, []);
  await close();
});

test('a page without earlier states opens figures of the present, whatever stands in its address', async () => {
  const { page, close } = await open(`/?as_of=${moment}`, { missing: true });
  const questions = asked(page);
  await page.locator('main [data-figure]').first().click();
  await page.waitForSelector('dialog[open] .value');
  assert.ok(questions.length >= 1);
  for (const url of questions) assert.equal(url.searchParams.get('as_of'), null, url.href);
  await close();
});
