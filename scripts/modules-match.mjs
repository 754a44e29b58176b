/**
 * Exit code 0 if `node_modules` of a folder holds what its `package-lock.json` names, else 1.
 *
 * npm writes what it installed into `node_modules/.package-lock.json`. Packages for other systems are left out there.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2] ?? '.';

function packages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages ?? {};
  } catch {
    return undefined;
  }
}

const wanted = packages(join(folder, 'package-lock.json'));
const installed = packages(join(folder, 'node_modules/.package-lock.json'));

function matches() {
  if (!wanted || !installed) return false;
  const missing = Object.entries(wanted).some(([path, { version, integrity, optional }]) => {
    if (path === '') return false;
    const there = installed[path];
    if (!there) return !optional;
    return there.version !== version || there.integrity !== integrity || !existsSync(join(folder, path, 'package.json'));
  });
  return !missing && Object.keys(installed).every((path) => path in wanted);
}

process.exit(matches() ? 0 : 1);
