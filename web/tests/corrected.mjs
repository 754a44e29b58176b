/**
 * A node of the test's own that recorded two editions of one publication, and corrected the second: what is looked at is how
 * its figures changed.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { didymium, ended, freePort, serve } from './club.mjs';

const SOURCES = `source,series,edition,title,publisher,url,licence,attribution,published,published_basis,retrieved
usgs-mcs-2025,usgs-mcs,2025,Mineral Commodity Summaries 2025,USGS,,US-PD,,2025-01-31,exact,2026-11-01
usgs-mcs-2026,usgs-mcs,2026,Mineral Commodity Summaries 2026,USGS,,US-PD,,2026-02-06,assumed,2026-11-01
`;
const HEADER = 'measure,commodity,stage,form,substance,mass_basis,area,partner,subject,period,value,qualifier,unit,basis,note,source,licence,retrieved\n';

/** World and China in two years, as one edition gives them. */
function table(edition, figures) {
  const rows = figures.map(([area, period, value]) => `production,rare_earths,mine,ore,REO,contained,${area},,,${period},${value},,t,reported,,${edition},US-PD,2026-11-01\n`);
  return HEADER + rows.join('');
}

/** Founds it, lets it record, and starts it. */
export async function foundCorrected() {
  const home = await mkdtemp(join(tmpdir(), 'didymium-vintages-'));
  const listen = `127.0.0.1:${await freePort()}`;
  const dir = join(home, 'can');
  await didymium('init', '--dir', dir, '--member', 'CAN', '--listen', listen);
  await writeFile(join(home, 'sources.csv'), SOURCES);
  const load = async (file, text, ...more) => {
    await writeFile(join(home, file), text);
    await didymium('import', '--dir', dir, '--kind', 'statistic', join(home, file), ...more);
  };
  const first = [['WLD', 2023, 376_000], ['CHN', 2023, 255_000], ['WLD', 2024, 390_000], ['CHN', 2024, 270_000]];
  const second = [['WLD', 2023, 380_000], ['CHN', 2023, 255_000], ['WLD', 2024, 395_000], ['CHN', 2024, 27_100]];
  await load('first.csv', table('usgs-mcs-2025', first));
  await load('second.csv', table('usgs-mcs-2026', second));
  await load('second.csv', table('usgs-mcs-2026', second).replace(',27100,', ',271000,'), '--supersede', 'a digit was lost');
  const node = await serve(dir, `http://${listen}`);
  return {
    url: `http://${listen}`,
    async end() {
      await ended(node);
      await rm(home, { recursive: true, force: true });
    },
  };
}
