/** Governance: who is in the club, how the charter has changed, and what is proposed, on a club that really changes. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { violations } from './axe.mjs';
import { didymium, foundClub } from './club.mjs';

const club = await foundClub();
// The browser of these tests looks at this club.
process.env.DIDYMIUM_URL = club.can.url;
const { api, open, overflow, results, settled, stop } = await import('./browser.mjs');

after(async () => {
  await stop();
  await club.end();
});

const LOOKS = [
  { width: 1440, theme: 'light', language: 'en' },
  { width: 1440, theme: 'dark', language: 'fr' },
  { width: 390, theme: 'light', language: 'fr' },
  { width: 390, theme: 'dark', language: 'en' },
];

/** The page as it is now, in every look: no fault, nothing sticks out, axe is content, nothing is untranslated. */
async function everyLook(state, prepare) {
  for (const look of LOOKS) {
    const { page, faults, close } = await open('/governance', { ...look, prepare });
    await page.screenshot({ path: `${results}governance-${state}-${look.width}-${look.theme}-${look.language}.png`, fullPage: true });
    const where = `${state} ${look.width} ${look.theme}`;
    assert.deepEqual(await overflow(page), [], where);
    assert.deepEqual(await violations(page), [], where);
    assert.doesNotMatch(await page.innerText('main'), /\b(governance|audit)\.[a-z_]+|[{}|]|undefined/, where);
    assert.deepEqual(faults, [], where);
    await close();
  }
}

async function until(what, holds) {
  const end = Date.now() + 120_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`it never came to this: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

test('a club of one: its rules, its only member with every key, its first version; linked from every page', async () => {
  const charter = await api('governance');
  const { page, faults, close } = await open('/');
  await page.click('nav a[href="/governance"]');
  await settled(page);
  assert.equal(await page.locator('nav a[aria-current=page]').innerText(), 'Governance');
  assert.match(await page.title(), /Governance/);
  assert.equal(await page.locator('main h1').getAttribute('data-verdict'), 'good');
  assert.match(await page.innerText('[data-rule=charter]'), /1 of 1/);
  assert.match(await page.innerText('[data-rule=quorum]'), /no quorum[^]*take four/);
  const row = page.locator('tbody[data-member=CAN]');
  await row.locator('th button').focus();
  await page.keyboard.press('Enter');
  const keys = await row.locator('.details').innerText();
  for (const { key, id } of charter.members[0].keys) assert.ok(keys.includes(key) && keys.includes(id), key);
  assert.equal(await page.locator('[data-version]').count(), 1);
  assert.match(await page.innerText('[data-version="1"]'), /founded by Canada/);
  const digest = page.locator('[data-version="1"] details');
  await digest.locator('summary').focus();
  await page.keyboard.press('Enter');
  assert.ok((await digest.innerText()).includes(charter.charter));
  assert.equal(await page.locator('[data-no-proposals]').count(), 1);
  assert.deepEqual(faults, []);
  await close();
  await everyLook('founded');
});

test('a request to join is shown as one, with who must still sign', async () => {
  const request = await club.ask();
  const { page, close } = await open('/governance');
  const card = page.locator(`[data-proposal="${request}"]`);
  assert.match(await card.locator('h3').innerText(), /asked for/);
  assert.match(await card.innerText(), /Germany: joins as voting member/);
  assert.equal(await card.locator('[data-lacks]').getAttribute('data-lacks'), '1');
  assert.match(await page.innerText('main h1'), /asks to change/);
  await close();
  await everyLook('requested');
  await didymium('charter', 'sign', '--dir', club.can.dir, request.slice(0, 12));
  await club.join();
  await until('two members', async () => (await api('governance')).members.length === 2);
});

test('the second version stands in the history, with who joined and who signed under which version', async () => {
  const { page, close } = await open('/governance');
  assert.deepEqual(await page.locator('[data-version]').evaluateAll((all) => all.map((one) => one.dataset.version)), ['2', '1']);
  const second = page.locator('[data-version="2"]');
  assert.match(await second.innerText(), /in force/);
  assert.match(await second.locator('[data-change=member_joined]').innerText(), /Germany: joins as voting member/);
  assert.match(await second.locator('[data-votes="1"]').innerText(), /1 of 1/);
  assert.match(await second.locator('[data-votes="2"]').innerText(), /2 of 2/);
  assert.ok(await second.locator('time').getAttribute('datetime'));
  assert.match(await page.innerText('tbody[data-member=DEU]'), /version 2/);
  await close();
});

test('a proposal: what changes, who has signed, how many are missing, the command that signs it; then it comes into force', async () => {
  await didymium('charter', 'propose', '--dir', club.can.dir, '--rotate', 'statement');
  const { proposals: [proposal] } = await api('governance');
  await everyLook('proposed');
  const { page, faults, close } = await open('/governance', { prepare: (one) => one.context().grantPermissions(['clipboard-read', 'clipboard-write']) });
  const card = page.locator(`[data-proposal="${proposal.id}"]`);
  assert.equal(await page.locator('main h1').getAttribute('data-verdict'), 'warn');
  assert.match(await card.locator('[data-change=key_rotated]').innerText(), /Canada: changes its statement key/);
  assert.equal(await card.locator('[data-lacks]').getAttribute('data-lacks'), '1');
  // The same two voters under both versions: counted once, with a sign and words, not by colour alone.
  assert.equal(await card.locator('[data-votes]').count(), 1);
  const pips = await card.locator('[data-votes] li').allInnerTexts();
  assert.match(pips[0], /✓\s*Canada\s*, has signed/);
  assert.match(pips[1], /○\s*Germany\s*, has not signed/);
  const command = await card.locator('pre').innerText();
  assert.equal(command.trim(), `didymium charter sign --dir . ${proposal.id}`);
  await card.locator('.command button').focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction((id) => document.querySelector(`[data-proposal="${id}"] .command [role=status]`)?.textContent?.includes('Copied'), proposal.id);
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), command.trim());
  // The other member signs, and the page tells by itself.
  await until('the proposal at the other node', async () => (await (await fetch(`${club.deu.url}/api/v1/governance`)).json()).proposals.some((one) => one.id === proposal.id));
  await didymium('charter', 'sign', '--dir', club.deu.dir, proposal.id);
  await page.waitForSelector('[data-version="3"]');
  assert.equal(await page.locator('[data-proposal]').count(), 0);
  assert.match(await page.locator('[data-version="3"] [data-change=key_rotated]').innerText(), /old key counts up to entry/);
  assert.deepEqual(faults, []);
  await close();
  await everyLook('changed');
});

test('what the old key signed is still proven in the browser, under the charter of its time', async () => {
  const { items: [genesis] } = await api('statements?member=CAN&limit=1');
  assert.equal((await api('governance')).version, 3);
  const { page, faults, close } = await open(`/statement/${genesis.statement}`);
  await page.waitForSelector('main ol[data-verdict=passed], main ol[data-verdict=failed]');
  assert.equal(await page.locator('main ol[data-verdict]').first().getAttribute('data-verdict'), 'passed', await page.innerText('main'));
  assert.deepEqual(faults, []);
  await close();
});

test('a fork and a refusal are warnings that cannot be missed', async () => {
  const wrong = async (page) => {
    await page.route('**/api/v1/governance', async (route) => {
      const response = await route.fetch();
      const charter = await response.json();
      const fork = { version: 3, ours: charter.charter, theirs: 'e'.repeat(64), signed_both: ['DEU'] };
      await route.fulfill({ response, json: { ...charter, fork, refused: { version: 4, reason: 'it names 9 entries of the log of CAN' } } });
    });
  };
  const { page, close } = await open('/governance', { prepare: wrong });
  assert.equal(await page.locator('main h1').getAttribute('data-verdict'), 'bad');
  assert.match(await page.innerText('[data-fork]'), /Signed both: Germany/);
  assert.match(await page.innerText('[data-refused]'), /9 entries/);
  await close();
  await everyLook('forked', wrong);
});
