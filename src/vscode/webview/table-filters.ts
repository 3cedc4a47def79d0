// Which rows of the table are shown: by who labelled them, by label, by doubt, by what stands in them; and in which order.
import { h } from './dom.ts';
import type { TableRow } from './table-protocol.ts';
import type { Words } from './wording.ts';

/** Typing is waited for, ms: a hundred thousand texts are looked through. */
const pauseMs = 120;

export class Filters {
  readonly element: HTMLElement;
  private readonly who: HTMLSelectElement;
  private readonly label: HTMLSelectElement;
  private readonly order: HTMLSelectElement;
  private readonly doubt: HTMLInputElement;
  private readonly contains: HTMLInputElement;

  constructor(words: Words, labels: readonly { readonly name: string }[], onChange: () => void) {
    const all = (key: string): readonly [string, string] => ['', words.t(key)];
    const who = ['person', 'api', 'specialist'].map((name) => [name, words.t(`who.${name}`)] as const);
    this.who = select([all('table.anyone'), ...who]);
    this.label = select([all('table.anyLabel'), ...labels.map(({ name }) => [name, name] as const)]);
    this.order = select([all('table.asInFile'), ['doubt', words.t('table.leastSure')]]);
    this.doubt = h('input', { type: 'checkbox' });
    this.contains = h('input', {
      type: 'search',
      placeholder: words.t('table.contains'),
      'aria-label': words.t('table.contains'),
    });
    for (const field of [this.who, this.label, this.order, this.doubt]) field.addEventListener('change', onChange);
    let timer: ReturnType<typeof setTimeout> | undefined;
    this.contains.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(onChange, pauseMs);
    });
    this.element = h(
      'form',
      { class: 'filters', role: 'search', 'aria-label': words.t('table.filters') },
      h('label', {}, words.t('table.who'), this.who),
      // Answers in words are hardly ever the same twice.
      labels.length > 0 ? h('label', {}, words.t('table.label'), this.label) : undefined,
      h('label', {}, words.t('table.order'), this.order),
      h('label', { class: 'check' }, this.doubt, words.t('table.onlyDoubt')),
      this.contains,
    );
    this.element.addEventListener('submit', (event) => event.preventDefault());
  }

  /** Indices of the rows to show, in their order. */
  of(rows: readonly TableRow[]): number[] {
    return shownRows(rows, {
      who: this.who.value,
      label: this.label.value,
      onlyDoubt: this.doubt.checked,
      contains: this.contains.value,
      leastSureFirst: this.order.value === 'doubt',
    });
  }
}

export interface Wanted {
  /** '': any. */
  readonly who: string;
  readonly label: string;
  readonly onlyDoubt: boolean;
  readonly contains: string;
  readonly leastSureFirst: boolean;
}

/** Pure: indices of the rows that are wanted. */
export function shownRows(rows: readonly TableRow[], wanted: Wanted): number[] {
  const needle = wanted.contains.trim().toLowerCase();
  const shown = [...rows.keys()].filter((index) => {
    const { text, label, who, inDoubt } = rows[index] as TableRow;
    if (wanted.who !== '' && who !== wanted.who) return false;
    if (wanted.label !== '' && label !== wanted.label) return false;
    if (wanted.onlyDoubt && !inDoubt) return false;
    return needle === '' || `${text}\n${label}`.toLowerCase().includes(needle);
  });
  const sure = (index: number) => rows[index]?.sure ?? 0;
  return wanted.leastSureFirst ? shown.sort((a, b) => sure(a) - sure(b)) : shown;
}

function select(options: readonly (readonly [value: string, label: string])[]): HTMLSelectElement {
  return h('select', {}, ...options.map(([value, label]) => h('option', { value }, label)));
}
