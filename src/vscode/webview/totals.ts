// The figures: what suggestions wrote, how often they were taken, how long one waits for them, and what they cost; of this session or of all time.
import { button, h } from './dom.ts';
import type { PanelState, PanelTotals, TotalsScope } from './protocol.ts';
import type { Words } from './wording.ts';

export class TotalsView {
  readonly element: HTMLElement;
  private readonly figures: HTMLElement;
  private readonly choices: Readonly<Record<TotalsScope, HTMLButtonElement>>;
  private readonly words: Words;
  private totals: Readonly<Record<TotalsScope, PanelTotals>> | undefined;
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

  update(totals: Readonly<Record<TotalsScope, PanelTotals>>): void {
    this.totals = totals;
    this.draw();
  }

  /** What the month has cost so far, under what this session or all time has. */
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
    // Without an API there is nothing to spend and nobody to share with.
    const paid = this.month !== undefined || totals.api > 0 || totals.spentUsd > 0;
    this.figures.replaceChildren(
      this.written(totals, paid),
      this.figure(words.t('taken'), share(words, totals.accepted, totals.completions), words.t('takenNote')),
      this.figure(words.t('wait'), this.waits(totals), words.t(totals.api > 0 ? 'waitBoth' : 'waitHere')),
      ...(paid
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

  /** What it was good for; beside an API also who answered how often. */
  private written(totals: PanelTotals, paid: boolean): HTMLElement {
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
      ...(paid && totals.completions > 0
        ? [
            h(
              'div',
              { class: 'split', 'aria-hidden': 'true' },
              part(totals.local, 'specialist'),
              part(totals.api, 'api'),
            ),
            h('span', { class: 'dim' }, words.t('whoAnswered', words.count(totals.local), words.count(totals.api))),
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

  private waits({ localP50Ms, apiP50Ms, api }: PanelTotals): string {
    const here = this.words.latency(localP50Ms);
    return api > 0 ? `${here} / ${this.words.latency(apiP50Ms)}` : here;
  }
}

function share(words: Words, part: number, of: number): string {
  return of === 0 ? '–' : words.percent(part / of);
}
