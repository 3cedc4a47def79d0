// The panel's part with the report of the last adaptation of each folder.
import { button, h } from './dom.ts';
import type { PanelReport, ReportSection } from './protocol.ts';
import type { Words } from './wording.ts';

export class ReportView {
  readonly element: HTMLElement;
  private readonly body: HTMLElement;
  private readonly words: Words;
  private readonly onAdapt: () => void;

  constructor(words: Words, onAdapt: () => void, onExport: () => void) {
    this.words = words;
    this.onAdapt = onAdapt;
    this.body = h('div.reports');
    this.element = h(
      'section.card.report',
      { 'aria-labelledby': 'report-title', tabindex: '-1' },
      h(
        'header',
        h('h2', { id: 'report-title' }, 'Adaptation'),
        h(
          'div.adapt-again',
          button('Export…', onExport, { class: 'secondary small' }),
          button('Adapt again', onAdapt, { class: 'secondary small' }),
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
    return h(
      'div.empty',
      h('p.empty-title', 'Not adapted yet'),
      h(
        'p',
        'Suggestions come from a base model and an index of your files. An adaptation fits the router and the thresholds to your files in minutes, and measures on held-out files how reliable the models are. With a GPU or a long night it also trains. Completions continue meanwhile.',
      ),
      button('Adapt to This Repo', this.onAdapt),
    );
  }

  private one({ folder, finishedAt, sections }: PanelReport): HTMLElement {
    return h(
      'article',
      { 'aria-label': folder },
      h('h3', folder, h('span.dim', this.words.date(finishedAt))),
      sectionsOf(sections),
    );
  }
}

function sectionsOf(sections: readonly ReportSection[]): HTMLElement {
  return h(
    'div.sections',
    ...sections.map(({ title, text, table }) =>
      h(
        'section',
        { 'aria-label': title },
        h('h4', title),
        ...text.map((line) => h('p', line)),
        table && tableOf(table, title),
      ),
    ),
  );
}

/** A table whose rows begin with their names. */
export function tableOf({ head, rows }: NonNullable<ReportSection['table']>, title: string): HTMLElement {
  const cell = (value: string) => h('td', value);
  return h(
    'table.report-table',
    h('caption.unseen', title),
    h('thead', h('tr', ...head.map((name) => h('th', { scope: 'col' }, name)))),
    h('tbody', ...rows.map(([name = '', ...values]) => h('tr', h('th', { scope: 'row' }, name), ...values.map(cell)))),
  );
}
