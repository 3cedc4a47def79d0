// The rows of a text task, virtualized: only visible rows are in the page. The grid has the focus and names the active
// row.
import { h } from './dom.ts';
import { sourceNames, type TableRow } from './table-protocol.ts';
import { flatten, type Words } from './wording.ts';

/** Rows drawn above and below the visible ones. */
const overscan = 12;

export interface GridActions {
  /** @param label index of the task's label; undefined: the user is asked for it */
  readonly correct: (index: number, label: number | undefined) => void;
  readonly undo: () => void;
  readonly onActive: (index: number | undefined) => void;
}

const columnNames = { text: 'Text', label: 'Label', source: 'Source', confidence: 'Confidence', doubt: 'Doubt' };
type Column = keyof typeof columnNames;
const columns = Object.keys(columnNames) as Column[];

export class Grid {
  readonly element: HTMLElement;
  private readonly view: HTMLElement;
  private readonly space: HTMLElement;
  private readonly words: Words;
  private readonly actions: GridActions;
  private rows: readonly TableRow[] = [];
  /** Indices into `rows`, in the order in which they are shown. */
  private shown: readonly number[] = [];
  /** Active row, as an index into `shown`. */
  private active = 0;
  private pending = false;
  /** Height of a row, px. The style sheet sets it by the width: narrow rows wrap their text. */
  private rowHeight = 28;

  /** @param label accessible name; @param isText whether answers are texts instead of labels */
  constructor(words: Words, label: string, isText: boolean, actions: GridActions) {
    this.words = words;
    this.actions = actions;
    this.space = h('div.space', { role: 'presentation' });
    this.view = h('div.view', { role: 'rowgroup' }, this.space);
    const names = { ...columnNames, ...(isText && { label: 'Answer' }) };
    const head = h(
      'div.grid-row.head',
      { role: 'row', 'aria-rowindex': '1' },
      ...columns.map((name) => h('span', { role: 'columnheader', class: `cell ${name}` }, names[name])),
    );
    this.element = h(
      'div.grid',
      { role: 'grid', tabindex: '0', 'aria-label': label, 'aria-describedby': 'table-keys' },
      h('div', { role: 'rowgroup' }, head),
      this.view,
    );
    this.view.addEventListener('scroll', () => this.redraw());
    this.element.addEventListener('keydown', (event) => this.key(event));
    this.space.addEventListener('mousedown', (event) => this.press(event));
    this.space.addEventListener('dblclick', () => this.correct(undefined));
    new ResizeObserver(() => this.resize()).observe(this.view);
  }

  private resize(): void {
    this.rowHeight = Number.parseFloat(getComputedStyle(this.element).getPropertyValue('--row-height')) || 28;
    this.space.style.height = `${this.shown.length * this.rowHeight}px`;
    this.scrollToActive();
    this.redraw();
  }

  /** Makes a row active, with rows around it, if it is shown. @param row an index into the rows */
  goTo(row: number): void {
    const index = this.shown.indexOf(row);
    if (index < 0) return;
    this.view.scrollTop = index * this.rowHeight - this.view.clientHeight / 2;
    this.activate(index);
  }

  /** Makes the next row active that is open, from the active one to the end and on from the beginning. */
  goToNext(isOpen: (row: TableRow) => boolean): void {
    const order = [...this.shown.slice(this.active + 1), ...this.shown.slice(0, this.active)];
    const next = order.find((index) => isOpen(this.rows[index] as TableRow));
    if (next !== undefined) this.goTo(next);
  }

  /** @param keepsActive the active row stays active if it is still shown */
  update(rows: readonly TableRow[], shown: readonly number[], keepsActive = true): void {
    const row = this.shown[this.active];
    this.rows = rows;
    this.shown = shown;
    const activeIndex = keepsActive && row !== undefined ? shown.indexOf(row) : 0;
    this.active = Math.max(0, activeIndex >= 0 ? activeIndex : Math.min(this.active, shown.length - 1));
    this.element.setAttribute('aria-rowcount', String(shown.length + 1));
    this.space.style.height = `${shown.length * this.rowHeight}px`;
    this.redraw();
    this.actions.onActive(shown[this.active]);
  }

  /** Draws the rows at the next frame. */
  redraw(): void {
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => {
      this.pending = false;
      this.draw();
    });
  }

  private draw(): void {
    const { rowHeight } = this;
    const { scrollTop, clientHeight } = this.view;
    const first = Math.max(0, Math.floor(scrollTop / rowHeight) - overscan);
    const last = Math.min(this.shown.length - 1, Math.ceil((scrollTop + clientHeight) / rowHeight) + overscan);
    const indices = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
    // A screen reader needs the active row in the page.
    if (this.shown.length > 0 && (this.active < first || this.active > last)) indices.push(this.active);
    this.space.replaceChildren(...indices.map((index) => this.row(index)));
    if (this.shown.length > 0) this.element.setAttribute('aria-activedescendant', `row-${this.active}`);
    else this.element.removeAttribute('aria-activedescendant');
  }

  private row(index: number): HTMLElement {
    const { words } = this;
    const { text, label, source, confidence, inDoubt } = this.rows[this.shown[index] as number] as TableRow;
    const isActive = index === this.active;
    const values: Readonly<Record<Column, string>> = {
      text: flatten(text).slice(0, 400),
      label: label === '' ? '–' : label,
      source: source === '' ? '–' : (sourceNames[source] ?? source),
      confidence: confidence === undefined ? '–' : words.percent(confidence),
      doubt: inDoubt ? 'in doubt' : '',
    };
    const row = h(
      'div',
      {
        class: `grid-row${isActive ? ' active' : ''}${inDoubt ? ' in-doubt' : ''}`,
        role: 'row',
        id: `row-${index}`,
        'aria-rowindex': String(index + 2),
        'aria-selected': String(isActive),
        'data-index': String(index),
      },
      ...columns.map((name) => h('span', { role: 'gridcell', class: `cell ${name}` }, values[name])),
    );
    row.style.transform = `translateY(${index * this.rowHeight}px)`;
    return row;
  }

  private press(event: MouseEvent): void {
    const row = (event.target as HTMLElement).closest<HTMLElement>('[data-index]');
    if (row) this.activate(Number(row.dataset.index));
  }

  /**
   * A digit sets that label, Enter asks for one, and Backspace or Ctrl+Z takes the last one back. Arrows, Page Up and
   * Down, Home and End move between rows.
   */
  private key(event: KeyboardEvent): void {
    const isModified = event.ctrlKey || event.metaKey;
    if (event.key === 'Backspace' || (isModified && event.key === 'z')) {
      this.actions.undo();
      event.preventDefault();
    }
    if (isModified || event.altKey || this.shown.length === 0) return;
    const page = Math.max(1, Math.floor(this.view.clientHeight / this.rowHeight) - 1);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: this.active + 1,
      ArrowUp: this.active - 1,
      PageDown: this.active + page,
      PageUp: this.active - page,
      Home: 0,
      End: this.shown.length - 1,
    };
    const step = steps[event.key];
    if (step !== undefined) this.activate(step);
    else if (/^[1-9]$/.test(event.key)) this.correct(Number(event.key) - 1);
    else if (event.key === 'Enter') this.correct(undefined);
    else return;
    event.preventDefault();
  }

  private activate(index: number): void {
    this.active = Math.max(0, Math.min(this.shown.length - 1, index));
    this.scrollToActive();
    this.draw();
    this.actions.onActive(this.shown[this.active]);
  }

  private scrollToActive(): void {
    const { rowHeight } = this;
    const top = this.active * rowHeight;
    const { scrollTop, clientHeight } = this.view;
    if (top < scrollTop) this.view.scrollTop = top;
    else if (top + rowHeight > scrollTop + clientHeight) this.view.scrollTop = top + rowHeight - clientHeight;
  }

  private correct(label: number | undefined): void {
    const index = this.shown[this.active];
    if (index !== undefined) this.actions.correct(index, label);
  }
}
