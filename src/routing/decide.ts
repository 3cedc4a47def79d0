// The routing decision: its rule, the price of a call, and the sentence and numbers that explain it.
import type { Draft } from '../common/completion.ts';
import { wholePercent } from '../common/format.ts';
import { contribution } from '../common/statistics/logistic.ts';
import { EMPTY_DRAFT, FEATURES, features } from './features.ts';
import { score } from './fit.ts';
import type { RouterModel } from './router-model.ts';
import { bestCut, type HeldBack, heldBack, type ScoredCut } from './show.ts';
import type { Decision, PolicySettings, PositionFacts, Reason } from './types.ts';

/**
 * The price of a call: the least gain in the probability of an exact match.
 * price = 1 - 2 x balance: 0.9 at 0.05 (hardly ever), 0 at 0.5 (the likelier answer wins), -1 at 1 (always call).
 * The default balance 0.4 gives 0.20. In time: a right line saves about 5 s of typing. A call takes 0.5 to 1 s and
 * costs about 0.02 US cents with the default model (1,500 tokens in, 40 out), worth another 0.01 s at 60 dollars an
 * hour. So a call that is right in one case of six pays for itself, and 0.20 is a little more.
 */
export function priceOf(balance: number, waitMs = USUAL_WAIT_MS): number {
  const clamped = Number.isFinite(balance) ? Math.min(1, Math.max(0, balance)) : 0;
  // Between 0 and 1, a slower model costs its additional time as a share of the 5 s that a right line saves. The bounds
  // keep the price falling as the balance rises.
  const waitPrice = Math.min(0.5, Math.max(-0.15, (waitMs - USUAL_WAIT_MS) / 5_000));
  return 1 - 2 * clamped + 4 * clamped * (1 - clamped) * waitPrice;
}

/** The usual time of a call in the figures above, ms. */
const USUAL_WAIT_MS = 750;

/**
 * Routes to the API iff it is available and p(API right) - p(specialist right) is above the price. Else the specialist
 * answers if a cut of its draft passes the threshold and is worth showing. Monotonic: at a fixed position, a higher
 * balance never routes from the API back to the specialist.
 * @param cuts of the draft; absent: only the whole draft
 */
export function decide(
  router: RouterModel,
  draft: Draft | undefined,
  position: PositionFacts,
  settings: PolicySettings,
  cuts?: readonly ScoredCut[],
): Decision {
  const { pSpecialist, pApi, pApiIsPrior } = score(router, draft, position, settings.shift);
  const gain = pApi - pSpecialist;
  const price = priceOf(settings.balance, settings.waitMs);
  const threshold = settings.apiAvailable ? settings.showThreshold : settings.fallbackThreshold;
  const wholeDraft = draft === undefined || draft.text === '' ? [] : [{ text: draft.text, p: pSpecialist }];
  // A draft without cuts must only pass the threshold.
  const isManual = cuts === undefined || settings.isManual === true;
  const [offeredCuts, limits] = [cuts ?? wholeDraft, { threshold, isManual }];
  const shown = bestCut(offeredCuts, limits);
  const route = settings.apiAvailable && gain > price ? 'api' : shown ? 'specialist' : 'none';
  const heldBackDraft = route === 'none' ? heldBack(offeredCuts, limits) : undefined;
  const cut = route === 'specialist' ? shown : undefined;
  return {
    ...{ route, pSpecialist, pApi, pApiIsPrior, gain, price },
    ...(cut && { shown: cut }),
    ...(heldBackDraft && { held: heldBackDraft }),
    summary: cut
      ? localAnswerNote(cut, settings.apiAvailable ? apiNote(gain, pApi, pApiIsPrior) : '')
      : route === 'api'
        ? `Asked the large model: ${percentOrAssumed(pApi, pApiIsPrior)} likely to be right, the local draft ${wholePercent(pSpecialist)}.`
        : nothingNote(heldBackDraft),
    reasons: reasonsFor(router, draft, position),
  };
}

function percentOrAssumed(p: number, isPrior: boolean): string {
  return `${wholePercent(p)}${isPrior ? ' (assumed)' : ''}`;
}

function apiNote(gain: number, pApi: number, isPrior: boolean): string {
  if (gain <= 0) return 'the large model is not more likely to be right';
  return `the large model, ${percentOrAssumed(pApi, isPrior)} likely to be right, gains too little for a call`;
}

/** The decision after the API did not answer: the local draft, if it passes the fallback threshold. */
export function withoutApi(
  decision: Decision,
  cuts: readonly ScoredCut[],
  { fallbackThreshold: threshold, isManual = false }: PolicySettings,
  why: string,
): Decision {
  const shown = bestCut(cuts, { threshold, isManual });
  if (shown) return { ...decision, route: 'specialist', shown, summary: localAnswerNote(shown, why) };
  const heldBackDraft = heldBack(cuts, { threshold, isManual });
  return {
    ...decision,
    route: 'none',
    ...(heldBackDraft && { held: heldBackDraft }),
    summary: nothingNote(heldBackDraft, why),
  };
}

/** @param addition why the API did not answer; '' without an API */
export function localAnswerNote(cut: ScoredCut, addition = ''): string {
  return `Answered locally: ${wholePercent(cut.p)} sure${addition === '' ? '' : `; ${addition}`}.${cutNote(cut)}`;
}

/** Why nothing is shown. */
function nothingNote(held: HeldBack | undefined, addition = ''): string {
  const end = addition === '' ? '.' : `; ${addition}.`;
  if (held === undefined) return `Nothing to suggest here${end}`;
  return `Held back: ${wholePercent(held.p)} sure, shown from ${wholePercent(held.from)}${end}`;
}

/** The cut and its reason: ' Cut before `)`, which is 7% sure.'; '' without a cut. */
function cutNote({ next }: ScoredCut): string {
  if (next === undefined) return '';
  return ` Cut before \`${next.text.trim() || 'the next line'}\`, which is ${wholePercent(next.p)} sure.`;
}

/** Features that are always shown with a draft, because they are easy to understand. */
const ALWAYS = ['lowest token probability', 'longest match, tokens', 'share from the open file'];
const MAX_REASONS = 6;

/** The features that are always shown, then those with the largest contributions, as displayed numbers. */
function reasonsFor(router: RouterModel, draft: Draft | undefined, position: PositionFacts): Reason[] {
  const empty = draft === undefined || draft.text === '';
  const { specialist, api, neighbourhood } = router.parameters;
  // With a neighbourhood, p(API right) depends on words, which are not shown.
  const { model } = empty ? (neighbourhood ? { model: undefined } : api) : specialist;
  const values = features(draft, position);
  const weight = (j: number) => (model === undefined ? 0 : Math.abs(contribution(model, values, j)));
  const always = empty ? [] : ALWAYS.map((name) => FEATURES.findIndex((f) => f.name === name));
  const mostInfluential = FEATURES.map((_, j) => j)
    .filter((j) => !always.includes(j) && weight(j) > 0.05)
    .sort((a, b) => weight(b) - weight(a));
  return [...always, ...mostInfluential].slice(0, MAX_REASONS).map((j) => {
    const feature = FEATURES[j] as (typeof FEATURES)[number];
    return { name: feature.name, value: feature.value(draft ?? EMPTY_DRAFT, position) };
  });
}
