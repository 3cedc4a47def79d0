// A decision at a cursor: what is shown, held back or asked, its reason, and the sentence that says so. Plain data.
import { wholePercent } from '../common/format.ts';
import { ANSWERED, type NEXT_KEY, type NoCall, TOO_DEAR, type TooDear, type WhyCall } from './reasons.ts';
import type { HeldBack, ScoredCut } from './show.ts';

export interface Estimates {
  readonly pSpecialist: number;
  /** The prior if `pApiIsPrior`. */
  readonly pApi: number;
  readonly pApiIsPrior: boolean;
  /** Why the n-grams drafted alone; absent: they did not. */
  readonly ngramsAlone?: string;
}

export type Decision = Estimates & {
  /** pApi - pSpecialist, and the price it had to beat, in the same unit (probability of an exact match). */
  readonly gain: number;
  readonly price: number;
} & (
    | {
        readonly kind: 'show';
        readonly cut: ScoredCut;
        readonly reason: TooDear | NoCall;
      }
    | {
        readonly kind: 'hold';
        /** The cut that comes nearest to being shown; absent: there is none. */
        readonly held?: HeldBack;
        readonly reason: TooDear | NoCall | typeof NEXT_KEY;
        /** How long the large model took for an answer that came too late, ms. */
        readonly tookMs?: number;
      }
    | {
        readonly kind: 'call';
        readonly reason: WhyCall;
        /** The part of the local draft that is shown at once. A call would gain less on this part than it costs. */
        readonly meanwhile?: ScoredCut | undefined;
        /** Whether the local draft may stand in for a late answer. */
        readonly canStandIn: boolean;
      }
  );

/** The cut that is shown: of a local text, or a paid answer. */
export function shownCut(decision: Decision): ScoredCut | undefined {
  if (decision.kind === 'show') return decision.cut;
  return decision.kind === 'call' ? decision.meanwhile : undefined;
}

/** Whether the local draft is shown instead of a call that was possible. */
export function savesCall({ kind, reason }: Decision): boolean {
  return kind === 'show' && TOO_DEAR.some((each) => each === reason);
}

/** The decision in words: 'Held back: 10% sure, shown from 50%.' */
export function sentenceOf(decision: Decision): string {
  const { ngramsAlone } = decision;
  const cut = decision.reason === ANSWERED ? undefined : shownCut(decision);
  const ngramsNote = ngramsAlone === undefined ? '' : ` From the n-grams alone: ${ngramsAlone}.`;
  return `${statementOf(decision, cut)}.${cutNote(cut)}${ngramsNote}`;
}

function statementOf(decision: Decision, cut: ScoredCut | undefined): string {
  const { pSpecialist, pApi, pApiIsPrior, reason } = decision;
  const pApiNote = `${wholePercent(pApi)}${pApiIsPrior ? ' (assumed)' : ''} likely to be right`;
  const gainNote = reason === 'a call gains too little' ? `: the large model is ${pApiNote}` : '';
  const ending = reason === 'there is no large model' ? '' : `; ${reason}${gainNote}`;
  if (cut !== undefined) return `Answered locally: ${wholePercent(cut.p)} sure${ending}`;
  if (decision.kind !== 'hold')
    return `Asked the large model: ${pApiNote}, the local draft ${wholePercent(pSpecialist)}`;
  const { held, tookMs } = decision;
  if (tookMs !== undefined)
    return `Nothing is shown: the large model took ${(tookMs / 1000).toFixed(1)} s, and ${reason}`;
  if (held === undefined) return `Nothing to suggest here${ending}`;
  const { p, from, why } = held;
  return `Held back: ${wholePercent(p)} sure, shown from ${wholePercent(from)}${why ? ` (${why})` : ''}${ending}`;
}

/** The cut and its reason: ' Cut before `)`, which is 7% sure.'; '' without a cut. */
function cutNote(cut: ScoredCut | undefined): string {
  if (cut?.next === undefined) return '';
  const { text, p } = cut.next;
  return ` Cut before \`${text.trim() || 'the next line'}\`, which is ${wholePercent(p)} sure.`;
}
