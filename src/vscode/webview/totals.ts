// The panel's figures of this session: characters written, accepted share, latency and cost.
import { h } from './dom.ts';
import type { PanelState, PanelTotals } from './protocol.ts';
import type { Words } from './wording.ts';

export class TotalsView {
  readonly element: HTMLElement;
  private readonly figures: HTMLElement;
  private readonly words: Words;
  private totals: PanelTotals | undefined;
  private month: PanelState['month'];

  constructor(words: Words) {
    this.words = words;
    this.figures = h('div', { class: 'figures' });
    this.element = h(
      'section',
      { class: 'card totals', 'aria-labelledby': 'totals-title' },
      h('header', {}, h('h2', { id: 'totals-title' }, 'This session')),
      this.figures,
    );
  }

  update(totals: PanelTotals): void {
    this.totals = totals;
    this.draw();
  }

  /** Sets this month's cost, which is shown below the cost of the session. */
  setMonth(month: PanelState['month']): void {
    if (month?.spentUsd === this.month?.spentUsd && month?.limitUsd === this.month?.limitUsd) return;
    this.month = month;
    this.draw();
  }

  private draw(): void {
    const { words, totals } = this;
    if (!totals) return;
    const usesLargeModel = this.month !== undefined || totals.api > 0 || totals.spentUsd > 0;
    this.figures.replaceChildren(
      this.written(totals, usesLargeModel),
      this.figure('Accepted', share(words, totals.accepted, totals.completions), 'of the shown suggestions'),
      this.figure('Median latency', this.latencies(totals), totals.api > 0 ? 'local / large model' : 'of suggestions'),
      ...(usesLargeModel
        ? [
            this.figure('Spent', words.money(totals.spentUsd), this.spentNote()),
            this.figure('Saved', words.money(totals.savedUsd), 'by answering locally'),
          ]
        : []),
    );
  }

  private spentNote(): string {
    const { words, month } = this;
    if (month === undefined) return 'on calls to the large model';
    return `on calls to the large model; ${words.money(month.spentUsd)} of ${words.money(month.limitUsd)} this month`;
  }

  /** Characters written, counts of suggestions, and the models' shares if the large model is in use. */
  private written(totals: PanelTotals, usesLargeModel: boolean): HTMLElement {
    const { words } = this;
    const [shown, accepted, typed] = [totals.completions, totals.accepted, totals.typed].map((n) => words.count(n));
    const part = (count: number, kind: string) => {
      const element = h('span', { class: kind });
      element.style.flexGrow = String(count);
      return count > 0 ? element : undefined;
    };
    return h(
      'div',
      { class: 'figure lead' },
      h('span', { class: 'value' }, words.count(totals.characters)),
      h('span', { class: 'label' }, 'characters written for you'),
      h('span', { class: 'dim' }, `Suggestions: ${shown} shown, ${accepted} accepted, ${typed} typed by hand`),
      ...(usesLargeModel && totals.completions > 0
        ? [
            h(
              'div',
              { class: 'split', 'aria-hidden': 'true' },
              part(totals.local, 'specialist'),
              part(totals.api, 'api'),
            ),
            h(
              'span',
              { class: 'dim' },
              `${words.count(totals.local)} by the local model, ${words.count(totals.api)} by the large model`,
            ),
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

  private latencies({ localP50Ms, apiP50Ms, api }: PanelTotals): string {
    const local = this.words.latency(localP50Ms);
    return api > 0 ? `${local} / ${this.words.latency(apiP50Ms)}` : local;
  }
}

function share(words: Words, part: number, total: number): string {
  return total === 0 ? '–' : words.percent(part / total);
}
