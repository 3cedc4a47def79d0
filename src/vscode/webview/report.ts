// Reports: the sections that the report's page and the panel draw, and the panel's part with the last adaptation of each folder.
import { button, h } from './dom.ts';
import type { PanelReport } from './protocol.ts';
import type { PageSection } from './report-protocol.ts';
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

/** Draws headings, sentences and tables. */
export function sectionsOf(sections: readonly PageSection[], heading: 'h2' | 'h4'): HTMLElement {
  // Reports are always written in English.
  return h(
    'div',
    { class: 'sections', lang: 'en' },
    ...sections.map(({ title, text, table }) =>
      h(
        'section',
        { 'aria-label': title },
        h(heading, {}, title),
        ...text.map((line) => h('p', {}, line)),
        table && tableOf(table, title),
      ),
    ),
  );
}

/** A table whose rows begin with their names. */
export function tableOf({ head, rows }: NonNullable<PageSection['table']>, title: string): HTMLElement {
  const cell = (value: string) => h('td', {}, value);
  return h(
    'table',
    { class: 'report-table' },
    h('caption', { class: 'unseen' }, title),
    h('thead', {}, h('tr', {}, ...head.map((name) => h('th', { scope: 'col' }, name)))),
    h(
      'tbody',
      {},
      ...rows.map(([name = '', ...values]) => h('tr', {}, h('th', { scope: 'row' }, name), ...values.map(cell))),
    ),
  );
}
