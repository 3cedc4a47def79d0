// Who answers: the rule, the price of a call, and the sentence and numbers that explain it.
import type { Draft } from '../common/completion.ts';
import { wholePercent } from '../common/format.ts';
import { contribution } from '../common/statistics/logistic.ts';
import { EMPTY_DRAFT, FEATURES, features } from './features.ts';
import { type Scores, score } from './fit.ts';
import { limitOf, NOTHING_STAYS } from './risk.ts';
import type { RouterModel } from './router-model.ts';
import { bestCut, type HeldBack, heldBack, type ScoredCut } from './show.ts';
import type { Decision, PlaceFacts, PolicySettings, Reason } from './types.ts';

/**
 * The price of a call as probability of an exact match: a call has to make the answer right that much more often.
 * price = 1 - 2 x balance: 1 at balance 0 (no gain reaches it), 0 at 0.5 (whoever is likelier right), -1 at 1 (always).
 * The default 0.4 asks for 0.20. In money and waiting: a right line saves about 5 s of typing; a call makes one wait
 * 0.5 to 1 s and costs about 0.02 US cents with the default model (1,500 tokens in, 40 out), which at 60 dollars an hour is
 * another 0.01 s: the waiting decides. So a call has to be right in about one case of six to pay for itself, and 0.20
 * leaves something over.
 */
export function priceOf(balance: number, waitMs = usualWaitMs): number {
  const b = Number.isFinite(balance) ? Math.min(1, Math.max(0, balance)) : 0;
  // In between, a model that is slower than usual costs what it makes one wait beyond that, of the 5 s of typing that a right line
  // saves; within bounds, so that the price falls all the way as the balance rises.
  const waited = Math.min(0.5, Math.max(-0.15, (waitMs - usualWaitMs) / 5_000));
  return 1 - 2 * b + 4 * b * (1 - b) * waited;
}

/** What the figures above are for, ms; the middle of half a second and a whole one. */
const usualWaitMs = 750;

/**
 * The API iff it is available, balance is above 0 and p(API right) - p(specialist right) > price, or over what a bound on the risk lets stay. Else the specialist
 * where a cut of its draft clears the bar and is worth showing, else nothing. For a fixed place the API's turn never ends as balance rises.
 * @param cuts of the draft; absent: the draft as it is
 */
export function decide(
  fit: RouterModel,
  draft: Draft | undefined,
  place: PlaceFacts,
  settings: PolicySettings,
  cuts?: readonly ScoredCut[],
): Decision {
  const scores = score(fit, draft, place, settings.shift);
  const { pSpecialist, pApi, pApiIsPrior } = scores;
  const gain = gainOf(scores);
  const { risk } = settings;
  const asked = priceOf(settings.balance, settings.waitMs);
  const limit = risk && limitOf(fit, risk);
  // The bound was chosen by what the fit alone says, and holds for that: the limit moves with what verdicts have moved since.
  const price = limit === undefined ? asked : Math.min(asked, limit + (gain - gainOf(score(fit, draft, place))));
  const apiPossible = settings.apiAvailable && settings.balance > 0;
  const bar = apiPossible ? settings.showBar : settings.fallbackBar;
  const whole = draft === undefined || draft.text === '' ? [] : [{ text: draft.text, p: pSpecialist }];
  // A draft that is not cut has the bar alone to clear.
  const [offered, annoyance] = cuts ? [cuts, settings.annoyance] : [whole, 0];
  const shown = bestCut(offered, bar, annoyance);
  const route = apiPossible && gain > price ? 'api' : shown ? 'specialist' : 'none';
  // It would have stayed here but for the bound.
  const bounded =
    gain > asked
      ? ''
      : limit === NOTHING_STAYS
        ? '; too little is known for the bound on the risk'
        : '; so the bound on the risk holds';
  const held = route === 'none' ? heldBack(offered, bar, annoyance) : undefined;
  const cut = route === 'specialist' ? shown : undefined;
  return {
    ...{ route, pSpecialist, pApi, pApiIsPrior, gain, price },
    ...(cut && { shown: cut }),
    ...(held && { held }),
    summary: cut
      ? hereNote(cut, apiPossible ? apiNote(gain, pApi, pApiIsPrior) : '')
      : route === 'api'
        ? `Asked the API: ${assumed(pApi, pApiIsPrior)} likely to be right, ${wholePercent(pSpecialist)} here${bounded}.`
        : nothingNote(held),
    reasons: reasonsFor(fit, draft, place),
  };
}

function gainOf({ pSpecialist, pApi }: Scores): number {
  return pApi - pSpecialist;
}

function assumed(p: number, isPrior: boolean): string {
  return `${wholePercent(p)}${isPrior ? ' (assumed)' : ''}`;
}

function apiNote(gain: number, pApi: number, isPrior: boolean): string {
  if (gain <= 0) return 'the API is no likelier to be right';
  return `the API, right at ${assumed(pApi, isPrior)}, gains too little for a call`;
}

/** The local draft after all, where the API did not answer and the lower bar allows it. */
export function withoutApi(
  decision: Decision,
  cuts: readonly ScoredCut[],
  { fallbackBar, annoyance }: PolicySettings,
  why: string,
): Decision {
  const shown = bestCut(cuts, fallbackBar, annoyance);
  if (shown) return { ...decision, route: 'specialist', shown, summary: hereNote(shown, why) };
  const held = heldBack(cuts, fallbackBar, annoyance);
  return { ...decision, route: 'none', ...(held && { held }), summary: nothingNote(held, why) };
}

/** @param also why no other answered; '' where there is no other */
export function hereNote(cut: ScoredCut, also = ''): string {
  return `Answered here: ${wholePercent(cut.p)} sure${also === '' ? '' : `; ${also}`}.${cutNote(cut)}`;
}

/** Why nothing is shown. */
function nothingNote(held: HeldBack | undefined, also = ''): string {
  const end = also === '' ? '.' : `; ${also}.`;
  if (held === undefined) return `Nothing to suggest here${end}`;
  return `Held back: ${wholePercent(held.p)} sure, shown from ${wholePercent(held.from)}${end}`;
}

/** What was cut and why: ' Cut before `)`, of which it is only 7% sure.'; '' where nothing was. */
function cutNote({ next }: ScoredCut): string {
  if (next === undefined) return '';
  return ` Cut before \`${next.text.trim() || 'the next line'}\`, of which it is ${wholePercent(next.p)} sure.`;
}

/** Always shown where there is a draft: what people understand at once. */
const ALWAYS = ['lowest token probability', 'longest match, tokens', 'share from the open file'];
const MOST_REASONS = 6;

/** The features that weigh most here, as the numbers that people see, after those that are always shown. */
function reasonsFor(fit: RouterModel, draft: Draft | undefined, place: PlaceFacts): Reason[] {
  const empty = draft === undefined || draft.text === '';
  const { specialist, api, neighbourhood } = fit.parameters;
  // Words of other places weigh there, and are not shown.
  const { model } = empty ? (neighbourhood ? { model: undefined } : api) : specialist;
  const values = features(draft, place);
  const weight = (j: number) => (model === undefined ? 0 : Math.abs(contribution(model, values, j)));
  const always = empty ? [] : ALWAYS.map((name) => FEATURES.findIndex((f) => f.name === name));
  const heaviest = FEATURES.map((_, j) => j)
    .filter((j) => !always.includes(j) && weight(j) > 0.05)
    .sort((a, b) => weight(b) - weight(a));
  return [...always, ...heaviest].slice(0, MOST_REASONS).map((j) => {
    const feature = FEATURES[j] as (typeof FEATURES)[number];
    return { name: feature.name, value: feature.value(draft ?? EMPTY_DRAFT, place) };
  });
}
