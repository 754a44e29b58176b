/** A club in which a member really showed two histories: the page that people see has the node's own evidence. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { violations } from './axe.mjs';
import { didymium, foundClub } from './club.mjs';

const club = await foundClub();
const request = await club.ask();
await didymium('charter', 'sign', '--dir', club.can.dir, request);
await club.join();
const heads = await club.split();
// The browser of these tests looks at the member that was shown both.
process.env.DIDYMIUM_URL = club.deu.url;
const { api, open, overflow, results, stop } = await import('./browser.mjs');

after(async () => {
  await stop();
  await club.end();
});

/** The root that a head states, in hexadecimal. */
const root = (head) => Buffer.from(head.split('\n')[2], 'base64').toString('hex');

const SAID = {
  en: /^Canada: this country’s log exists in two versions that contradict each other, and both bear its signature\. can\./,
  fr: /^Canada : le journal de ce pays existe en deux versions qui se contredisent, et toutes deux portent sa signature\. can\./,
};

for (const look of [{ width: 1440, language: 'en' }, { width: 390, theme: 'dark', language: 'fr' }]) {
  test(`a real split, ${look.width} wide, ${look.language}: the country first, then both roots, then the statement`, async () => {
    const [one, other] = heads.map(root);
    assert.notEqual(one, other);
    const accused = (await api('audit')).logs.find((log) => log.member === 'CAN');
    assert.equal(accused.standing, 'frozen');
    const { page, faults, close } = await open('/audit', look);
    await page.screenshot({ path: `${results}split-${look.width}-${look.language}.png`, fullPage: true });
    assert.equal(await page.locator('main h1').getAttribute('data-verdict'), 'bad');
    const card = page.locator('[data-evidence=CAN]');
    assert.match((await card.locator('.proven').innerText()).replaceAll('\u00a0', ' '), SAID[look.language]);
    const text = await card.innerText();
    for (const signed of [one, other]) assert.ok(text.includes(signed), `${signed} is on the page`);
    assert.equal(await page.locator('[data-evidence=DEU]').count(), 0);
    assert.deepEqual(await overflow(page), []);
    assert.deepEqual(await violations(page), []);
    await card.locator('a[href^="/statement/"]').click();
    await page.waitForURL(`**/statement/${accused.evidence[0].statement}`);
    // The page asks for the statement first.
    await page.locator('main', { hasText: look.language === 'fr' ? /Preuve/ : /Evidence/ }).waitFor();
    assert.deepEqual(faults, []);
    await close();
  });

  test(`every page names the split log, ${look.language}`, async () => {
    const { page, close } = await open('/about', look);
    const notice = page.locator('[role=status] [data-log-notice]');
    assert.match(await notice.innerText(), look.language === 'fr' ? /Canada se contredit/ : /Canada’s log contradicts itself/);
    assert.equal(await notice.locator('a').getAttribute('href'), '/audit');
    await close();
  });
}
