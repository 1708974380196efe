// Builds config/kit/static/kit/dist from the sources beside this file. Run: npm ci --ignore-scripts && npm run build
// Two builds of the same sources are byte-identical, so a check can compare the committed output with a fresh one.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { icons } from './icons.mjs';
import { css } from './tokens.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../../..');
const out = join(here, '../static/kit/dist');
const modules = join(root, 'node_modules');

const tokens = {
  name: 'tokens',
  setup(plugin) {
    plugin.onResolve({ filter: /^tokens$/ }, () => ({ path: 'tokens', namespace: 'tokens' }));
    plugin.onLoad({ filter: /.*/, namespace: 'tokens' }, () => ({ contents: css, loader: 'css' }));
  },
};

function symbol(name) {
  const svg = readFileSync(join(modules, 'lucide-static/icons', `${name}.svg`), 'utf8');
  const inner = svg.replace(/<!--[\s\S]*?-->/g, '').replace(/^[\s\S]*?<svg[^>]*>/, '').replace(/<\/svg>\s*$/, '');
  const shape = inner.replace(/\s+/g, ' ').replace(/ \/>/g, '/>').trim();
  return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" `
    + `stroke-linecap="round" stroke-linejoin="round">${shape}</symbol>`;
}

function thirdParty() {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const shipped = Object.entries(lock.packages).filter(([path, entry]) => path && !entry.dev);
  return shipped.map(([path]) => {
    const about = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
    const licence = ['LICENSE', 'LICENSE.md', 'LICENSE.txt'].map((file) => join(root, path, file)).find(existsSync);
    const text = licence ? readFileSync(licence, 'utf8').trim() : about.license;
    return `${about.name} ${about.version} (${about.license})\n\n${text}\n`;
  }).join(`\n${'-'.repeat(80)}\n\n`);
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await build({
  entryPoints: {
    app: join(here, 'js/app.js'),
    builder: join(here, 'css/builder.css'),
    charts: join(here, 'js/charts.js'),
    combobox: join(here, 'js/combobox.js'),
    conditions: join(here, 'js/conditions.js'),
    journey: join(here, 'js/journey/journey.jsx'),
    'journey-look': join(here, 'css/journey.css'),
    grid: join(here, 'js/grid.js'),
    live: join(here, 'js/live.js'),
    style: join(here, 'css/style.css'),
    templates: join(here, 'css/templates.css'),
  },
  outdir: out,
  bundle: true,
  minify: true,
  format: 'esm',
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"' },
  target: ['chrome109', 'firefox115', 'safari16.4'],
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
  plugins: [tokens],
});
const sprite = `<svg xmlns="http://www.w3.org/2000/svg">${[...icons].sort().map(symbol).join('')}</svg>\n`;
writeFileSync(join(out, 'icons.svg'), sprite);
writeFileSync(join(out, 'THIRD_PARTY.txt'), thirdParty());
const sums = readdirSync(out).sort().map((file) => {
  const hash = createHash('sha256').update(readFileSync(join(out, file))).digest('hex');
  return `${hash}  ${file}\n`;
});
writeFileSync(join(out, 'SHA256SUMS'), sums.join(''));
