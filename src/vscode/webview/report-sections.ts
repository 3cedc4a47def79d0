// Sections of a report without their charts, as the report's page and the panel both draw them.
import { bar, type DomChild, h, icon, icons } from './dom.ts';
import type { PageSection } from './report-protocol.ts';
import type { Words } from './wording.ts';

/** Tables with more columns do not fit in a narrow panel. */
const MOST_NARROW_COLUMNS = 3;

/**
 * Draws sentences, table and examples of a section.
 * @param chart drawn above the table, which is then folded
 */
export function sectionContent(
  words: Words,
  { title, text, table, examples = [] }: PageSection,
  chart?: HTMLElement,
): DomChild[] {
  const tableElement = table && tableOf(words, table, title);
  return [
    ...text.map((line) => h('p', {}, line)),
    chart,
    chart && tableElement ? folded(words.t('asTable'), tableElement) : tableElement,
    examples.length === 0
      ? undefined
      : folded(words.counted('examplesShown', examples.length), ...examples.map(exampleOf)),
  ];
}

/** A `details` element with a chevron. */
export function folded(name: string, ...content: readonly DomChild[]): HTMLElement {
  return h('details', { class: 'fold' }, h('summary', {}, icon(icons.chevron), name), ...content);
}

function tableOf(words: Words, { head, rows }: NonNullable<PageSection['table']>, title: string): HTMLElement {
  const cell = (value: string | number, column: number) => {
    // Its own name, for a panel so narrow that each row is a list.
    const name = { 'data-column': head[column + 1] ?? '' };
    return typeof value === 'string'
      ? h('td', name, value)
      : h(
          'td',
          { ...name, class: 'share' },
          h('span', { class: 'number' }, words.percent(value)),
          bar(value, 'specialist'),
        );
  };
  const table = h(
    'table',
    {},
    h('caption', { class: 'unseen' }, title),
    h('thead', {}, h('tr', {}, ...head.map((name) => h('th', { scope: 'col' }, name)))),
    h(
      'tbody',
      {},
      ...rows.map(([name = '', ...values]) =>
        h('tr', {}, h('th', { scope: 'row' }, String(name)), ...values.map(cell)),
      ),
    ),
  );
  return h('div', { class: head.length > MOST_NARROW_COLUMNS ? 'report-table wide' : 'report-table' }, table);
}

function exampleOf({ location, before, lines }: NonNullable<PageSection['examples']>[number]): HTMLElement {
  return h(
    'div',
    { class: 'example' },
    h('p', { class: 'foot' }, location),
    h('pre', { class: 'code' }, h('span', { class: 'before' }, before)),
    h(
      'dl',
      { class: 'answers' },
      ...lines.map(({ who, text }) => h('div', {}, h('dt', {}, who), h('dd', {}, h('code', {}, text)))),
    ),
  );
}
