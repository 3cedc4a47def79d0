// Filters of the table's rows: by source of the label, label, doubt and text. Also their order.
import { h } from './dom.ts';
import { sourceNames, type TableRow } from './table-protocol.ts';

/** Debounce of the text filter, ms: it may search a hundred thousand texts. */
const debounceMs = 120;

/** @param onChange called when other rows are to be shown: those that `apply` names, in their order */
export function filtersView(labels: readonly { readonly name: string }[], onChange: () => void) {
  const source = select([['', 'any'], ...Object.entries(sourceNames)]);
  const label = select([['', 'any'], ...labels.map(({ name }) => [name, name] as const)]);
  const order = select([
    ['', 'as in the file'],
    ['doubt', 'least confident first'],
  ]);
  const doubt = h('input', { type: 'checkbox' });
  const contains = h('input', { type: 'search', placeholder: 'Text contains…', 'aria-label': 'Text contains…' });
  for (const field of [source, label, order, doubt]) field.addEventListener('change', onChange);
  let timer: ReturnType<typeof setTimeout> | undefined;
  contains.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(onChange, debounceMs);
  });
  const element = h(
    'form.filters',
    { role: 'search', 'aria-label': 'Rows shown' },
    h('label', 'Source', source),
    // Text answers are too different to filter by.
    labels.length > 0 ? h('label', 'Label', label) : undefined,
    h('label', 'Order', order),
    h('label.check', doubt, 'in doubt only'),
    contains,
  );
  element.addEventListener('submit', (event) => event.preventDefault());
  const apply = (rows: readonly TableRow[]) =>
    filterRows(rows, {
      source: source.value,
      label: label.value,
      onlyDoubt: doubt.checked,
      contains: contains.value,
      leastConfidentFirst: order.value === 'doubt',
    });
  return { element, apply };
}

export interface RowFilter {
  /** Source of the label; '': any source. */
  readonly source: string;
  readonly label: string;
  readonly onlyDoubt: boolean;
  readonly contains: string;
  readonly leastConfidentFirst: boolean;
}

/** Indices of the rows that pass the filter. */
export function filterRows(rows: readonly TableRow[], filter: RowFilter): number[] {
  const needle = filter.contains.trim().toLowerCase();
  const shown = [...rows.keys()].filter((index) => {
    const { text, label, source, inDoubt } = rows[index] as TableRow;
    if (filter.source !== '' && source !== filter.source) return false;
    if (filter.label !== '' && label !== filter.label) return false;
    if (filter.onlyDoubt && !inDoubt) return false;
    return needle === '' || `${text}\n${label}`.toLowerCase().includes(needle);
  });
  const confidence = (index: number) => rows[index]?.confidence ?? 0;
  return filter.leastConfidentFirst ? shown.sort((a, b) => confidence(a) - confidence(b)) : shown;
}

function select(options: readonly (readonly [value: string, label: string])[]): HTMLSelectElement {
  return h('select', ...options.map(([value, label]) => h('option', { value }, label)));
}
