// Bundles the page's scripts and styles into geozone/maps/assets: nothing is loaded when a page is opened.
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const here = path.dirname(fileURLToPath(import.meta.url));

await build({
  absWorkingDir: here,
  entryPoints: {
    page: 'src/page.js',
    index: 'src/index.js',
  },
  outdir: '../assets',
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['chrome90', 'firefox88', 'safari15'],
  charset: 'utf8',
  legalComments: 'inline',
  loader: { '.png': 'dataurl' },
  logLevel: 'warning',
});
