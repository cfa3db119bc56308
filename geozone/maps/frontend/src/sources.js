// Where everything comes from: layers, registers, documents, dates, licences, review, findings.

import { h, replace } from './dom.js';
import { said, text } from './text.js';
import { badge } from './badge.js';

export function reviewLine(app) {
  return app.data.review ? text('reviewed', { number: app.data.review }) : text('not_reviewed');
}

// The years that the layers describe, and whether any layer does not say.
export function dataDate(app) {
  const vintages = [...app.layers.values()].filter((layer) => layer.vintage !== undefined).map((layer) => layer.vintage);
  const years = vintages.flatMap((vintage) => vintage.match(/(?:19|20)\d\d/g) ?? []).map(Number);
  const unsaid = vintages.some((vintage) => !/(?:19|20)\d\d/.test(vintage)) ? text('date_unsaid') : '';
  if (!years.length) return unsaid;
  const [first, last] = [Math.min(...years), Math.max(...years)];
  return `${first === last ? first : `${first}–${last}`}${unsaid ? text('in_brackets', { content: unsaid }) : ''}`;
}

export function sourcesSection(app) {
  const section = h('section', { class: 'sources', id: 'sources' });
  const draw = () => {
    const layers = [...app.layers.values()].filter((layer) => layer.source !== undefined);
    replace(section,
      h('h2', {}, text('sources_title')),
      h('p', { class: 'review', 'data-review': true }, reviewLine(app)),
      h('p', { class: 'note' }, text('drawing_note')),
      said(app.data.zone.note) ? h('p', { class: 'note' }, said(app.data.zone.note)) : null,
      h('ul', {},
        layers.map((layer) => h('li', { 'data-source': layer.id }, h('b', {}, said(layer.title)), badge(layer.basis),
          h('span', {}, [said(layer.source), layer.licence, layer.vintage, said(layer.accuracy)].filter(Boolean).join(' · ')),
          said(layer.note) ? h('span', { class: 'aside' }, said(layer.note)) : null)),
        app.data.inputs.filter((entry) => !layers.some((layer) => layer.id === entry.layer)).map((entry) => h('li', {},
          h('b', {}, String(entry.layer ?? '')), entry.basis ? badge(entry.basis) : null,
          h('span', {}, [typeof entry.source === 'number' ? said(entry.source) : entry.source, entry.licence, entry.vintage].filter(Boolean).join(' · ')))),
        Object.values(app.registers).map((register) => h('li', {}, h('b', {}, said(register.title)), badge(register.basis),
          h('span', {}, `${said(register.source)} · ${text('as_of', { date: register.as_of })}`)))),
      h('h3', {}, text('column_documents')),
      h('ul', {}, Object.values(app.data.documents).map((document_) => h('li', {}, h('b', {}, said(document_.title)),
        h('span', {}, [said(document_.issuer), document_.issued].filter(Boolean).join(' · '))))),
      app.data.finding_count ? h('details', { class: 'findings' }, h('summary', {}, text('findings_title', { count: app.data.finding_count })),
        h('ul', {}, app.data.findings.map((finding) => h('li', {}, h('b', {}, text(`severity_${finding.severity}`)),
          h('span', {}, `${finding.layer}${text('colon')}${said(finding.message)} ${said(finding.remedy)}`))))) : null,
      h('p', { class: 'note' }, text('made_with', { version: app.data.version })),
      h('p', { class: 'note' }, text('browsers')));
  };
  app.on(['lang'], draw);
  draw();
  return section;
}
