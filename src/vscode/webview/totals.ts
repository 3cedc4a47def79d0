// The panel's figures of this session: characters written, accepted share, latency and cost.
import { h } from './dom.ts';
import type { PanelState, PanelTotals } from './protocol.ts';
import type { Words } from './wording.ts';

export function totalsView(words: Words) {
  const figures = h('div.figures');
  const title = h('header', h('h2', { id: 'totals-title' }, 'This session'));
  const element = h('section.card.totals', { 'aria-labelledby': 'totals-title' }, title, figures);
  let shown: { readonly totals?: PanelTotals; readonly month?: PanelState['month'] } = {};
  return {
    element,
    /** @param changed `month`: this month's cost, which is shown below the cost of the session */
    update(changed: typeof shown): void {
      shown = { ...shown, ...changed };
      if (shown.totals) figures.replaceChildren(...figuresOf(shown.totals, shown.month, words));
    },
  };
}

function figuresOf(totals: PanelTotals, month: PanelState['month'], words: Words): HTMLElement[] {
  const { completions, accepted, typed, edits, applied, local, api, spentUsd, savedUsd, localP50Ms, apiP50Ms } = totals;
  const offered = completions + edits;
  const usesLargeModel = month !== undefined || api > 0 || spentUsd > 0;
  const [shown, byKey, byHand] = [completions, accepted, typed].map((count) => words.count(count));
  const byModel = `${words.count(local)} by the local model, ${words.count(api)} by the large model`;
  const localLatency = words.latency(localP50Ms);
  const ofMonth = month ? `; ${words.money(month.spentUsd)} of ${words.money(month.limitUsd)} this month` : '';
  return [
    h(
      'div.figure.lead',
      h('span.value', words.count(totals.characters)),
      h('span.label', 'characters written for you'),
      h('span.dim', `Suggestions: ${shown} shown, ${byKey} accepted, ${byHand} typed by hand`),
      edits > 0
        ? h('span.dim', `Next edits: ${words.count(edits)} offered, ${words.count(applied)} applied`)
        : undefined,
      usesLargeModel && completions > 0 ? h('span.dim', byModel) : undefined,
    ),
    figure(
      'Accepted',
      offered === 0 ? '–' : words.percent((accepted + applied) / offered),
      edits === 0 ? 'of the shown suggestions' : 'of the shown suggestions and edits',
    ),
    api > 0
      ? figure('Median latency', `${localLatency} / ${words.latency(apiP50Ms)}`, 'local / large model')
      : figure('Median latency', localLatency, 'of suggestions'),
    ...(usesLargeModel
      ? [
          figure('Spent', words.money(spentUsd), `on calls to the large model${ofMonth}`),
          figure('Saved', words.money(savedUsd), 'by answering locally'),
        ]
      : []),
  ];
}

function figure(label: string, value: string, note: string): HTMLElement {
  return h('div.figure', h('span.label', label), h('span.value', value), h('span.dim', note));
}
