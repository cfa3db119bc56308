// What differs from the last release; nothing where there is none to compare with.

import { h, replace } from './dom.js';
import { said, text } from './text.js';

/** @param {App} app @returns {HTMLElement | null} */
export function sinceSection(app) {
  const { since } = app.data;
  if (!since) return null;
  const section = h('section', { class: 'missing', id: 'since' });
  const draw = () => {
    replace(
      section,
      h('h2', {}, text('table_since')),
      h('p', { class: 'note' }, said(since.summary), since.cut ? ` ${text('since_more')}` : null),
      since.groups.map((group) =>
        h(
          'details',
          { 'data-part': group.part },
          h('summary', {}, said(group.title)),
          h(
            'ul',
            { class: 'scroll' },
            group.lines.map((line) => h('li', {}, said(line))),
          ),
        ),
      ),
    );
  };
  app.on(['lang'], draw);
  draw();
  return section;
}
