/** A figure is followed to its statement, which the browser checks by itself; what is tampered with is seen to fail. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { api, base, open, results, stop } from './browser.mjs';

after(stop);

const MINE = 'balance?measure=production&commodity=rare_earths&stage=mine&form=ore&substance=REO&period=2023';

async function steps(page, scope = 'dialog') {
  await page.waitForSelector(`${scope} ol[data-verdict=passed], ${scope} ol[data-verdict=failed], ${scope} ol[data-verdict=unsupported]`);
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
  for (const step of ['charter', 'id', 'leaf', 'path', 'checkpoint', 'signature', 'row', 'source', 'shown']) assert.equal(states[step], 'passed', step);
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
  assert.equal(states.shown, 'passed');
  assert.match(await page.innerText('dialog [data-step=shown]'), /Recomputed from the \d+ figures/);
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

const sha = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

function keys() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { private: privateKey, public: publicKey.export({ format: 'der', type: 'spki' }).subarray(-32) };
}

function vkey(name, pair) {
  const typed = Buffer.concat([Buffer.of(1), pair.public]);
  const id = sha(`${name}\n`, typed).subarray(0, 4);
  return { id, text: `${name}+${id.toString('hex')}+${typed.toString('base64')}` };
}

function cbor(item) {
  const head = (major, n) => (n < 24 ? Buffer.of((major << 5) | n) : n < 256 ? Buffer.of((major << 5) | 24, n) : Buffer.of((major << 5) | 25, n >> 8, n & 255));
  if (typeof item === 'number') return item >= 0 ? head(0, item) : head(1, -1 - item);
  if (typeof item === 'string') return Buffer.concat([head(3, Buffer.byteLength(item)), Buffer.from(item)]);
  if (Buffer.isBuffer(item)) return Buffer.concat([head(2, item.length), item]);
  if (Array.isArray(item)) return Buffer.concat([head(4, item.length), ...item.map(cbor)]);
  return Buffer.concat([head(5, item.size), ...[...item].flat().map(cbor)]);
}

/** Everything anew under keys of the forger's own, each part consistent with the others. */
function forgery(trace, charter, value) {
  const [issuer, log] = [keys(), keys()];
  const place = trace.statements[0];
  const origin = charter.members.find((one) => one.member === place.member).keys.log.split('+')[0];
  const members = charter.members.map((one) => (one.member === place.member ? { ...one, keys: { ...one.keys, statement: [issuer.public.toString('hex')], log: vkey(origin, log).text } } : { ...one, own: keys() }));
  const signers = members.map((one) => one.own ?? issuer);
  const payload = Buffer.from(JSON.stringify({ ...charter, members: members.map(({ own, ...one }) => (own ? { ...one, keys: { ...one.keys, statement: [own.public.toString('hex')] } } : one)) }));
  const body = cbor(new Map([[3, 'application/vnd.didymium.charter+json; version=1']]));
  const header = (pair) => cbor(new Map([[1, -8], [4, sha(pair.public).subarray(0, 16)]]));
  const signatures = signers.map((pair) => [header(pair), new Map(), sign(null, cbor(['Signature', body, header(pair), Buffer.alloc(0), payload]), pair.private)]);
  const observation = { ...trace.observation, value: { ...trace.observation.value, value } };
  const { key, area, partner, note } = observation;
  const row = { ...key, area, partner, note, period: observation.value.period, value, unit: observation.value.unit, basis: observation.value.basis, qualifier: observation.value.qualifier };
  const table = Buffer.from(JSON.stringify({ source: trace.source, table: 'forged', columns: Object.keys(row), rows: [Object.values(row)] }));
  const protectedHeader = cbor(new Map([[1, -8], [3, 'application/vnd.didymium.statistic+json; version=1'], [4, sha(issuer.public).subarray(0, 16)], [15, new Map([[1, place.issuer], [2, 'https://x.example/forged']])]]));
  const cose = Buffer.concat([Buffer.of(0xd2), cbor([protectedHeader, new Map(), table, sign(null, cbor(['Signature1', protectedHeader, Buffer.alloc(0), table]), issuer.private)])]);
  const leaf = sha(Buffer.of(0), cose);
  const text = `${origin}\n1\n${leaf.toString('base64')}\n`;
  const checkpoint = `${text}\n\u2014 ${origin} ${Buffer.concat([vkey(origin, log).id, sign(null, Buffer.from(text), log.private)]).toString('base64')}\n`;
  const statement = sha(cose).toString('hex');
  return {
    charter: Buffer.concat([Buffer.of(0xd8, 98), cbor([body, new Map(), payload, signatures])]),
    charterId: sha(payload).toString('hex'),
    cose,
    proof: { member: place.member, index: 0, size: 1, leaf: leaf.toString('hex'), path: [], checkpoint, log_key: vkey(origin, log).text, statement_key: issuer.public.toString('hex') },
    trace: { ...trace, observation, statements: [{ ...place, statement, index: 0, blob: null }] },
  };
}

async function charterOf() {
  const bytes = Buffer.from(await (await fetch(`${base}/charter`)).arrayBuffer());
  const from = bytes.indexOf('{"version"');
  const id = (await api('node')).charter;
  for (let end = bytes.indexOf('}', from) + 1; end > 0; end = bytes.indexOf('}', end) + 1) if (sha(bytes.subarray(from, end)).toString('hex') === id) return JSON.parse(bytes.subarray(from, end).toString());
  throw new Error('the charter holds no payload of that id');
}

/** Opens a figure while the node's answers are replaced, after an honest first visit if `met`. */
async function lied(figure, { provenance, charter, charterId, cose, proof, met = true }) {
  const json = (value) => ({ status: 200, contentType: 'application/json', body: JSON.stringify(value) });
  const { page, close } = await open('/about', { prepare: met ? undefined : (fresh) => lies(fresh) });
  async function lies(target) {
    if (provenance) await target.route('**/api/v1/provenance*', (request) => request.fulfill(json(provenance)));
    if (charter) await target.route('**/charter/chain', (request) => request.fulfill({ status: 200, contentType: 'application/cose', body: charter }));
    if (cose) await target.route('**/cose', (request) => request.fulfill({ status: 200, body: cose }));
    if (proof) await target.route('**/proof', (request) => request.fulfill(json(proof)));
    if (charterId) await target.route('**/api/v1/node', async (request) => request.fulfill(json({ ...(await (await request.fetch()).json()), charter: charterId })));
  }
  if (met) {
    await page.waitForFunction(() => localStorage.getItem('didymium.charter') !== null);
    await lies(page);
  }
  await page.goto(`${base}/?figure=${encodeURIComponent(figure)}`);
  const told = await steps(page);
  const failed = Object.entries(told.states).find(([, state]) => state === 'failed')?.[0];
  const words = await page.innerText('dialog');
  const warned = await page.locator('[data-charter-changed]').count();
  await close();
  return { ...told, failed, words, warned };
}

async function chinaFigure() {
  const balance = await api(MINE);
  const { figure } = balance.rows.find((row) => row.area === 'CHN').chosen;
  return { figure, balance, provenance: await api(`provenance?figure=${encodeURIComponent(figure)}`) };
}

function forged(provenance, made) {
  return { ...provenance, value: { ...provenance.value, value: made.trace.observation.value.value }, inputs: [made.trace] };
}

test('a forgery under fresh keys fails at the charter', async () => {
  const { figure, provenance } = await chinaFigure();
  const made = forgery(provenance.inputs[0], await charterOf(), '999999');
  const lies = { ...made, provenance: forged(provenance, made) };
  const keysOnly = await lied(figure, { ...lies, charter: undefined, charterId: undefined });
  assert.equal(keysOnly.verdict, 'failed');
  assert.equal(keysOnly.failed, 'checkpoint');
  const otherId = await lied(figure, { ...lies, charterId: undefined });
  assert.equal(otherId.failed, 'charter');
  const whole = await lied(figure, lies);
  assert.equal(whole.failed, 'charter');
  assert.equal(whole.warned, 1);
  // A browser that never met the club cannot tell, and says so.
  const fresh = await lied(figure, { ...lies, met: false });
  assert.equal(fresh.verdict, 'passed');
  assert.match(fresh.words, /learned from this node/);
});

test('another headline, another source, another basis are each seen', async () => {
  const { figure, provenance, balance } = await chinaFigure();
  const [trace] = provenance.inputs;
  const headline = await lied(figure, { provenance: { ...provenance, value: { ...provenance.value, value: '155000' } } });
  assert.equal(headline.failed, 'shown');
  const titled = await lied(figure, { provenance: { ...provenance, inputs: [{ ...trace, source: { ...trace.source, title: 'Another book' } }] } });
  assert.equal(titled.failed, 'source');
  const based = await lied(figure, { provenance: { ...provenance, value: { ...provenance.value, basis: 'estimated' }, inputs: [{ ...trace, observation: { ...trace.observation, value: { ...trace.observation.value, basis: 'estimated' } } }] } });
  assert.equal(based.failed, 'row');
  const hhi = await api(`provenance?figure=${encodeURIComponent(balance.hhi.figure)}`);
  const computed = await lied(balance.hhi.figure, { provenance: { ...hhi, value: { ...hhi.value, value: '1200' } } });
  assert.equal(computed.failed, 'shown');
  const less = await lied(balance.hhi.figure, { provenance: { ...hhi, inputs_total: hhi.inputs_total + 1 } });
  assert.equal(less.states.shown, 'skipped');
  assert.match(less.words, /not recomputed/);
});
