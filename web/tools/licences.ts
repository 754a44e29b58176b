import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

const FOLDER = 'node_modules/';

/** The package that a module's file belongs to, or nothing. */
function packageOf(file: string): string | undefined {
  const at = file.lastIndexOf(FOLDER);
  if (at < 0) return undefined;
  const [first = '', second = ''] = file.slice(at + FOLDER.length).split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}

function text(root: string, name: string): string {
  const folder = join(root, FOLDER, name);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string; license?: string };
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  const licence = file ? readFileSync(join(folder, file), 'utf8').trim() : '';
  return `${name} ${manifest.version} (${manifest.license ?? 'see below'})\n\n${licence}\n`;
}

/**
 * Writes `licences.txt` with the licence of every package whose code is in the build, and of the `assets` packages
 * (typefaces, map shapes) that no module names.
 */
export function licences(assets: readonly string[]): Plugin {
  let root = '';
  return {
    name: 'licences',
    apply: 'build',
    configResolved(config) {
      root = config.root;
    },
    generateBundle(_, bundle) {
      const names = new Set(assets);
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        for (const file of Object.keys(chunk.modules)) {
          const name = packageOf(file);
          if (name) names.add(name);
        }
      }
      const known = [...names].sort().filter((name) => existsSync(join(root, FOLDER, name, 'package.json')));
      this.emitFile({ type: 'asset', fileName: 'licences.txt', source: known.map((name) => text(root, name)).join(`\n${'='.repeat(80)}\n\n`) });
    },
  };
}
