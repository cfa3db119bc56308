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

// as texts/maps.toml tells readers; built-ins that came later are not used (tests/browser/test_old_browsers.py)
const target = ['chrome88', 'edge88', 'firefox88', 'safari15'];

// the page carries its worker as text, since it may load nothing
const worker = await build({ ...common, entryPoints: ['src/worker.js'], target, write: false });

await build({
  ...common,
  entryPoints: {
    page: 'src/page.js',
    index: 'src/index.js',
  },
  target,
  define: { WORKER_SOURCE: JSON.stringify(worker.outputFiles[0].text) },
  loader: { '.png': 'dataurl' },
});

await build({ ...common, entryPoints: { guard: 'src/guard.js' }, target: ['es5'] });
