// The gaps of a barrier to close: what a reader chooses, and what it gains.

import { connected, protection } from './closing.js';
import { h, replace } from './dom.js';
import { digits } from './rounding.js';
import { text } from './text.js';

// The gaps that a reader can close, and what that gains.
/** @param {App} app @param {Closing} closing @param {FeatureLayer} layer */
export function choiceOf(app, closing, layer) {
  const chosen = new Set();
  /** @type {HTMLElement} */
  let box;
  /** @type {HTMLElement} */
  let result;

  /** @param {Subject} subject @returns {(place: number | null) => boolean} */
  const holdsOf = (subject) => {
    const within = new Set((subject.members ?? [subject]).map((unit) => unit.code));
    return (place) => place !== null && [app.units[place], ...app.ancestors(app.units[place])].some((unit) => within.has(unit.code));
  };
  const subjects = () => {
    const subject = app.subject;
    if (subject.place === app.zone) return [subject, ...app.units.filter((unit) => unit.parent === subject.code)];
    const above = app.ancestors(subject.members ? subject.members[0] : subject);
    return [subject, ...(subject.members ? [app.units[app.zone]] : above)];
  };
  const tell = () => {
    const part = [connected(closing, []), connected(closing, chosen)];
    const shares = subjects()
      .map((subject) => ({ subject, ...protection(closing, chosen, holdsOf(subject)) }))
      .filter(({ whole }) => whole > 0);
    replace(
      result,
      headings(),
      h(
        'tbody',
        {},
        shares.map(({ subject, whole, now, then }) =>
          line(
            app.nameOf(subject),
            percent(now / whole),
            percent(then / whole),
            then > now ? text('belt_points', { points: digits(((then - now) / whole) * 100, 2) }) : '—',
            { 'data-unit-share': subject.code, 'data-now': now / whole, 'data-then': then / whole },
          ),
        ),
        line(text('belt_connected'), digits(part[0], 0), digits(part[1], 0), part[1] > part[0] ? `+${digits(part[1] - part[0], 0)}` : '—', {
          'data-connected': part[1],
          class: 'connected',
        }),
      ),
    );
    for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (box.querySelectorAll('[data-gap]'))) input.checked = chosen.has(Number(input.dataset.gap));
    const best = closing.best.length === chosen.size && closing.best.every((gap) => chosen.has(gap));
    box.querySelector('[data-best]')?.setAttribute('aria-pressed', String(best));
    app.closing = { ...(app.closing ?? {}), [layer.key]: { layer, features: [...chosen].map((gap) => closing.gaps.feature[gap]) } };
    app.chart?.highlight.redraw();
  };
  /** @param {number[]} gaps */
  const choose = (gaps) => {
    chosen.clear();
    for (const gap of gaps) chosen.add(gap);
    tell();
  };
  app.on(['unit'], () => tell());

  return {
    draw() {
      result = h('table', { class: 'closing-result', 'aria-live': 'polite' });
      box = h(
        'div',
        { class: 'closing' },
        h('h3', {}, text('belt_closing')),
        h('p', { class: 'note' }, text('belt_closing_hint', { count: closing.gaps.area.length })),
        h(
          'div',
          { class: 'closing-tools' },
          h('button', { type: 'button', 'data-best': true, onclick: () => choose(closing.best) }, text('belt_best', { count: closing.best.length })),
          h('button', { type: 'button', 'data-none': true, onclick: () => choose([]) }, text('belt_clear')),
        ),
        h(
          'ul',
          { class: 'closing-gaps' },
          closing.gaps.area.map((_, gap) =>
            gapRow(app, closing, layer, gap, (checked) => {
              if (checked) chosen.add(gap);
              else chosen.delete(gap);
              tell();
            }),
          ),
        ),
        result,
      );
      tell();
      return box;
    },
  };
}

/** @param {number} share @returns {string} */
function percent(share) {
  return `${digits(share * 100, 2)}%`;
}

/** @returns {HTMLElement} */
function headings() {
  const names = ['belt_share', 'belt_now', 'belt_then', 'belt_gain'];
  return h(
    'thead',
    {},
    h(
      'tr',
      {},
      names.map((name) => h('th', { scope: 'col' }, text(name))),
    ),
  );
}

/** @param {string} title @param {string} now @param {string} then @param {string} more @param {Record<string, unknown>} data @returns {HTMLElement} */
function line(title, now, then, more, data) {
  return h('tr', data, h('th', { scope: 'row' }, title), h('td', {}, now), h('td', {}, then), h('td', { class: 'gain' }, more));
}

/** @param {App} app @param {Closing} closing @param {FeatureLayer} layer @param {number} gap @param {(checked: boolean) => void} choose */
function gapRow(app, closing, layer, gap, choose) {
  const unit = closing.gaps.unit[gap] === null ? null : app.units[closing.gaps.unit[gap]];
  const id = `${layer.key}-gap${gap}`;
  const rank = closing.gaps.feature[gap] + 1;
  return h(
    'li',
    {},
    h('input', { type: 'checkbox', id, 'data-gap': gap, onchange: (event) => choose(event.target.checked) }),
    h('label', { for: id }, text('belt_gap', { rank, unit: unit ? app.nameOf(unit) : '', area: digits(closing.gaps.area[gap], 0) })),
    h(
      'button',
      {
        type: 'button',
        class: 'link',
        'data-show-gap': gap,
        'aria-label': text('belt_show', { rank }),
        title: text('belt_show', { rank }),
        onclick: () => app.showFeature(layer, closing.gaps.feature[gap]),
      },
      '\u25CE',
    ),
  );
}
