// Sections of a report, as the report's page and the panel both draw them.
import { h } from './dom.ts';
import type { PageSection } from './report-protocol.ts';

/** Tables with more columns do not fit in a narrow panel. */
const MOST_NARROW_COLUMNS = 3;

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

function tableOf({ head, rows }: NonNullable<PageSection['table']>, title: string): HTMLElement {
  // The column's name, for a panel so narrow that each row is a list.
  const cell = (value: string, column: number) => h('td', { 'data-column': head[column + 1] ?? '' }, value);
  const table = h(
    'table',
    {},
    h('caption', { class: 'unseen' }, title),
    h('thead', {}, h('tr', {}, ...head.map((name) => h('th', { scope: 'col' }, name)))),
    h(
      'tbody',
      {},
      ...rows.map(([name = '', ...values]) => h('tr', {}, h('th', { scope: 'row' }, name), ...values.map(cell))),
    ),
  );
  return h('div', { class: head.length > MOST_NARROW_COLUMNS ? 'report-table wide' : 'report-table' }, table);
}
