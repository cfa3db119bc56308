// Where everything comes from: layers, registers, figures, documents, dates, licences, review, findings.

import { h, replace } from './dom.js';
import { said, text } from './text.js';
import { badge } from './badge.js';

/** @param {App} app @returns {string} */
export function reviewLine(app) {
  return app.data.review ? text('reviewed', { number: app.data.review }) : text('not_reviewed');
}

// The years that the numbers describe, and whether any of them does not say.
/** @param {App} app @returns {string} */
export function dataDate(app) {
  const { first, last, unsaid } = app.data.dates;
  const silence = unsaid ? text('date_unsaid') : '';
  if (first === null) return silence;
  return `${first === last ? first : `${first}\u2013${last}`}${silence ? text('in_brackets', { content: silence }) : ''}`;
}

// What an indicator is made from: a heading and words for each input.
/** @param {App} app @param {Indicator} indicator @returns {[string, string][]} */
export function sourcesOf(app, indicator) {
  /** @type {(sort: string, ids: string[], heading: string) => [string, string][]} */
  const of = (sort, ids, heading) =>
    app.data.sources
      .filter((source) => source.sort === sort && ids.includes(source.id))
      .map((source) => [heading, `${said(source.title)}${text('colon')}${origin(source)}`]);
  return [...of('layer', indicator.layers, 'column_source'), ...of('register', indicator.registers, 'column_register')];
}

/** @param {Source} source @returns {string} */
function origin(source) {
  return [said(source.source), source.date, said(source.licence), said(source.accuracy)].filter(Boolean).join(' \u00B7 ');
}

/** @param {Source} source */
function sourceLine(source) {
  return h(
    'li',
    { 'data-source': source.id },
    h('b', {}, said(source.title)),
    badge(source.basis),
    h('span', {}, origin(source)),
    source.taken || said(source.citation)
      ? h('span', { class: 'aside' }, [source.taken ? text('taken_on', { date: source.taken }) : '', said(source.citation)].filter(Boolean).join(' \u00B7 '))
      : null,
    said(source.note) ? h('span', { class: 'aside' }, said(source.note)) : null,
  );
}

/** @param {App} app */
function sourceLists(app) {
  /** @param {string} sort */
  const of = (sort) => app.data.sources.filter((source) => source.sort === sort);
  const figures = of('figures');
  const layers = of('layer');
  return [
    layers.length ? [h('h3', {}, text('sources_layers')), h('ul', {}, layers.map(sourceLine))] : null,
    of('register').length ? [h('h3', {}, text('table_registers')), h('ul', {}, of('register').map(sourceLine))] : null,
    figures.length
      ? h(
          'details',
          { class: 'figures', open: !layers.length },
          h('summary', {}, `${text('table_figures')} (${figures.length})`),
          h('ul', {}, figures.map(sourceLine)),
        )
      : null,
  ];
}

/** @param {PolicyDocument[]} documents */
function documentList(documents) {
  if (!documents.length) return null;
  return [
    h('h3', {}, text('column_documents')),
    h(
      'ul',
      {},
      documents.map((document_) =>
        h('li', {}, h('b', {}, said(document_.title)), h('span', {}, [said(document_.issuer), document_.issued].filter(Boolean).join(' · '))),
      ),
    ),
  ];
}

/** @param {App} app @returns {HTMLElement} */
export function sourcesSection(app) {
  const section = h('section', { class: 'sources', id: 'sources' });
  const draw = () => {
    replace(
      section,
      h('h2', {}, text('sources_title')),
      h('p', { class: 'review', 'data-review': true }, reviewLine(app)),
      h('p', { class: 'note' }, text('drawing_note')),
      said(app.data.zone.note) ? h('p', { class: 'note' }, said(app.data.zone.note)) : null,
      sourceLists(app),
      documentList(Object.values(app.data.documents)),
      app.data.finding_count
        ? h(
            'details',
            { class: 'findings' },
            h('summary', {}, text('findings_title', { count: app.data.finding_count })),
            h(
              'ul',
              {},
              app.data.findings.map((finding) =>
                h(
                  'li',
                  {},
                  h('b', {}, text(`severity_${finding.severity}`)),
                  h('span', {}, `${finding.layer}${text('colon')}${said(finding.message)} ${said(finding.remedy)}`),
                ),
              ),
            ),
          )
        : null,
      h('p', { class: 'note' }, text('made_with', { version: app.data.version })),
      h('p', { class: 'note' }, text('browsers')),
    );
  };
  app.on(['lang'], draw);
  draw();
  return section;
}
