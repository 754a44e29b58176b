/**
 * A club of the test's own, from one member to two, made with the program as people do it: its charter can be changed
 * without a trace in the club that the other tests look at.
 *
 * `DIDYMIUM_PROGRAM` names the built program.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const program = process.env.DIDYMIUM_PROGRAM ?? fileURLToPath(new URL('../../target/release/didymium', import.meta.url));
/** How long a node may take until it answers (milliseconds). */
const UP_WITHIN = 120_000;

const execute = promisify(execFile);

/** Runs the program; answers what it printed. */
export async function didymium(...args) {
  const { stdout } = await execute(program, args, { timeout: UP_WITHIN });
  return stdout;
}

export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function serve(dir, url) {
  const node = spawn(program, ['serve', '--dir', dir], { stdio: ['ignore', 'ignore', 'ignore'] });
  const until = Date.now() + UP_WITHIN;
  for (;;) {
    if (node.exitCode !== null) throw new Error(`the node of ${dir} ended`);
    const answer = await fetch(`${url}/api/v1/governance`).catch(() => undefined);
    if (answer?.ok) return node;
    if (Date.now() > until) throw new Error(`the node of ${dir} does not answer`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function until(what, holds) {
  const late = Date.now() + UP_WITHIN;
  while (!(await holds())) {
    if (Date.now() > late) throw new Error(`${what}: not after ${UP_WITHIN} ms`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

export async function ended(node) {
  node.kill('SIGTERM');
  if (node.exitCode === null) await new Promise((resolve) => node.once('exit', resolve));
}

const SOURCES = `source,series,edition,title,publisher,url,licence,attribution,published,published_basis,retrieved
usgs-mcs-2025,usgs-mcs,2025,Mineral Commodity Summaries 2025,USGS,,US-PD,,2025-01-31,exact,2025-06-01
`;

/** A table of one figure. */
const table = (tonnes) => `measure,commodity,stage,form,substance,mass_basis,area,partner,subject,period,value,qualifier,unit,basis,note,source,licence,retrieved
production,rare_earths,mine,ore,REO,contained,CHN,,,2023,${tonnes},,t,reported,,usgs-mcs-2025,US-PD,2025-06-01
`;

/** Founds the club of CAN and starts its node; DEU joins step by step. */
export async function foundClub() {
  const home = await mkdtemp(join(tmpdir(), 'didymium-club-'));
  const running = [];
  const member = async (code) => {
    const listen = `127.0.0.1:${await freePort()}`;
    return { code, dir: join(home, code.toLowerCase()), listen, url: `http://${listen}` };
  };
  const can = await member('CAN');
  const deu = await member('DEU');
  await didymium('init', '--dir', can.dir, '--member', 'CAN', '--listen', can.listen);
  running.push(await serve(can.dir, can.url));
  return {
    can,
    deu,
    /** DEU asks to join; answers the id of its request. */
    async ask() {
      const told = await didymium('init', '--join', can.url, '--dir', deu.dir, '--member', 'DEU', '--listen', deu.listen, '--json');
      return JSON.parse(told).request;
    },
    /** DEU, signed for, begins its log and starts its node. */
    async join() {
      await didymium('init', '--join', can.url, '--dir', deu.dir, '--finish', '--wait', '30');
      running.push(await serve(deu.dir, deu.url));
    },
    /**
     * CAN shows two histories: its folder is put back and grown differently, under the eyes of DEU. Answers the two heads
     * that its log has signed.
     */
    async split() {
      const again = join(home, 'can-again');
      await writeFile(join(home, 'sources.csv'), SOURCES);
      await ended(running.shift());
      await execute('cp', ['-a', can.dir, again]);
      // Before either is shown: afterwards DEU, which is asked first, would know more than the other folder holds.
      for (const [dir, tonnes] of [[can.dir, 255_000], [again, 155_000]]) {
        const file = join(home, `${tonnes}.csv`);
        await writeFile(file, table(tonnes));
        await didymium('import', '--dir', dir, '--kind', 'statistic', file);
      }
      const heads = [];
      for (const dir of [can.dir, again]) {
        const node = await serve(dir, can.url);
        running.unshift(node);
        const head = await (await fetch(`${can.url}/log/checkpoint`)).text();
        heads.push(head);
        const signed = head.split('\n\n')[0];
        // DEU has taken it in, or has found that it contradicts what it took in before.
        await until('DEU sees what CAN shows', async () => {
          const copy = await (await fetch(`${deu.url}/mirror/CAN/checkpoint`)).text();
          const audit = await (await fetch(`${deu.url}/api/v1/audit`)).json();
          return copy.startsWith(signed) || audit.logs.find((log) => log.member === 'CAN').evidence.length > 0;
        });
        if (dir === can.dir) await ended(running.shift());
      }
      return heads;
    },
    async end() {
      for (const node of running) await ended(node);
      await rm(home, { recursive: true, force: true });
    },
  };
}
