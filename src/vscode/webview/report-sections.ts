// Sections of a report, as the report's page and the panel both draw them.
import { h } from './dom.ts';
import type { PageSection } from './report-protocol.ts';

/** Draws headings, sentences and tables. */
export function sectionsOf(sections: readonly PageSection[], heading: 'h2' | 'h4'): HTMLElement {
  // Reports are always written in English.
  return h(
    'div',
    { class: 'sections', lang: 'en' },
    ...sections.map(({ title, text, table }) =>
      h(
        'section',
        { 'aria-label': title },
        h(heading, {}, title),
        ...text.map((line) => h('p', {}, line)),
        table && tableOf(table, title),
      ),
    ),
  );
}

/** A table whose rows begin with their names. */
export function tableOf({ head, rows }: NonNullable<PageSection['table']>, title: string): HTMLElement {
  const cell = (value: string) => h('td', {}, value);
  return h(
    'table',
    { class: 'report-table' },
    h('caption', { class: 'unseen' }, title),
    h('thead', {}, h('tr', {}, ...head.map((name) => h('th', { scope: 'col' }, name)))),
    h(
      'tbody',
      {},
      ...rows.map(([name = '', ...values]) => h('tr', {}, h('th', { scope: 'row' }, name), ...values.map(cell))),
    ),
  );
}
