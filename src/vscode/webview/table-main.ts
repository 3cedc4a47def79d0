// The table's browser code: receives rows page by page, filters them, and sends corrections back.
import type { Labelling } from '../../text-tasks/labelling.ts';
import { chartOf } from './chart.ts';
import { button, h, icon, icons } from './dom.ts';
import { filtersView } from './table-filters.ts';
import { Grid } from './table-grid.ts';
import { labelKeys, labellingSentence } from './table-labels.ts';
import type { FromTable, TableInit, TableRow, ToTable } from './table-protocol.ts';
import { labelsView } from './table-quality.ts';
import { Words } from './wording.ts';

/**
 * The box for a text answer.
 * @param maxLength characters
 * @param leave returns the focus to the rows
 */
function answerView(maxLength: number, accept: (index: number, answer: string) => void, leave: () => void) {
  const field = h('textarea', { rows: '3', maxlength: String(maxLength), 'aria-label': 'Answer', disabled: true });
  let shown: number | undefined;
  const acceptShown = () => {
    const answer = field.value.trim();
    if (shown === undefined || answer === '') return;
    leave();
    accept(shown, answer);
  };
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') leave();
    else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) acceptShown();
    else return;
    event.preventDefault();
  });
  return {
    element: h('div.answer', field, button('Accept', acceptShown, { class: 'small' })),
    focus: () => field.focus(),
    /** Keeps text that is being edited for the same row. @param index undefined: no row is selected */
    show(index: number | undefined, answer: string): void {
      if (index !== undefined && index === shown && document.activeElement === field) return;
      shown = index;
      field.value = answer;
      field.disabled = index === undefined;
    },
  };
}

/** What two columns mean. */
const DOUBT =
  ' Confidence: how likely the label is right. In doubt: the large model would probably do better, or without one, it is more likely wrong.';

interface HostApi {
  postMessage(message: FromTable): void;
}
declare function acquireVsCodeApi(): HostApi;

const host = acquireVsCodeApi();

/** A label that the user has given, and the row before it. */
interface Given {
  readonly index: number;
  readonly before: TableRow;
}

class TableView {
  private readonly words: Words;
  private readonly init: TableInit;
  private readonly rows: TableRow[] = [];
  private readonly grid: Grid;
  private readonly filters: ReturnType<typeof filtersView>;
  private readonly status = h('p.dim', { role: 'status', 'aria-live': 'polite' });
  private readonly fullText = h('div.full-text', { role: 'region', 'aria-label': 'Full text', tabindex: '0' });
  private readonly keys: ReturnType<typeof labelKeys>;
  private readonly undoButton: HTMLButtonElement;
  private readonly progress = h('p.labelled', { role: 'status', 'aria-live': 'polite' });
  /** The input box for text answers; undefined if the task has labels. */
  private readonly answerBox: ReturnType<typeof answerView> | undefined;
  /** Labels of this table, in the order in which they were given. */
  private readonly given: Given[] = [];
  /** Rows whose label is being withdrawn, as they were before it. */
  private readonly undoing = new Map<number, TableRow>();
  private labelled: number;
  private activeIndex: number | undefined;
  private expected: NonNullable<TableInit['labelling']>['expected'];

  constructor(init: TableInit) {
    this.init = init;
    this.words = new Words(init.locale);
    this.labelled = init.labelling?.labelled ?? 0;
    this.expected = init.labelling?.expected;
    const { words } = this;
    const isText = init.longestAnswer !== undefined;
    const focusRows = () => this.grid.element.focus();
    if (init.longestAnswer !== undefined)
      this.answerBox = answerView(init.longestAnswer, (index, answer) => this.give(index, answer), focusRows);
    this.grid = new Grid(words, init.title, isText, {
      correct: (index, digit) => this.correct(index, digit === undefined ? undefined : this.keys.labelAt(digit), digit),
      undo: () => this.undo(),
      onActive: (index) => this.show(index),
    });
    this.keys = labelKeys(init.labels, (label) => {
      focusRows();
      if (this.activeIndex !== undefined) this.correct(this.activeIndex, label, label);
    });
    this.filters = filtersView(() => this.filter(false));
    this.undoButton = button('Undo', () => this.undo(), { class: 'secondary small', disabled: true });
    const posts = (label: string, type: 'run' | 'label' | 'open', classes = 'secondary small') =>
      button(label, () => host.postMessage({ type }), { class: classes });
    document.body.replaceChildren(
      h(
        'main',
        { class: isText ? 'table-page with-answers' : 'table-page' },
        h(
          'header.line',
          h('h1', init.title, h('span.dim', init.subtitle)),
          this.undoButton,
          posts('Task File', 'open'),
          init.labelling ? undefined : posts(isText ? 'Write Answers' : 'Label Texts', 'label'),
          posts('Run Text Task', 'run', 'small'),
        ),
        init.results?.picture && pictureView(init.results.picture),
        init.results?.byLabel?.warning && h('p', init.results.byLabel.warning),
        init.results && resultsView(init.results),
        init.results?.byLabel && labelsView(init.results.byLabel, (text) => this.find(text)),
        this.progress,
        ...(init.labelling ? [] : [this.filters.element, this.status]),
        this.grid.element,
        h('div.current', this.fullText, init.labels.length > 0 ? this.keys.element : undefined),
        this.answerBox?.element,
        h(
          'p.dim',
          { id: 'table-keys' },
          isText
            ? 'Enter edits the answer; Ctrl+Enter accepts it, Escape goes back. Backspace undoes.'
            : 'A digit sets that label, Enter shows all labels. Backspace undoes.',
          init.labelling
            ? ' The order is random: choosing texts that the local model is unsure of helped no more.'
            : isText
              ? undefined
              : DOUBT,
        ),
      ),
    );
    this.showProgress();
    if (init.takesFocus) this.grid.element.focus();
  }

  add(rows: readonly TableRow[], hasMore: boolean): void {
    for (const row of rows) this.rows.push(row);
    this.filter(true);
    if (!hasMore && this.init.labelling && this.rows[0] && !isOpen(this.rows[0])) this.grid.goToNext(isOpen);
  }

  /** The local model's answers. Labels that were given since are kept. */
  learned({ rows, expected }: Labelling): void {
    this.expected = expected;
    rows.forEach((answer, index) => {
      const row = this.rows[index];
      if (row && isOpen(row)) this.rows[index] = answer;
    });
    this.grid.redraw();
    if (document.activeElement === this.grid.element) this.show(this.activeIndex);
    this.showProgress();
  }

  corrected(index: number, label: string): void {
    const row = this.rows[index];
    if (row === undefined) return;
    const restored = this.undoing.get(index);
    this.undoing.delete(index);
    this.rows[index] = restored ?? { ...row, label, source: 'person', confidence: 1, inDoubt: false };
    if (!restored) this.given.push({ index, before: row });
    this.labelled += Number(isOpen(row)) - Number(isOpen(this.rows[index]));
    this.undoButton.disabled = this.given.length === 0;
    this.status.textContent = restored ? 'Undone.' : this.answerBox ? 'Accepted.' : `Labelled as ${label}.`;
    // The row stays in place until the filters change, so that the user can continue from it.
    this.grid.redraw();
    this.show(this.activeIndex);
    this.showProgress();
  }

  private showProgress(): void {
    const { labelling } = this.init;
    const { words, labelled, expected, given } = this;
    const isText = this.answerBox !== undefined;
    const sentence = labelling
      ? labellingSentence(words, { ...labelling, labelled, ...(expected && { expected }) }, isText)
      : correctionsSentence(given.length, isText);
    // A screen reader reads the sentence again if it is set.
    if (this.progress.textContent !== sentence) this.progress.textContent = sentence;
  }

  private filter(keepsActive: boolean): void {
    const shown = this.filters.apply(this.rows);
    this.grid.update(this.rows, shown, keepsActive);
    this.status.textContent = `${this.words.count(shown.length)} of ${this.words.count(this.rows.length)} texts`;
  }

  /** Shows the rows that contain a text, and goes to the first. */
  private find(text: string): void {
    this.filters.find(text);
    this.filter(false);
    this.grid.element.focus();
  }

  private show(index: number | undefined): void {
    this.activeIndex = index;
    const row = index === undefined ? undefined : this.rows[index];
    this.fullText.textContent = row?.text ?? '';
    this.keys.show(row);
    this.answerBox?.show(index, row?.label ?? '');
  }

  /** @param digit the key, if one was pressed: one without a label does nothing */
  private correct(index: number, label: number | undefined, digit: number | undefined): void {
    if (this.answerBox) {
      if (digit === undefined) this.answerBox.focus();
      return;
    }
    const name = label === undefined ? undefined : this.init.labels[label]?.name;
    if (digit === undefined || name !== undefined) this.give(index, name);
  }

  /** Asks the host to store a label. @param label undefined: the user is asked for it */
  private give(index: number, label: string | undefined): void {
    const row = this.rows[index];
    if (row === undefined) return;
    host.postMessage({ type: 'correct', index, text: row.text, label });
    // Labelling goes on at once; the row is drawn with its label as soon as that is stored.
    if (this.init.labelling && label !== undefined) this.grid.goToNext(isOpen);
  }

  private undo(): void {
    const last = this.given.pop();
    if (last === undefined) return;
    const { index, before } = last;
    this.undoing.set(index, before);
    const label = before.source === 'person' ? before.label : '';
    host.postMessage({ type: 'correct', index, text: before.text, label });
    this.grid.goTo(index);
  }
}

function pictureView({ text, chart }: NonNullable<NonNullable<TableInit['results']>['picture']>): HTMLElement {
  const [first = '', ...others] = text;
  const sentences = [h('p', first), ...others.map((sentence) => h('p.dim', sentence))];
  return h('section.picture', { 'aria-label': 'What is right' }, ...sentences, chartOf(chart));
}

function resultsView({ facts, notes }: NonNullable<TableInit['results']>): HTMLElement {
  const rows = facts.map(([name, value]) => h('div', h('dt', name), h('dd', value)));
  return h(
    'details.last-run',
    h('summary', icon(icons.chevron), 'Results of the last run'),
    h('div.results', h('dl.facts', ...rows), ...notes.map((note) => h('p.dim', note))),
  );
}

function correctionsSentence(count: number, isText: boolean): string {
  if (count === 0) return '';
  if (count === 1) return `One ${isText ? 'answer accepted' : 'correction'}: the next run learns from it.`;
  return `${count} ${isText ? 'answers accepted' : 'corrections'}: the next run learns from them.`;
}

/** Whether nobody has labelled the row. */
function isOpen({ source }: TableRow): boolean {
  return source === '' || source === 'specialist';
}

let view: TableView | undefined;

window.addEventListener('message', ({ data: message }: MessageEvent<ToTable>) => {
  if (message.type === 'init') view = new TableView(message);
  else if (message.type === 'rows') view?.add(message.rows, message.more);
  else if (message.type === 'learned') view?.learned(message.learned);
  else if (message.type === 'corrected') view?.corrected(message.index, message.label);
});
host.postMessage({ type: 'ready' });
