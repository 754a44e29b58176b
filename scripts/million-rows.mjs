/**
 * Writes 1,000,000 rows of exercise (invented) observations in the shape of `production_usgs.csv`, for the import benchmark.
 *
 *   node scripts/million-rows.mjs FOLDER    makes FOLDER/million.csv and FOLDER/sources.csv
 */
import { copyFileSync, createWriteStream, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROWS = 1_000_000;
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = process.argv[2];
if (!folder) {
  console.error('usage: node scripts/million-rows.mjs FOLDER');
  process.exit(2);
}
const countries = readFileSync(`${root}crates/vocabulary/tables/countries.csv`, 'utf8')
  .split('\n')
  .slice(1)
  .map((line) => line.slice(0, 3))
  .filter((code) => /^[A-Z]{3}$/.test(code));
const HEADER =
  'measure,commodity,stage,form,substance,mass_basis,area,partner,subject,period,value,qualifier,unit,basis,note,source,licence,retrieved';

function row(number) {
  const area = countries[number % countries.length];
  const month = Math.floor(number / countries.length);
  const year = 2000 + (Math.floor(month / 12) % 20);
  const subject = `exercise-${Math.floor(month / 240)}`;
  const period = `${year}-${String((month % 12) + 1).padStart(2, '0')}`;
  return `production,rare_earths,mine,ore,REO,contained,${area},,${subject},${period},${(number % 9973) + 1},,t,reported,,usgs-mcs-2025,Public domain (US Government work),2026-11-22\n`;
}

copyFileSync(`${root}data/sources.csv`, `${folder}/sources.csv`);
const out = createWriteStream(`${folder}/million.csv`);
out.write(`${HEADER}\n`);
for (let number = 0; number < ROWS; number += 1000) {
  const rows = Array.from({ length: 1000 }, (_, place) => row(number + place)).join('');
  if (!out.write(rows)) await once(out, 'drain');
}
out.end();
await once(out, 'finish');
