/** A figure is followed to its statement, which the browser checks by itself; what is tampered with is seen to fail. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { api, open, results, stop } from './browser.mjs';

after(stop);

const MINE = 'balance?measure=production&commodity=rare_earths&stage=mine&form=ore&substance=REO&period=2023';

async function steps(page, scope = 'dialog') {
  await page.waitForSelector(`${scope} ol[data-verdict=passed], ${scope} ol[data-verdict=failed], ${scope} ol[data-verdict=unsupported]`, { timeout: 20_000 });
  const list = page.locator(`${scope} ol[data-verdict]:not([data-verdict=""])`).first();
  return {
    verdict: await list.getAttribute('data-verdict'),
    states: Object.fromEntries(await list.locator('li').evaluateAll((all) => all.map((li) => [li.dataset.step, li.dataset.state]))),
  };
}

test('a published figure is verified down to its row', async () => {
  const balance = await api(MINE);
  const china = balance.rows.find((row) => row.area === 'CHN').chosen;
  const { page, faults, close } = await open(`/?figure=${encodeURIComponent(china.figure)}`);
  const { verdict, states } = await steps(page);
  assert.equal(verdict, 'passed');
  for (const step of ['id', 'leaf', 'path', 'checkpoint', 'signature', 'row']) assert.equal(states[step], 'passed', step);
  assert.ok(['passed', 'skipped'].includes(states.blob));
  assert.match(await page.innerText('dialog'), /Verified in your browser/);
  assert.deepEqual(faults, []);
  await page.screenshot({ path: `${results}proof.png` });
  await close();
});

test('a computed figure is verified through every figure it rests on', async () => {
  const balance = await api(MINE);
  const { page, faults, close } = await open('/');
  await page.goto(`${page.url()}?figure=${encodeURIComponent(balance.hhi.figure)}`);
  const { verdict, states } = await steps(page);
  assert.equal(verdict, 'passed');
  assert.equal(states.row, 'passed');
  // Into one of its inputs, and back.
  await page.click('dialog table [data-figure]');
  await page.waitForSelector('dialog .back');
  assert.notEqual(new URL(page.url()).searchParams.get('figure'), balance.hhi.figure);
  await page.click('dialog .back');
  await page.waitForFunction((figure) => new URL(location.href).searchParams.get('figure') === figure, balance.hhi.figure);
  assert.deepEqual(faults, []);
  await close();
});

const tampering = [
  ['bytes of the statement', '**/cose', (body) => { body[body.length - 5] ^= 1; return body; }, 'id'],
  ['the path in the log', '**/proof', (body) => edit(body, (proof) => { proof.path[0] = `${proof.path[0][0] === '0' ? '1' : '0'}${proof.path[0].slice(1)}`; }), 'path'],
  ['the checkpoint’s size', '**/proof', (body) => edit(body, (proof) => { proof.size += 1; proof.checkpoint = proof.checkpoint.replace(`\n${proof.size - 1}\n`, `\n${proof.size}\n`); }), /path|checkpoint/],
  ['the issuer’s key', '**/proof', (body) => edit(body, (proof) => { proof.statement_key = proof.log_key.length ? '11'.repeat(32) : ''; }), 'signature'],
];

function edit(body, change) {
  const proof = JSON.parse(body.toString());
  change(proof);
  return Buffer.from(JSON.stringify(proof));
}

for (const [what, route, change, failing] of tampering) {
  test(`a lie about ${what} is seen`, async () => {
    const balance = await api(MINE);
    const china = balance.rows.find((row) => row.area === 'CHN').chosen;
    const { page, close } = await open('/about');
    await page.route(route, async (request) => {
      const response = await request.fetch();
      const headers = { ...response.headers() };
      delete headers['content-encoding'];
      delete headers['content-length'];
      await request.fulfill({ status: 200, headers, body: change(Buffer.from(await response.body())) });
    });
    await page.goto(`${new URL(page.url()).origin}/?figure=${encodeURIComponent(china.figure)}`);
    const { verdict, states } = await steps(page);
    assert.equal(verdict, 'failed');
    const failed = Object.entries(states).find(([, state]) => state === 'failed')?.[0] ?? '';
    assert.match(failed, failing instanceof RegExp ? failing : new RegExp(`^${failing}$`));
    assert.match(await page.innerText('dialog'), /does not hold/);
    await close();
  });
}

test('a statement’s own page verifies it', async () => {
  const site = (await api('sites?limit=1')).items[0];
  const { page, faults, close } = await open(`/statement/${site.statement.statement}`);
  const { verdict, states } = await steps(page, 'main');
  assert.equal(verdict, 'passed');
  assert.equal(states.signature, 'passed');
  assert.deepEqual(faults, []);
  await close();
});
