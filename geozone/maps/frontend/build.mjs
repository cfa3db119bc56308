// Bundles the page's scripts and styles into geozone/maps/assets: nothing is loaded when a page is opened.
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const here = path.dirname(fileURLToPath(import.meta.url));

const common = {
  absWorkingDir: here,
  outdir: '../assets',
  bundle: true,
  minify: true,
  format: 'iife',
  charset: 'utf8',
  legalComments: 'inline',
  logLevel: 'warning',
};

await build({
  ...common,
  entryPoints: {
    page: 'src/page.js',
    index: 'src/index.js',
  },
  // as texts/maps.toml tells readers; built-ins that came later are not used (tests/browser/test_old_browsers.py)
  target: ['chrome88', 'edge88', 'firefox90', 'safari15'],
  loader: { '.png': 'dataurl' },
});

await build({ ...common, entryPoints: { guard: 'src/guard.js' }, target: ['es5'] });
