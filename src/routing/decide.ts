// The decision at a cursor, a pure function: estimates, scored cuts and conditions in, `show`, `hold` or `call` out.
import type { Draft } from '../common/completion.ts';
import { beginsAlike } from '../text/edits.ts';
import type { Decision, Estimates } from './decision.ts';
import type { PositionFacts } from './features.ts';
import { score } from './fit.ts';
import { type Limits, priceOf } from './limits.ts';
import { type NoCall, SEEN_BEFORE, type TooDear } from './reasons.ts';
import type { RouterModel } from './router-model.ts';
import { bestCut, heldBack, type ScoredCut, type ShowLimits } from './show.ts';

/**
 * Characters that a right answer must be expected to write beyond the local draft, for each unit of the call's price.
 * How often answers are right is in the gain, which is compared with the price itself.
 */
const CHARACTERS = 67;

/** With `localFirst`, a wrong local suggestion also delays the call, so that less of the price is allowed. */
const LOCAL_FIRST_SHARE = 0.5;

/** What is known of a text that may be shown. */
export interface Estimated {
  readonly estimates: Estimates;
  /** Where the text may end, shortest first. */
  readonly cuts: readonly ScoredCut[];
  /** Characters that the author probably still writes in the line. */
  readonly expectedCharacters: number;
}

/** The circumstances under which it would be shown. None may be forgotten. */
export interface Conditions {
  readonly limits: Limits;
  /** Another local draft that was rejected or deleted here a moment ago. */
  readonly rejected: string | undefined;
  /** Undefined: the large model can be asked. */
  readonly noCall: NoCall | undefined;
  /** The cut that is on the screen, or was offered, and goes on: it costs no second glance. */
  readonly goesOn: string | undefined;
}

/**
 * Whatever its origin, no text is shown without this decision. Asks the large model iff p(large model right) - p(local
 * right) is above the price, and with `localFirst` only if the answer is expected to write enough. Else the cut with
 * the highest expected gain is shown, if one passes the threshold. Monotonic: at a fixed position, a lower price never
 * changes a call to a local answer. With `noCall` the same text is decided on without a call.
 */
export function decide(of: Estimated, at: Conditions): Decision {
  const { estimates } = of;
  const { limits, rejected, noCall, goesOn } = at;
  const { price, isManual, localFirst } = limits;
  const gain = estimates.pApi - estimates.pSpecialist;
  const facts = { ...estimates, gain, price };
  const visible = goesOn === undefined ? undefined : of.cuts.find(({ text }) => text === goesOn);
  if (visible !== undefined) return { ...facts, kind: 'show', cut: visible, reason: noCall ?? SEEN_BEFORE };
  const cuts = allowedCuts(of, at);
  const answerLocally = (show: ShowLimits, reason: TooDear | NoCall): Decision => {
    const cut = bestCut(cuts, show);
    if (cut !== undefined) return { ...facts, kind: 'show', cut, reason };
    const held = heldBack(cuts, show) ?? heldBack(of.cuts, show, true);
    return { ...facts, kind: 'hold', ...(held && { held }), reason };
  };

  // From this probability on, a local suggestion is shown although the large model is likelier right.
  const sure: ShowLimits = { ...limits, least: estimates.pApi - price * (localFirst ? LOCAL_FIRST_SHARE : 1) };
  if (noCall !== undefined) return answerLocally(limits, noCall);
  const tooDear = tooDearFor(of, limits);
  if (tooDear !== undefined) return answerLocally(gain <= price ? limits : sure, tooDear);
  // A manual request waits for the large model, and so does a line where a local draft was rejected.
  const waits = isManual || rejected !== undefined;
  const meanwhile = waits ? undefined : bestCut(cuts, sure);
  const whenShown = localFirst
    ? 'the large model is asked unless this is accepted'
    : 'the large model is asked meanwhile';
  const reason = meanwhile === undefined ? 'the large model is likelier right' : whenShown;
  const canStandIn = bestCut(cuts, { ...limits, threshold: limits.lateThreshold }) !== undefined;
  return { ...facts, kind: 'call', reason, meanwhile, canStandIn };
}

/** Why a call is not worth its price, whether or not a large model can be asked; undefined: it is. */
export function tooDearFor({ estimates, expectedCharacters }: Estimated, limits: Limits): TooDear | undefined {
  const { price, isManual, localFirst } = limits;
  const gain = estimates.pApi - estimates.pSpecialist;
  if (gain <= price) return gain <= 0 ? 'the large model is not likelier right' : 'a call gains too little';
  const characters = (gain / estimates.pApi) * expectedCharacters;
  return localFirst && !isManual && characters <= price * CHARACTERS ? 'a call would write too little' : undefined;
}

/** A text that was rejected or deleted here is not proposed again, nor is its beginning, unless by hand. */
function allowedCuts({ cuts }: Estimated, { limits, rejected }: Conditions): readonly ScoredCut[] {
  if (rejected === undefined || limits.isManual) return cuts;
  return cuts.filter(({ text }) => !beginsAlike(rejected, text));
}

/** Decides without the limits of an editor: the whole draft or nothing. For reports and benchmarks. */
export function decideWhole(
  router: RouterModel,
  draft: Draft | undefined,
  position: PositionFacts,
  balance: number,
): Decision {
  const estimates = score(router, draft, position);
  const cuts = draft === undefined || draft.text === '' ? [] : [{ text: draft.text, p: estimates.pSpecialist }];
  const limits = { price: priceOf(balance), threshold: 0, lateThreshold: 0, isManual: true, localFirst: false };
  const at = { limits, rejected: undefined, noCall: undefined, goesOn: undefined };
  return decide({ estimates, cuts, expectedCharacters: 0 }, at);
}

/** What is known of a next edit that may be offered, whatever has found it. */
export interface EstimatedEdit {
  readonly path: string;
  /** Offsets, UTF-16 units, end exclusive. */
  readonly start: number;
  readonly end: number;
  readonly removed: string;
  readonly replacement: string;
  readonly rule: string;
  /** Number of the rule's places that are left. */
  readonly left: number;
  readonly place: string;
  /** Estimate that the user makes it, and the least that its origin needs (limits.ts). */
  readonly probability: number;
  readonly least: number;
}

/** The circumstances under which next edits would be offered. None may be forgotten. */
export interface EditConditions {
  /** Rules, their steps, and places that were dismissed, or shown often enough. */
  readonly ignored: readonly string[];
  /** Whether the editor shows new lines as ghost text. */
  readonly showsLines: boolean;
  /** After two dismissals in a row nothing is offered for a while. */
  readonly isSilent: boolean;
}

/** What an editor shows of an edit: lines, and columns of a new line. */
const SHOWN = { lines: 24, columns: 120 };

/** Whether an editor shows a whole edit. What the user cannot see is not offered. */
export function canBeShown({ removed, replacement }: Pick<EstimatedEdit, 'removed' | 'replacement'>): boolean {
  const [old, now] = [removed.split('\n'), replacement.split('\n')];
  return old.length + now.length <= SHOWN.lines && now.every((line) => line.length <= SHOWN.columns);
}

/** Whether new text does not fit into the line of the old one. */
export function needsLines({ removed, replacement }: Pick<EstimatedEdit, 'removed' | 'replacement'>): boolean {
  return replacement !== '' && `${removed}${replacement}`.includes('\n');
}

/** Names what is left of a rule: another step after each place that the user has followed. */
export function stepOf({ rule, left }: Pick<EstimatedEdit, 'rule' | 'left'>): string {
  return `${rule} ${left}`;
}

export function isSure({ probability, least }: Pick<EstimatedEdit, 'probability' | 'least'>): boolean {
  return probability >= least;
}

/**
 * Whatever has found it, no edit is offered without this decision. Those with the highest estimate come first, equal
 * ones in order. Where two lists change the same text, the first edit counts, even if it is ignored.
 */
export function decideEdits<E extends EstimatedEdit>(lists: readonly (readonly E[])[], at: EditConditions): E[] {
  const { ignored, showsLines, isSilent } = at;
  if (isSilent) return [];
  const all = lists
    .flatMap((list) => list.filter((edit) => isSure(edit) && canBeShown(edit)).map((edit) => ({ edit, list })))
    .sort((a, b) => b.edit.probability - a.edit.probability);
  const isFirst = ({ edit, list }: (typeof all)[number], i: number) =>
    !all.slice(0, i).some((other) => other.list !== list && overlap(edit, other.edit));
  return all
    .filter(isFirst)
    .map(({ edit }) => edit)
    .filter((edit) => ![edit.rule, stepOf(edit), edit.place].some((name) => ignored.includes(name)))
    .filter((edit) => showsLines || !needsLines(edit));
}

/** Whether two edits change the same text, or touch. */
function overlap(a: EstimatedEdit, b: EstimatedEdit): boolean {
  return a.path === b.path && a.start <= b.end && b.start <= a.end;
}

/** Whether the edit that follows is worth a call: no local edit competes with it, so its whole estimate is a gain. */
export function isWorthCall(probability: number, price: number): boolean {
  return probability > price;
}
