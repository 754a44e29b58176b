/** The audit: its figures are the node's, its graph answers to mouse and keys, and every page tells what is wrong. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { another, answered, frozen, shut, troubled, waiting } from './audit-states.mjs';
import { violations } from './axe.mjs';
import { api, open, overflow, quiet, results, saved, settled, stop } from './browser.mjs';

before(quiet);
after(stop);

const faked = (make) => ({ prepare: (page) => answered(page, make) });

test('every log has its row, its figures are the node’s, and the sentence on top fits', async () => {
  const audit = await api('audit');
  const { page, faults, close } = await open('/audit');
  const rows = page.locator('tbody[data-log]');
  assert.deepEqual(await rows.evaluateAll((all) => all.map((one) => one.dataset.log)), audit.logs.map((log) => log.member));
  for (const [index, log] of audit.logs.entries()) {
    assert.equal(await rows.nth(index).locator('[data-size]').innerText(), log.size.toLocaleString('en'), log.member);
    assert.match(await rows.nth(index).locator('[data-witnessed]').innerText(), new RegExp(`^${log.cosigners.length} of ${audit.others}$`));
    const href = await rows.nth(index).locator('[data-size]').getAttribute('href');
    assert.match(await (await page.request.get(new URL(href, page.url()).href)).text(), new RegExp(`^${log.origin}\n`));
  }
  assert.equal(await page.locator('[data-edge]').count(), audit.logs.flatMap((log) => log.cosigners).length);
  const sound = audit.logs.every((log) => log.standing === 'followed');
  assert.equal(await page.locator('main h1').getAttribute('data-verdict'), sound ? 'good' : 'warn');
  if (sound) assert.equal(await page.locator('[data-log-notice]').count(), 0);
  assert.deepEqual(faults, []);
  await close();
});

test('a row opens, by mouse and by key, to all that is known of the log', async () => {
  const audit = await api('audit');
  const log = audit.logs.find((one) => one.member !== audit.member);
  for (const width of [1440, 390]) {
    const { page, close } = await open('/audit', { width });
    const row = page.locator(`tbody[data-log=${log.member}]`);
    await row.locator('th button').focus();
    await page.keyboard.press('Enter');
    const text = await row.locator('.details').innerText();
    for (const known of [log.origin, log.key, log.root]) assert.ok(text.includes(known), known);
    assert.equal((await row.locator('pre').innerText()).trim(), log.checkpoint.trim());
    const policy = await row.locator('[data-policy]').getAttribute('href');
    assert.equal(policy, `/mirror/${log.member}/policy`);
    assert.ok((await (await page.request.get(new URL(policy, page.url()).href)).text()).startsWith(`log ${log.key}\n`));
    assert.equal(await row.locator('.details tbody tr').count(), audit.others);
    assert.deepEqual(await overflow(page), []);
    assert.deepEqual(await violations(page), []);
    await row.locator('th button').click();
    assert.equal(await row.locator('.details').count(), 0);
    await close();
  }
});

test('the graph: one stop of Tab, arrows go around, what has the focus is told, Enter holds it, Escape lets go', async () => {
  const audit = await api('audit');
  const codes = audit.logs.map((log) => log.member);
  const { page, faults, close } = await open('/audit');
  assert.equal(await page.locator('g[data-member][tabindex="0"]').count(), 1);
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-member'));
  await page.locator(`g[data-member=${codes[0]}]`).focus();
  await page.keyboard.press('ArrowRight');
  assert.equal(await focused(), codes[1]);
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  const last = codes.at(-1);
  assert.equal(await focused(), last);
  const given = audit.logs.filter((log) => log.cosigners.some((one) => one.member === last)).length;
  assert.equal(await page.locator('.edge.gave').count(), given);
  assert.equal(await page.locator('.edge.got').count(), audit.logs.at(-1).cosigners.length);
  assert.match(await page.locator(`g[data-member=${last}] title`).textContent(), /cosigned by/);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  assert.equal(await page.locator(`g[data-member=${last}]`).getAttribute('aria-pressed'), 'true');
  assert.equal(await page.locator('.words abbr').innerText(), last);
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  assert.equal(await page.locator('.words abbr').count(), 0);
  await page.locator(`g[data-member=${codes[1]}] .disc`).hover();
  assert.equal(await page.locator('.words abbr').innerText(), codes[1]);
  assert.deepEqual(faults, []);
  await close();
});

test('the graph can be taken away, with every pair of members in its table', async () => {
  const audit = await api('audit');
  const { page, close } = await open('/audit', { theme: 'dark' });
  const chart = page.locator('figure.chart');
  const rows = (await saved(page, chart, 'csv')).bytes.toString('utf8').trim().split('\r\n');
  assert.equal(rows.length, 1 + audit.logs.length * audit.others);
  const svg = (await saved(page, chart, 'svg')).bytes.toString('utf8');
  assert.doesNotMatch(svg, /var\(--|class=|<style|style=/);
  for (const { member } of audit.logs) assert.ok(svg.includes(`>${member}<`), member);
  assert.ok((await saved(page, chart, 'png')).bytes.length > 5000);
  await close();
});

for (const look of [{ width: 1440, language: 'en' }, { width: 390, theme: 'dark', language: 'fr' }]) {
  for (const [name, make] of [['frozen', (audit) => frozen(audit, another(audit))], ['shut', shut], ['waiting', waiting], ['troubled', troubled]]) {
    test(`${name}, ${look.width} wide, ${look.language}: nothing sticks out, axe is content, nothing is untranslated`, async () => {
      const { page, faults, close } = await open('/audit', { ...look, ...faked(make) });
      await page.screenshot({ path: `${results}audit-${name}-${look.width}-${look.language}.png`, fullPage: true });
      assert.equal(await page.locator('main h1').getAttribute('data-verdict'), ['frozen', 'shut'].includes(name) ? 'bad' : 'warn');
      assert.deepEqual(await overflow(page), []);
      assert.deepEqual(await violations(page), []);
      assert.doesNotMatch(await page.innerText('main'), /\baudit\.[a-z_]+|[{}|]/);
      assert.deepEqual(faults, []);
      await close();
    });
  }
}

test('evidence: what is proven in the reader’s language, both roots, and the way to the statement', async () => {
  const audit = await api('audit');
  const accused = another(audit);
  const { evidence: [proof] } = frozen(audit, accused).logs.find((log) => log.member === accused);
  for (const language of ['en', 'fr']) {
    const { page, close } = await open('/audit', { language, ...faked((answer) => frozen(answer, accused)) });
    const card = page.locator(`[data-evidence=${accused}]`);
    const text = (await card.innerText()).replaceAll('\u00a0', ' ');
    for (const shown of [language === 'fr' ? proof.french : proof.english, proof.smaller_root, proof.larger_root_at_smaller]) assert.ok(text.includes(shown), shown);
    assert.equal(await card.locator('a[href^="/statement/"]').getAttribute('href'), `/statement/${proof.statement}`);
    // A frozen log differs by shape and sign, not by colour alone.
    assert.notEqual(await page.locator(`g[data-member=${accused}] .disc`).getAttribute('d'), await page.locator(`g[data-member=${audit.member}] .disc`).getAttribute('d'));
    assert.equal(await page.locator(`g[data-member=${accused}] .sign`).textContent(), '✕');
    await close();
  }
});

test('every page names a frozen log until the reader puts the notice away; the next session names it again', async () => {
  const audit = await api('audit');
  const accused = another(audit);
  const frozenNow = faked((answer) => frozen(answer, accused));
  const { page, faults, close } = await open('/', frozenNow);
  const notice = page.locator('[role=status] [data-log-notice]');
  for (const path of ['/countries', '/about', '/']) {
    await page.goto(new URL(path, page.url()).href);
    await settled(page);
    assert.match(await notice.innerText(), /contradicts itself/, path);
    assert.equal(await notice.locator('a').getAttribute('href'), '/audit');
  }
  assert.deepEqual(await violations(page), []);
  await notice.locator('button').click();
  assert.equal(await notice.count(), 0);
  await page.reload();
  await settled(page);
  assert.equal(await notice.count(), 0);
  // What the member's figures come from is still marked, where they stand.
  await page.goto(new URL(`/country/${accused}`, page.url()).href);
  await settled(page);
  assert.equal(await page.locator(`[data-log-mark=${accused}] a`).getAttribute('href'), '/audit');
  assert.deepEqual(faults, []);
  await close();
  const later = await open('/', frozenNow);
  assert.equal(await later.page.locator('[data-log-notice]').count(), 1);
  await later.page.locator('[data-log-notice] a').click();
  await later.page.waitForURL(/\/audit$/);
  await later.close();
});

test('a notice about the node’s own log cannot be put away', async () => {
  for (const make of [shut, waiting]) {
    const { page, close } = await open('/about', faked(make));
    assert.match(await page.locator('[data-log-notice]').innerText(), /own log/);
    assert.equal(await page.locator('[data-log-notice] button').count(), 0);
    await close();
  }
});

test('the page asks again every ten seconds, not while the tab is hidden, and nothing moves', async () => {
  let asked = 0;
  const { page, close } = await open('/audit', {
    prepare: async (fresh) => {
      await fresh.clock.install();
      await answered(fresh, (audit) => ({ ...audit, at: new Date(Date.UTC(2026, 2, 2, 9, 0, asked++)).toISOString() }));
      await fresh.addInitScript(() => {
        window.moved = 0;
        new PerformanceObserver((list) => list.getEntries().forEach((entry) => (window.moved += entry.value))).observe({ type: 'layout-shift', buffered: true });
      });
    },
  });
  const time = page.locator('[data-answered]');
  const first = await time.innerText();
  await page.clock.fastForward(10_500);
  await page.waitForFunction((before) => document.querySelector('[data-answered]').textContent !== before, first);
  const hide = (hidden) =>
    page.evaluate((now) => {
      Object.defineProperty(document, 'hidden', { value: now, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
  await hide(true);
  const before = asked;
  await page.clock.fastForward(60_000);
  await page.waitForTimeout(300);
  assert.equal(asked, before, 'asked while hidden');
  await hide(false);
  const shown = await time.innerText();
  await page.clock.fastForward(100);
  await page.waitForFunction((earlier) => document.querySelector('[data-answered]').textContent !== earlier, shown);
  assert.ok(asked > before);
  assert.equal(await page.evaluate(() => window.moved), 0);
  await close();
});

test('a node that falls silent is told, and the last answer stands', async () => {
  const { page, close } = await open('/audit', { prepare: (fresh) => fresh.clock.install() });
  await page.route('**/api/v1/audit', (route) => route.abort());
  await page.clock.fastForward(11_000);
  await page.locator('.asked [role=status] strong').waitFor();
  assert.ok((await page.locator('tbody[data-log]').count()) > 0);
  await close();
});

test('a statement of the kind evidence is told in words, its two notes apart', async () => {
  const sites = await api('sites?limit=1');
  const id = sites.items[0].statement.statement;
  const notes = ['usa.example/log\n6\nAAAA\n\n— usa.example/log one\n', 'usa.example/log\n6\nBBBB\n\n— usa.example/log two\n'];
  const [first, second] = notes.map((note) => Buffer.byteLength(note));
  const payload = { member: 'USA', origin: 'usa.example/log', split_view: `split-view/v1\nsmaller ${first}\nlarger ${second}\n\n${notes.join('')}` };
  for (const [language, kind, words] of [['en', 'Evidence', /the United States’ log contradicts itself/], ['fr', 'Preuve', /le journal des États-Unis se contredit/]]) {
    const { page, faults, close } = await open(`/statement/${id}`, {
      language,
      width: language === 'fr' ? 390 : 1440,
      prepare: async (fresh) => {
        // In one of the two languages the node has verified it.
        if (language === 'fr') await answered(fresh, (audit) => frozen(audit, 'USA', id));
        await fresh.route(`**/api/v1/statements/${id}`, async (route) => {
          const response = await route.fetch();
          const view = await response.json();
          await route.fulfill({ response, json: { ...view, place: { ...view.place, kind: 'evidence' }, payload } });
        });
      },
    });
    await page.screenshot({ path: `${results}evidence-${language}.png`, fullPage: true });
    assert.match(await page.locator('main h1').innerText(), new RegExp(`^${kind}`));
    assert.match(await page.locator('.payload').innerText(), words);
    assert.equal(await page.locator('.payload [data-held]').getAttribute('data-held'), String(language === 'fr'));
    assert.deepEqual(await page.locator('.payload pre').allInnerTexts().then((all) => all.map((text) => text.trim())), notes.map((note) => note.trim()));
    assert.deepEqual(await overflow(page), []);
    assert.deepEqual(faults, []);
    await close();
  }
});
