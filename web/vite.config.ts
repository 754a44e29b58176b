import { defineConfig } from 'vite';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { licences } from './tools/licences.ts';

// `DIDYMIUM_URL` points the development server at a running node.
const node = process.env['DIDYMIUM_URL'] ?? 'http://127.0.0.1:7400';

export default defineConfig({
  plugins: [svelte(), licences(['@fontsource-variable/inter', '@fontsource-variable/source-serif-4', 'world-atlas'])],
  server: { proxy: { '/api': node, '/healthz': node, '/charter': node, '/log': node, '/mirror': node } },
  build: {
    target: 'es2022',
    // The page's policy forbids `data:` fonts and inline scripts: keep every asset a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
});
