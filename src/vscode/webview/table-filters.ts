// Filters of the table's rows: by source of the label, doubt, and text with its label.
import { h } from './dom.ts';
import { sourceNames, type TableRow } from './table-protocol.ts';

/** @param onChange called when other rows are to be shown: those that `apply` names */
export function filtersView(onChange: () => void) {
  const options = [['', 'any'], ...Object.entries(sourceNames)] as const;
  const source = h('select', ...options.map(([value, label]) => h('option', { value }, label)));
  const doubt = h('input', { type: 'checkbox' });
  const contains = h('input', { type: 'search', placeholder: 'Text contains…', 'aria-label': 'Text contains…' });
  for (const field of [source, doubt]) field.addEventListener('change', onChange);
  contains.addEventListener('input', onChange);
  const element = h(
    'form.filters',
    { role: 'search', 'aria-label': 'Rows shown' },
    h('label', 'Source', source),
    h('label.check', doubt, 'in doubt only'),
    contains,
  );
  element.addEventListener('submit', (event) => event.preventDefault());
  const apply = (rows: readonly TableRow[]) =>
    filterRows(rows, { source: source.value, onlyDoubt: doubt.checked, contains: contains.value });
  /** Only a text is looked for. */
  const find = (text: string) => {
    source.value = '';
    doubt.checked = false;
    contains.value = text;
  };
  return { element, apply, find };
}

export interface RowFilter {
  /** Source of the label; '': any source. */
  readonly source: string;
  readonly onlyDoubt: boolean;
  readonly contains: string;
}

/** Indices of the rows that pass the filter. */
export function filterRows(rows: readonly TableRow[], { source, onlyDoubt, contains }: RowFilter): number[] {
  const needle = contains.trim().toLowerCase();
  const passes = (row: TableRow) =>
    (source === '' || row.source === source) &&
    (!onlyDoubt || row.inDoubt === true) &&
    `${row.text}\n${row.label}`.toLowerCase().includes(needle);
  return [...rows.keys()].filter((index) => passes(rows[index] as TableRow));
}
