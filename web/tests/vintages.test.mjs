/** The page of vintages: what changed from edition to edition and from statement to statement, and what was known on a day. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { violations } from './axe.mjs';
import { foundCorrected } from './corrected.mjs';

const node = await foundCorrected();
// The browser of these tests looks at a node whose figures changed.
process.env.DIDYMIUM_URL = node.url;
const { open, overflow, results, settled, stop } = await import('./browser.mjs');

after(async () => {
  await stop();
  await node.end();
});

/** Text without the spaces at which no line breaks. */
const plain = (text) => text.replace(/[\u00a0\u202f]/g, ' ').replace(/\s+/g, ' ').trim();
const cells = async (row) => (await row.locator('th, td').allInnerTexts()).map(plain);

for (const look of [
  { width: 1440, language: 'en' },
  { width: 390, theme: 'dark', language: 'fr' },
]) {
  test(`periods by editions, changes in words and signs (${look.width}, ${look.language})`, async () => {
    const { page, faults, close } = await open('/vintages?area=CHN', look);
    await page.screenshot({ path: `${results}vintages-${look.width}-${look.language}.png`, fullPage: true });
    const rows = page.locator('#triangle-usgs-mcs tbody tr');
    const [latest, before] = [await cells(rows.nth(0)), await cells(rows.nth(1))];
    if (look.language === 'en') {
      assert.deepEqual(latest, ['2024', '270,000 first figure', '271,000 ▲ raised +1,000 (+0.4%)', '▲ raised +1,000 (+0.4%)']);
      assert.deepEqual(before, ['2023', '255,000 first figure', '255,000 = unchanged', '= unchanged']);
    } else {
      assert.equal(latest[2], '271 000 ▲ relevé +1 000 (+0,4 %)');
      assert.equal(before[2], '255 000 = inchangé');
    }
    const heads = (await page.locator('#triangle-usgs-mcs thead th').allInnerTexts()).map(plain);
    assert.match(heads[2], look.language === 'en' ? /2026 6 Feb 2026 \(day assumed\)/ : /2026 6 févr\. 2026 \(jour supposé\)/);
    // Two periods, each in two editions.
    assert.equal(await page.locator('figure.chart g[aria-label=dot] circle').count(), 4);
    assert.deepEqual(await overflow(page), []);
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(faults, []);
    await close();
  });
}

test('what was taken back is shown, struck through, and explains itself as of the moment when it stood', async () => {
  const { page, faults, close } = await open('/vintages?area=CHN');
  const recorded = page.locator('main table').last();
  const rows = recorded.locator('tbody tr');
  const told = await Promise.all((await rows.all()).map(async (row) => plain(await row.locator('td').last().innerText())));
  assert.equal(told.filter((text) => /^replaced by another statement Reason given: a digit was lost$/.test(text)).length, 2);
  assert.equal(told.filter((text) => /^said, and taken back since: \d/.test(text)).length, 2);
  const wrong = rows.filter({ hasText: '27,100' }).filter({ hasText: 'said, and taken back' });
  await wrong.locator('[data-figure]').first().click();
  await page.waitForSelector('dialog[open] .value');
  assert.match(plain(await page.locator('dialog[open] .value').innerText()), /^27,100 t/);
  assert.ok(new URL(page.url()).searchParams.get('figure_as_of'));
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog', { state: 'detached' });
  assert.equal(new URL(page.url()).searchParams.get('figure_as_of'), null);
  assert.deepEqual(faults, []);
  await close();
});

test('a day of publication shows what the world could have known then', async () => {
  const { page, faults, close } = await open('/vintages?area=WLD');
  assert.equal(await page.locator('#triangle-usgs-mcs thead th').count(), 4);
  await page.fill('input[name=published_by]', '2025-12-31');
  await page.waitForFunction(() => document.querySelectorAll('#triangle-usgs-mcs thead th').length === 3);
  assert.equal(new URL(page.url()).searchParams.get('published_by'), '2025-12-31');
  const then = plain(await page.locator('.then').innerText());
  assert.match(then, /published by 31 December 2025/);
  assert.match(then, /no digest/);
  assert.match(await page.locator('.then code').innerText(), /^CAN:\d+$/);
  await page.locator('#triangle-usgs-mcs [data-figure]').first().click();
  await page.waitForSelector('dialog[open] .value');
  assert.match(plain(await page.locator('dialog[open] .value').innerText()), /^390,000 t/);
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog', { state: 'detached' });
  await page.getByRole('button', { name: 'Show all that is known now' }).click();
  await page.waitForFunction(() => document.querySelectorAll('#triangle-usgs-mcs thead th').length === 4);
  assert.deepEqual(faults, []);
  await close();
});

test('a day before anything was recorded says that nothing was known', async () => {
  const { page, close } = await open('/vintages', { missing: true });
  await page.fill('input[name=as_of]', '2020-01-01');
  await page.locator('main .nothing').waitFor();
  assert.match(plain(await page.locator('.then').innerText()), /recorded by 1 January 2020/);
  assert.equal(await page.locator('.then code').innerText(), 'CAN:0');
  await close();
});

test('series and area are chosen by keyboard and stand in the address; the files are those of what is shown', async () => {
  const { page, close } = await open('/vintages?published_by=2025-12-31');
  await page.locator('select[name=area]').focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => new URL(location.href).searchParams.get('area') === 'CHN');
  await settled(page);
  const link = page.getByRole('link', { name: 'Save these vintages as CSV' });
  const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
  assert.match(download.suggestedFilename(), /^didymium-vintages-production-rare_earths-mine-CHN-published-by-2025-12-31-cut-[0-9a-f]{8}\.csv$/);
  await close();
});
