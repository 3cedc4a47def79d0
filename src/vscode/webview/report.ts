// What the last adaptation of each folder learned and measured.
import { bar, button, h, icon, icons } from './dom.ts';
import { type PanelComparison, type PanelExample, type PanelReport, shortModel } from './protocol.ts';
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
          button(words.t('wholeReport'), onReport, { class: 'secondary small' }),
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

  private one(report: PanelReport): HTMLElement {
    const { words } = this;
    const facts = report.facts.map(({ name, value }) => h('div', {}, h('dt', {}, name), h('dd', {}, value)));
    return h(
      'article',
      { 'aria-label': report.folder },
      h('h3', {}, report.folder, h('span', { class: 'dim' }, words.date(report.finishedAt))),
      h('dl', { class: 'facts' }, ...facts),
      report.comparison ? this.comparison(report.comparison) : this.precision(report),
      ...report.notes.map((note) => h('p', { class: 'note-line dim' }, note)),
      this.numbers(report),
      this.leftOut(report),
      this.examples(report.examples),
    );
  }

  /** The models side by side; the one that is used stands out. */
  private comparison({ verdict, rolledBack, measures, models }: PanelComparison): HTMLElement {
    const { words } = this;
    const head = h(
      'tr',
      {},
      h('th', { scope: 'col' }, words.t('model')),
      ...measures.map((name) => h('th', { scope: 'col' }, name)),
    );
    const rows = models.map(({ name, used, values }) =>
      h(
        'tr',
        { class: used ? 'used' : '' },
        h('th', { scope: 'row' }, name, used ? h('span', { class: 'badge ready' }, words.t('inUse')) : undefined),
        ...values.map((value) => h('td', {}, words.percent(value))),
      ),
    );
    return h(
      'div',
      { class: 'comparison' },
      h('h4', {}, words.t('comparison')),
      h(
        'table',
        {},
        h('caption', { class: 'dim' }, words.t('comparisonNote')),
        h('thead', {}, head),
        h('tbody', {}, ...rows),
      ),
      h('p', { class: rolledBack ? 'verdict rolled-back' : 'verdict' }, verdict),
    );
  }

  private precision(report: PanelReport): HTMLElement | undefined {
    if (report.precision.length === 0) return undefined;
    const { words } = this;
    return h(
      'div',
      { class: 'precision' },
      h('h4', {}, words.t('precision')),
      ...report.precision.map(({ coverage, share }) =>
        h(
          'div',
          { class: 'estimate' },
          h('span', {}, coverage),
          bar(share, 'specialist'),
          h('span', { class: 'number' }, words.percent(share)),
        ),
      ),
    );
  }

  private numbers({ numbers }: PanelReport): HTMLElement | undefined {
    if (numbers.length === 0) return undefined;
    const rows = numbers.map(({ name, value, meaning }) =>
      h('div', {}, h('dt', {}, name), h('dd', {}, value, h('span', { class: 'dim' }, meaning))),
    );
    return h(
      'details',
      { class: 'fold' },
      h('summary', {}, icon(icons.chevron), this.words.t('numbersOfIt')),
      h('dl', { class: 'glossary' }, ...rows),
    );
  }

  private leftOut(report: PanelReport): HTMLElement | undefined {
    if (report.leftOut.length === 0) return undefined;
    const { words } = this;
    const total = report.leftOut.reduce((sum, { count }) => sum + count, 0);
    return h(
      'details',
      { class: 'fold' },
      h('summary', {}, icon(icons.chevron), words.counted('leftOut', total)),
      h(
        'ul',
        { class: 'left-out' },
        ...report.leftOut.map(({ reason, count, examples }) =>
          h('li', {}, `${reason}: ${words.count(count)}`, h('span', { class: 'dim' }, examples.slice(0, 3).join(', '))),
        ),
      ),
    );
  }

  private examples(examples: readonly PanelExample[]): HTMLElement | undefined {
    if (examples.length === 0) return undefined;
    const { words } = this;
    return h(
      'details',
      { class: 'fold' },
      h('summary', {}, icon(icons.chevron), words.counted('examples', examples.length)),
      ...examples.map((example) =>
        h(
          'div',
          { class: 'example' },
          h(
            'p',
            { class: 'foot' },
            h('span', { class: example.right ? 'good' : 'bad' }, words.t(example.right ? 'right' : 'wrong')),
            h('span', { class: 'dim' }, `${example.path}:${example.line} · ${shortModel(example.model)}`),
          ),
          h(
            'pre',
            { class: 'code' },
            h('span', { class: 'before' }, example.before),
            h('span', { class: 'inserted' }, example.answer || words.t('nothingShown')),
          ),
          example.right ? undefined : h('p', { class: 'dim' }, words.t('wrote'), h('code', {}, example.truth)),
        ),
      ),
    );
  }
}
