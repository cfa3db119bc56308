// The breaks of a barrier, and the passes along it, as lists that lead to the map.

import { around, nameAt, thereAt } from './belt_rows.js';
import { h } from './dom.js';
import { digits } from './rounding.js';
import { text } from './text.js';

/** @param {App} app @param {FeatureLayer | null} layer @param {BeltRow[]} rows @param {(row: BeltRow) => void} mark */
export function breakList(app, layer, rows, mark) {
  if (!layer || !rows.length) return null;
  return h(
    'details',
    { class: 'belt-breaks' },
    h('summary', {}, text('belt_breaks', { count: rows.length })),
    h(
      'ol',
      {},
      rows.map((row) =>
        h(
          'li',
          {},
          h('span', { class: 'key-dot', style: { background: layer.legend[layer.symbols?.[row.feature] ?? 0].symbol.fill ?? '' } }),
          h(
            'button',
            {
              type: 'button',
              class: 'link',
              'data-break': row.rank,
              onclick: () => {
                mark(row);
                app.showFeature(layer, row.feature, around(layer, row.feature));
              },
            },
            text('belt_break', { rank: row.rank, kind: text(`break_kind_${row.kind}`), county: nameAt(app, row), km: digits(row.along_km, 0) }),
          ),
          Number.isFinite(row.width_km) ? h('span', {}, text(`belt_wide_${row.kind}`, { width: digits(row.width_km, 1) })) : null,
          thereAt(app, row) ? h('span', { class: 'there' }, thereAt(app, row)) : null,
        ),
      ),
    ),
  );
}

// The passes and basins along the axes, by which a reader finds a place of the profile.
/** @param {App} app @param {BeltRow[]} rows @param {boolean} hasSafe @param {(row: BeltRow) => void} go */
export function passList(app, rows, hasSafe, go) {
  const found = rows.filter((row) => row.there);
  if (!found.length) return null;
  return h(
    'details',
    { class: 'belt-breaks belt-passes' },
    h('summary', {}, h('i', { class: 'key-pass' }), text('belt_passes', { count: found.length })),
    h(
      'ol',
      {},
      found.map((row) =>
        h(
          'li',
          {},
          h('button', { type: 'button', class: 'link', 'data-pass': row.feature, onclick: () => go(row) }, thereAt(app, row)),
          h(
            'span',
            {},
            text(hasSafe ? 'belt_pass_at' : 'belt_pass_at_width', {
              km: digits(row.along_km, 0),
              width: digits(row.width_km, 1),
              safe: digits(row.protected_width_km ?? 0, 1),
            }),
          ),
        ),
      ),
    ),
  );
}
