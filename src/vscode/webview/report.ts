// The panel's section with the report of each folder's last adaptation.
import { button, h } from './dom.ts';
import type { PanelReport } from './protocol.ts';
import { sectionsOf } from './report-sections.ts';
import type { Words } from './wording.ts';

export class ReportView {
  readonly element: HTMLElement;
  private readonly body: HTMLElement;
  private readonly words: Words;
  private readonly onAdapt: () => void;

  constructor(words: Words, onAdapt: () => void, onReport: () => void) {
    this.words = words;
    this.onAdapt = onAdapt;
    this.body = h('div', { class: 'reports' });
    this.element = h(
      'section',
      { class: 'card report', 'aria-labelledby': 'report-title', tabindex: '-1' },
      h(
        'header',
        {},
        h('h2', { id: 'report-title' }, words.t('adaptation')),
        h(
          'div',
          { class: 'adapt-again' },
          button(words.t('reportPage'), onReport, { class: 'secondary small' }),
          button(words.t('adaptAgain'), onAdapt, { class: 'secondary small' }),
        ),
      ),
      this.body,
    );
  }

  update(reports: readonly PanelReport[]): void {
    this.element.classList.toggle('has-report', reports.length > 0);
    this.body.replaceChildren(...(reports.length === 0 ? [this.nothing()] : reports.map((report) => this.one(report))));
  }

  reveal(): void {
    this.element.scrollIntoView({ block: 'start' });
    this.element.focus({ preventScroll: true });
  }

  private nothing(): HTMLElement {
    const { words } = this;
    return h(
      'div',
      { class: 'empty' },
      h('p', { class: 'empty-title' }, words.t('notAdaptedTitle')),
      h('p', {}, words.t('notAdaptedText')),
      button(words.t('adapt'), this.onAdapt),
    );
  }

  private one({ folder, finishedAt, sections }: PanelReport): HTMLElement {
    return h(
      'article',
      { 'aria-label': folder },
      h('h3', {}, folder, h('span', { class: 'dim' }, this.words.date(finishedAt))),
      sectionsOf(sections, 'h4'),
    );
  }
}
