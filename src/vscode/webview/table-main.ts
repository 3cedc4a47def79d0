// The table's browser code: receives rows page by page, filters them, and sends corrections back.
import { button, h, icon, icons } from './dom.ts';
import { Filters } from './table-filters.ts';
import { Grid } from './table-grid.ts';
import { type FromTable, parseToTable, type TableInit, type TableRow } from './table-protocol.ts';
import { taskView } from './task-view.ts';
import { Words } from './wording.ts';

interface AnswerActions {
  readonly accept: (index: number, answer: string) => void;
  /** Returns the focus to the rows. */
  readonly leave: () => void;
}

class AnswerBox {
  readonly element: HTMLElement;
  private readonly field: HTMLTextAreaElement;
  private readonly actions: AnswerActions;
  private index: number | undefined;

  /** @param maxLength characters */
  constructor(words: Words, maxLength: number, actions: AnswerActions) {
    this.actions = actions;
    this.field = h('textarea', { rows: '3', maxlength: String(maxLength), 'aria-label': words.t('table.label') });
    this.field.addEventListener('keydown', (event) => this.key(event));
    const accept = button(words.t('table.accept'), () => this.accept(), { class: 'small' });
    this.element = h('div', { class: 'answer' }, this.field, accept);
    this.show(undefined, '');
  }

  /** Keeps text that is being edited for the same row. @param index undefined: no row is selected */
  show(index: number | undefined, answer: string): void {
    if (index !== undefined && index === this.index && document.activeElement === this.field) return;
    this.index = index;
    this.field.value = answer;
    this.field.disabled = index === undefined;
  }

  focus(): void {
    this.field.focus();
  }

  private key(event: KeyboardEvent): void {
    if (event.key === 'Escape') this.actions.leave();
    else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) this.accept();
    else return;
    event.preventDefault();
  }

  private accept(): void {
    const answer = this.field.value.trim();
    if (this.index === undefined || answer === '') return;
    this.actions.leave();
    this.actions.accept(this.index, answer);
  }
}

interface HostApi {
  postMessage(message: FromTable): void;
}
declare function acquireVsCodeApi(): HostApi;

const host = acquireVsCodeApi();

class TableView {
  private readonly words: Words;
  private readonly init: TableInit;
  private readonly rows: TableRow[] = [];
  private readonly grid: Grid;
  private readonly filters: Filters;
  private readonly status: HTMLElement;
  private readonly fullText: HTMLElement;
  private readonly correctionCount: HTMLElement;
  /** The input box for text answers; undefined if the task has labels. */
  private readonly answerBox: AnswerBox | undefined;
  private corrections = 0;

  constructor(init: TableInit) {
    this.init = init;
    this.words = new Words(init.strings, init.locale);
    const { words } = this;
    this.status = h('p', { class: 'dim', role: 'status', 'aria-live': 'polite' });
    this.fullText = h('div', {
      class: 'full-text',
      role: 'region',
      'aria-label': words.t('table.fullText'),
      tabindex: '0',
    });
    this.correctionCount = h('span', { class: 'dim' });
    if (init.longestAnswer !== undefined && !init.isPreview)
      this.answerBox = new AnswerBox(words, init.longestAnswer, {
        accept: (index, answer) => {
          const row = this.rows[index];
          if (row) host.postMessage({ type: 'correct', index, text: row.text, label: answer });
        },
        leave: () => this.grid.element.focus(),
      });
    this.grid = new Grid(words, init.title, {
      correct: (index, label) => this.correct(index, label),
      onActive: (index) => this.show(index),
    });
    this.filters = new Filters(words, init.labels, () => this.filter(false));
    const keys = init.isPreview ? words.t('table.previewKeys') : words.t('table.keys');
    const names = init.labels
      .slice(0, 9)
      .map(({ name, meaning }, i) => h('li', { title: meaning }, h('kbd', {}, String(i + 1)), ` ${name}`));
    document.body.replaceChildren(
      h(
        'main',
        { class: init.longestAnswer === undefined ? 'table-page' : 'table-page with-answers' },
        h(
          'header',
          { class: 'line' },
          h('h1', {}, init.title, h('span', { class: 'dim' }, init.subtitle)),
          this.correctionCount,
          button(words.t('task.run'), () => host.postMessage({ type: 'run' }), { class: 'small' }),
        ),
        ...(init.task === undefined
          ? []
          : [
              h(
                'details',
                { class: 'last-run' },
                h('summary', {}, icon(icons.chevron), words.t('task.outcome')),
                taskView(words, init.task),
              ),
            ]),
        ...(init.isPreview ? [] : [this.filters.element]),
        this.status,
        this.grid.element,
        this.fullText,
        this.answerBox?.element,
        h('p', { class: 'dim', id: 'table-keys' }, keys),
        ...(names.length === 0 || init.isPreview ? [] : [h('ul', { class: 'keys' }, ...names)]),
      ),
    );
    if (init.takesFocus) this.grid.element.focus();
  }

  add(rows: readonly TableRow[], hasMore: boolean): void {
    for (const row of rows) this.rows.push(row);
    this.filter(true);
    if (hasMore) host.postMessage({ type: 'more' });
  }

  corrected(index: number, label: string): void {
    const row = this.rows[index];
    if (row === undefined) return;
    this.rows[index] = { ...row, label, source: 'person', confidence: 1, inDoubt: false };
    this.corrections += 1;
    this.status.textContent = this.words.t('table.corrected', label);
    this.correctionCount.textContent = this.words.counted('table.corrections', this.corrections);
    // The row stays in place until the filters change, so that the user can continue from it.
    this.grid.redraw();
    this.show(index);
  }

  private filter(keepsActive: boolean): void {
    const shown = this.filters.apply(this.rows);
    this.grid.update(this.rows, shown, keepsActive);
    this.status.textContent = this.words.t(
      'table.shown',
      this.words.count(shown.length),
      this.words.count(this.rows.length),
    );
  }

  private show(index: number | undefined): void {
    const row = index === undefined ? undefined : this.rows[index];
    this.fullText.textContent = row?.text ?? '';
    this.answerBox?.show(index, row?.label ?? '');
  }

  private correct(index: number, label: number | undefined): void {
    const row = this.rows[index];
    if (this.answerBox) {
      if (label === undefined) this.answerBox.focus();
      return;
    }
    const name = label === undefined ? undefined : this.init.labels[label]?.name;
    if (this.init.isPreview || row === undefined || (label !== undefined && name === undefined)) return;
    host.postMessage({ type: 'correct', index, text: row.text, label: name });
  }
}

let view: TableView | undefined;

window.addEventListener('message', (event) => {
  const message = parseToTable(event.data);
  if (message?.type === 'init') {
    view = new TableView(message);
    host.postMessage({ type: 'more' });
  } else if (message?.type === 'rows') view?.add(message.rows, message.more);
  else if (message?.type === 'corrected') view?.corrected(message.index, message.label);
});
host.postMessage({ type: 'ready' });
