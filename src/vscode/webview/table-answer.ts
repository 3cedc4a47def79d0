// The input box for the text answer of the selected row: shows, edits and accepts it.
import { button, h } from './dom.ts';
import type { Words } from './wording.ts';

export interface AnswerActions {
  readonly accept: (index: number, answer: string) => void;
  /** Returns the focus to the rows. */
  readonly leave: () => void;
}

export class AnswerBox {
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
