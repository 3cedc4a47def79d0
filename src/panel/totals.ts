// The figures: who answered, how fast, what it cost and what it saved; of this session or of all time.
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
    const answered = totals.local + totals.api;
    const localShare = answered === 0 ? undefined : totals.local / answered;
    this.figures.replaceChildren(
      this.shares(totals, localShare),
      this.figure(words.t('localLatency'), this.pair(totals.localP50Ms, totals.localP95Ms), words.t('p50p95')),
      this.figure(words.t('apiLatency'), this.pair(totals.apiP50Ms, totals.apiP95Ms), words.t('p50p95')),
      this.figure(words.t('spent'), words.money(totals.spentUsd), this.spentNote()),
      this.figure(words.t('saved'), words.money(totals.savedUsd), words.t('savedNote')),
    );
  }

  private spentNote(): string {
    const { words, month } = this;
    if (month === undefined) return words.t('spentNote');
    return words.t('spentMonth', words.money(month.spentUsd), words.money(month.limitUsd));
  }

  private shares(totals: PanelTotals, localShare: number | undefined): HTMLElement {
    const { words } = this;
    const split = h('div', { class: 'split', 'aria-hidden': 'true' });
    if (localShare !== undefined) {
      const local = h('span', { class: 'specialist' });
      const api = h('span', { class: 'api' });
      local.style.flexGrow = String(totals.local);
      api.style.flexGrow = String(totals.api);
      split.append(...(totals.local > 0 ? [local] : []), ...(totals.api > 0 ? [api] : []));
    }
    return h(
      'div',
      { class: 'figure lead' },
      h('span', { class: 'value' }, localShare === undefined ? '–' : words.percent(localShare)),
      h('span', { class: 'label' }, words.t('answeredLocally')),
      split,
      h(
        'span',
        { class: 'dim' },
        words.t('counts', words.count(totals.local), words.count(totals.api), words.count(totals.accepted)),
      ),
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

  /** '640 / 980 ms', '640 ms / 1.2 s': the unit once where both share it. */
  private pair(p50: number | undefined, p95: number | undefined): string {
    if (p50 === undefined) return '–';
    const [low, high] = [this.words.latency(p50), this.words.latency(p95)];
    return low.endsWith(' ms') && high.endsWith(' ms') ? `${low.slice(0, -3)} / ${high}` : `${low} / ${high}`;
  }
}
