/** The reports that do not fit: each with what would fit, the query to its issuer, and the way to its statement. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { violations } from './axe.mjs';
import { api, open, overflow, results, stop } from './browser.mjs';

after(stop);

const said = await api('contradictions?commodity=graphite_natural&limit=200');

test('flagged reports come first, gravest first; each opens the query to its issuer', async () => {
  const flagged = said.reports.filter((report) => report.flagged);
  assert.equal(flagged.length, said.flagged);
  assert.ok(flagged.length > 0, 'no report of the public record is flagged');
  const { page, faults, close } = await open('/contradictions?commodity=graphite_natural');
  const numbers = await page.$$eval('[data-report]', (all) => all.map((element) => Number(element.dataset.report)));
  assert.deepEqual(numbers, flagged.map(({ number }) => number));
  const card = page.locator('[data-report]').first();
  await card.locator('h3 button').click();
  const query = await card.locator('[data-query]').innerText();
  assert.ok(query.includes(flagged[0].query.en), query);
  assert.doesNotMatch(query, /between -/);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await card.locator('[data-copy]').click();
  await card.locator('[role=status]', { hasText: 'Copied' }).waitFor();
  assert.ok((await page.evaluate(() => navigator.clipboard.readText())).endsWith(flagged[0].query.en));
  assert.match(await card.locator('svg[role=img]').getAttribute('aria-label'), /^Said .* expected .* would fit\.$/);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(faults, []);
  await close();
});

test('a report opens its figure, and that its statement, which is checked', async () => {
  const first = said.reports.find((report) => report.flagged);
  const { figure } = first.observations[0].observation.value;
  const { page, faults, close } = await open('/contradictions?commodity=graphite_natural');
  await page.locator(`[data-report="${first.number}"] [data-figure="${figure}"]`).first().click();
  await page.waitForSelector('dialog ol[data-verdict=passed]');
  assert.equal(new URL(page.url()).searchParams.get('figure'), figure);
  assert.deepEqual(faults, []);
  await close();
});

test('reports that no test can tell apart lead to each other', async () => {
  const first = said.reports.find((report) => report.flagged && report.with.length > 0);
  assert.ok(first);
  const { page, close } = await open('/contradictions?commodity=graphite_natural');
  const card = page.locator(`[data-report="${first.number}"]`);
  await card.locator('h3 button').click();
  await card.locator(`a[href="#report-${first.with[0]}"]`).click();
  await page.waitForFunction((id) => document.activeElement?.closest('[data-report]')?.id === id, `report-${first.with[0]}`);
  await close();
});

test('all that are tested can be seen, by keyboard, and the address keeps it', async () => {
  const { page, close } = await open('/contradictions?commodity=rare_earths');
  const every = page.locator('button', { hasText: 'All that are tested' });
  await every.focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/show=all/);
  const before = await page.locator('[data-report]').count();
  assert.ok(before > 0);
  await page.locator('main button', { hasText: 'Show more' }).click();
  assert.ok((await page.locator('[data-report]').count()) > before);
  await close();
});

test('reports that are suspected one after another lead to their cards, and the rest agree', async () => {
  const { page, faults, close } = await open('/contradictions?commodity=graphite_natural');
  assert.equal(await page.locator('[data-suspect]').count(), said.suspects.length);
  assert.ok(said.suspects.length > 0 && Number(said.rest.statistic) < Number(said.test.statistic));
  const [first] = said.suspects;
  await page.locator(`[data-suspect="${first.reports[0]}"] a`).click();
  await page.locator(`#report-${first.reports[0]}`).waitFor();
  assert.deepEqual(faults, []);
  await close();
});

test('what would be if a report said what would fit, or were withdrawn: by mouse and by key', async () => {
  const first = said.reports.find((report) => report.flagged);
  const { page, faults, close } = await open('/contradictions?commodity=graphite_natural');
  const card = page.locator(`[data-report="${first.number}"]`);
  await card.locator('h3 button').click();
  const part = card.locator('[data-what-if]');
  const offered = Number(await part.locator('input[name=said]').inputValue());
  const fits = [Math.max(0, Number(first.fits_low)), Number(first.fits_high)];
  assert.ok(offered >= fits[0] && offered <= fits[1], `${offered} ${fits}`);
  await part.locator('input[name=said]').press('Enter');
  await part.locator('tbody tr').first().waitFor();
  const moved = await api(`contradictions/what-if?commodity=graphite_natural&report=${first.number}&said=${offered}`);
  assert.equal(await part.locator('tbody tr').count(), moved.moved.length);
  assert.equal(await part.locator('tbody [data-figure]').first().getAttribute('data-figure'), moved.moved[0].figure);
  await part.locator('[data-withdrawn]').click();
  await page.waitForFunction((text) => document.querySelector('[data-what-if] [data-reckoned]')?.textContent?.startsWith(text), 'If it were withdrawn');
  await part.locator('tbody [data-figure]').first().click();
  await page.waitForSelector('dialog[open] .value');
  assert.deepEqual(faults, []);
  await close();
});

test('a report leads to its place in the balance', async () => {
  const first = said.reports.find((report) => report.flagged);
  const { page, faults, close } = await open('/contradictions?commodity=graphite_natural');
  const card = page.locator(`[data-report="${first.number}"]`);
  await card.locator('h3 button').click();
  await card.locator('a[href^="/balance"]').click();
  await page.waitForURL(/\/balance/);
  await page.locator('[data-ledger] [data-figure]').first().waitFor();
  assert.equal(await page.inputValue('[data-choose=month]'), first.period);
  assert.equal(await page.inputValue('[data-choose=place]'), first.place);
  assert.deepEqual(faults, []);
  await close();
});

test('how well each voice is checked, and what could not be used', async () => {
  const { page, close } = await open('/contradictions?commodity=graphite_natural');
  for (const voice of said.voices) {
    const row = page.locator(`tr[data-voice="${voice.voice}"]`);
    assert.match((await row.innerText()).replaceAll(',', ''), new RegExp(`\\b${voice.reports}\\b[\\s\\S]*\\b${voice.checked}\\b`));
    if (voice.checked === 0) assert.match(await row.innerText(), /would not be noticed/);
  }
  assert.equal(await page.locator('[data-findings] li').count(), said.findings.length);
  assert.ok((await page.innerText('[data-findings]')).includes(said.findings[0].words.en));
  await close();
});

test('in French, narrow and dark, opened: nothing sticks out and axe finds nothing', async () => {
  const { page, faults, close } = await open('/contradictions?commodity=graphite_natural', { language: 'fr', theme: 'dark', width: 360 });
  await page.locator('[data-report] h3 button').first().click();
  const first = said.reports.find((report) => report.flagged);
  assert.ok((await page.locator('[data-query]').innerText()).includes(first.query.fr));
  await page.locator('[data-what-if] [data-withdrawn]').click();
  await page.locator('[data-what-if] tbody tr').first().waitFor();
  assert.deepEqual(await overflow(page), []);
  assert.deepEqual(await violations(page), []);
  await page.screenshot({ path: `${results}contradiction-360-dark-fr.png`, fullPage: true });
  assert.deepEqual(faults, []);
  await close();
});
