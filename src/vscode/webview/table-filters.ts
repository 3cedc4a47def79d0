// Filters of the table's rows: by source of the label, label, doubt and text. Also their order.
import { h } from './dom.ts';
import { sourceNames, type TableRow } from './table-protocol.ts';

/** Debounce of the text filter, ms: it may search a hundred thousand texts. */
const debounceMs = 120;

export class Filters {
  readonly element: HTMLElement;
  private readonly source: HTMLSelectElement;
  private readonly label: HTMLSelectElement;
  private readonly order: HTMLSelectElement;
  private readonly doubt: HTMLInputElement;
  private readonly contains: HTMLInputElement;

  constructor(labels: readonly { readonly name: string }[], onChange: () => void) {
    this.source = select([['', 'any'], ...Object.entries(sourceNames)]);
    this.label = select([['', 'any'], ...labels.map(({ name }) => [name, name] as const)]);
    this.order = select([
      ['', 'as in the file'],
      ['doubt', 'least confident first'],
    ]);
    this.doubt = h('input', { type: 'checkbox' });
    this.contains = h('input', {
      type: 'search',
      placeholder: 'Text contains…',
      'aria-label': 'Text contains…',
    });
    for (const field of [this.source, this.label, this.order, this.doubt]) field.addEventListener('change', onChange);
    let timer: ReturnType<typeof setTimeout> | undefined;
    this.contains.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(onChange, debounceMs);
    });
    this.element = h(
      'form.filters',
      { role: 'search', 'aria-label': 'Rows shown' },
      h('label', 'Source', this.source),
      // Text answers are too different to filter by.
      labels.length > 0 ? h('label', 'Label', this.label) : undefined,
      h('label', 'Order', this.order),
      h('label.check', this.doubt, 'in doubt only'),
      this.contains,
    );
    this.element.addEventListener('submit', (event) => event.preventDefault());
  }

  /** Indices of the rows to show, in their order. */
  apply(rows: readonly TableRow[]): number[] {
    return filterRows(rows, {
      source: this.source.value,
      label: this.label.value,
      onlyDoubt: this.doubt.checked,
      contains: this.contains.value,
      leastConfidentFirst: this.order.value === 'doubt',
    });
  }
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
