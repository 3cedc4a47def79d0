// The panel's figures, of this session or of all time: characters written, accepted share, latency and cost.
import { button, h } from './dom.ts';
import type { PanelState, ScopeTotals, TotalsScope } from './protocol.ts';
import type { Words } from './wording.ts';

export class TotalsView {
  readonly element: HTMLElement;
  private readonly figures: HTMLElement;
  private readonly choices: Readonly<Record<TotalsScope, HTMLButtonElement>>;
  private readonly words: Words;
  private totals: Readonly<Record<TotalsScope, ScopeTotals>> | undefined;
  private scope: TotalsScope;
  private month: PanelState['month'];

  constructor(words: Words, scope: TotalsScope, onScope: (scope: TotalsScope) => void) {
    this.words = words;
    this.scope = scope;
    const choose = (next: TotalsScope) => () => {
      this.scope = next;
      onScope(next);
      this.draw();
    };
    this.choices = {
      session: button(words.t('scope.session'), choose('session')),
      all: button(words.t('scope.all'), choose('all')),
    };
    this.figures = h('div', { class: 'figures' });
    this.element = h(
      'section',
      { class: 'card totals', 'aria-labelledby': 'totals-title' },
      h(
        'header',
        {},
        h('h2', { id: 'totals-title' }, words.t('totals')),
        h(
          'div',
          { class: 'choice', role: 'group', 'aria-label': words.t('scope') },
          this.choices.session,
          this.choices.all,
        ),
      ),
      this.figures,
    );
  }

  update(totals: Readonly<Record<TotalsScope, ScopeTotals>>): void {
    this.totals = totals;
    this.draw();
  }

  /** Sets this month's cost, which is shown below the cost of session or all time. */
  setMonth(month: PanelState['month']): void {
    if (month?.spentUsd === this.month?.spentUsd && month?.limitUsd === this.month?.limitUsd) return;
    this.month = month;
    this.draw();
  }

  private draw(): void {
    for (const [scope, choice] of Object.entries(this.choices)) {
      choice.setAttribute('aria-pressed', String(scope === this.scope));
    }
    const totals = this.totals?.[this.scope];
    if (!totals) return;
    const { words } = this;
    const usesLargeModel = this.month !== undefined || totals.api > 0 || totals.spentUsd > 0;
    this.figures.replaceChildren(
      this.written(totals, usesLargeModel),
      this.figure(words.t('accepted'), share(words, totals.accepted, totals.completions), words.t('acceptedNote')),
      this.figure(
        words.t('latencyMedian'),
        this.latencies(totals),
        words.t(totals.api > 0 ? 'latencyBoth' : 'latencyLocal'),
      ),
      ...(usesLargeModel
        ? [
            this.figure(words.t('spent'), words.money(totals.spentUsd), this.spentNote()),
            this.figure(words.t('saved'), words.money(totals.savedUsd), words.t('savedNote')),
          ]
        : []),
    );
  }

  private spentNote(): string {
    const { words, month } = this;
    if (month === undefined) return words.t('spentNote');
    return words.t('spentMonth', words.money(month.spentUsd), words.money(month.limitUsd));
  }

  /** Characters written, counts of suggestions, and the models' shares if the large model is in use. */
  private written(totals: ScopeTotals, usesLargeModel: boolean): HTMLElement {
    const { words } = this;
    const counts = [totals.completions, totals.accepted, totals.typed].map((count) => words.count(count));
    const part = (count: number, kind: string) => {
      const element = h('span', { class: kind });
      element.style.flexGrow = String(count);
      return count > 0 ? element : undefined;
    };
    return h(
      'div',
      { class: 'figure lead' },
      h('span', { class: 'value' }, words.count(totals.characters)),
      h('span', { class: 'label' }, words.t('written')),
      h('span', { class: 'dim' }, words.t('counts', ...counts)),
      ...(usesLargeModel && totals.completions > 0
        ? [
            h(
              'div',
              { class: 'split', 'aria-hidden': 'true' },
              part(totals.local, 'specialist'),
              part(totals.api, 'api'),
            ),
            h('span', { class: 'dim' }, words.t('countsByModel', words.count(totals.local), words.count(totals.api))),
          ]
        : []),
    );
  }

  private figure(label: string, value: string, note: string): HTMLElement {
    return h(
      'div',
      { class: 'figure' },
      h('span', { class: 'label' }, label),
      h('span', { class: 'value' }, value),
      h('span', { class: 'dim' }, note),
    );
  }

  private latencies({ localP50Ms, apiP50Ms, api }: ScopeTotals): string {
    const local = this.words.latency(localP50Ms);
    return api > 0 ? `${local} / ${this.words.latency(apiP50Ms)}` : local;
  }
}

function share(words: Words, part: number, total: number): string {
  return total === 0 ? '–' : words.percent(part / total);
}
