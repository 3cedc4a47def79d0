// The outcome of an adaptation as a value, the sentences that editor, terminal and report make from it, and the phrases
// that parts of a report share.
import { holdsZero } from '../../common/chart.ts';
import { counted, ofHundred, percent, thousands, wholePercent } from '../../common/format.ts';
import { likelierBy } from '../../common/quality.ts';
import type { Interval } from '../../common/statistics/bootstrap.ts';
import type { LeftOutReason } from '../../workspace/files/harvest-types.ts';
import type { AdaptReport, Latencies, MixedQuality, NeuralFailure, NeuralReport } from './adapt-report.ts';

/** Fewer positions say too little of a model: a report states no figures of them. */
export const ENOUGH_POSITIONS = 20;
/** Maximum number of reasons for leaving files out. */
const REASONS = 4;

/** Reasons for leaving a file out, in words. */
const reasons: Record<LeftOutReason, string> = {
  ignored: 'ignored by .gitignore, .easyadaptationignore or files.exclude',
  binary: 'binary',
  minified: 'minified',
  generated: 'generated',
  vendored: 'vendored',
  'too-large': 'too large',
  'near-duplicate': 'nearly the same as another file',
  empty: 'empty',
  unreadable: 'unreadable',
  'not-a-file': 'links, pipes, sockets or devices',
  'changed-while-read': 'changed while being read',
  'secret-file': 'made to hold secrets',
  'over-limit': 'over the limit of files or bytes',
};

/** '12 binary; 3 too large', or 'nothing' */
export function leftOutInWords(leftOut: Readonly<Partial<Record<LeftOutReason, number>>>): string {
  const counts = (Object.entries(leftOut) as [LeftOutReason, number][]).sort((a, b) => b[1] - a[1]);
  const parts = counts.slice(0, REASONS).map(([reason, count]) => `${thousands(count)} ${reasons[reason]}`);
  return parts.length === 0 ? 'nothing' : parts.join('; ');
}

/** A run's limit of minutes: '10 minutes', '0.5 minutes'. */
export function limitInWords(minutes: number): string {
  return minutes === 1 ? '1 minute' : `${Number(minutes.toFixed(1))} minutes`;
}

/** '$0.0450 for 45 answers of claude'; 'nothing for 45 answers of qwen' if they were free */
export function paidInWords({ usd, answers, model }: NonNullable<AdaptReport['paid']>): string {
  return `${usd === 0 ? 'nothing' : `$${usd.toFixed(4)}`} for ${counted(answers, 'answer')} of ${model}`;
}

/** '2.3 ms, one in twenty more than 14 ms' */
export function latencyInWords({ latencyP50Ms, latencyP95Ms }: Latencies): string {
  return `${ms(latencyP50Ms)}, one in twenty more than ${ms(latencyP95Ms)}`;
}

function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}

type AdaptationOutcome =
  /** The adapted model is used, or that of an earlier adaptation. */
  | {
      readonly code: 'kept' | 'earlier-stays';
      readonly why: string;
      readonly own: MixedQuality;
      readonly base: MixedQuality;
      readonly change: Interval | undefined;
      /** Number of validation positions. */
      readonly decidedAt: number;
      readonly failure: NeuralFailure | undefined;
    }
  /** A model was trained, and the base model is used. */
  | {
      readonly code: 'not-kept';
      readonly why: string;
      readonly files: number;
      readonly ranOutOfTime: boolean;
      readonly failure: NeuralFailure | undefined;
    }
  /** Index, thresholds and router were fitted, and nothing was trained. */
  | {
      readonly code: 'fitted';
      readonly files: number;
      readonly quality: NeuralReport['quality'];
      readonly failure: NeuralFailure | undefined;
    }
  | { readonly code: 'indexed'; readonly failure: NeuralFailure | undefined };

export function outcomeOf({ neural, neuralFailure: failure, harvest: { files } }: AdaptReport): AdaptationOutcome {
  if (!neural) return { code: 'indexed', failure };
  const { used, why, quality, change, training, chosenFrom } = neural;
  const own = used === 'base' ? undefined : quality[used];
  if (own) {
    const code = used === 'adapted' ? 'kept' : 'earlier-stays';
    return { code, why, own, base: quality.base, change, decidedAt: chosenFrom[used]?.places ?? 0, failure };
  }
  if (training) return { code: 'not-kept', why, files, ranOutOfTime: training.stopped === 'out-of-time', failure };
  return { code: 'fitted', files, quality, failure };
}

const AGAIN = 'Adapt again after larger changes to the folder.';

/**
 * What the large model gains here from the folder and from the local model; undefined if it was not asked with and
 * without them, or at too few positions.
 */
export function pairInWords({ api }: Pick<AdaptReport, 'api'>): string | undefined {
  const { alone, together, calls } = api?.compared ?? {};
  if (!alone || !together || calls === undefined) return undefined;
  const { bare, informed, gain } = alone;
  if (Math.min(together.places, informed.places) < ENOUGH_POSITIONS) return undefined;
  const points = (share: number) => (100 * share).toFixed(0);
  const range = gain && `95% interval of the difference: ${points(gain.low)} to ${points(gain.high)} points`;
  const byChance = gain === undefined || holdsZero(gain);
  const doubt =
    range === undefined ? ' (one file, so it may be chance)' : ` (${range}${byChance ? ', so it may be chance' : ''})`;
  return `Here the large model alone completes ${wholePercent(bare.exactMatch)} of the lines; knowing your folder, ${wholePercent(informed.exactMatch)}${doubt}; together with the local model, ${wholePercent(together.exactMatch)} at ${wholePercent(1 - calls)} fewer calls.`;
}

/** The whole outcome, a paragraph each: the pair first, if it was measured. */
export function outcomeParagraphs(report: AdaptReport): string[] {
  return [pairInWords(report), outcomeInWords(outcomeOf(report))].filter((each) => each !== undefined);
}

/** The same in one line. */
export function reportInWords(report: AdaptReport): string {
  return outcomeParagraphs(report).join(' ');
}

/** What the adaptation brought, and what to do. */
export function outcomeInWords(outcome: AdaptationOutcome): string {
  switch (outcome.code) {
    case 'indexed': {
      const choose = 'To train one, choose a base model (easyAdaptation.baseModel).';
      return `The files are indexed, and no neural model was adapted. ${outcome.failure ? failureInWords(outcome.failure) : choose}`;
    }
    case 'fitted': {
      const { files, quality, failure } = outcome;
      const fitted = `Fitted to this folder without training: the index of ${counted(files, 'file')}, the thresholds and the router.`;
      const next = failure ? failureInWords(failure) : 'Training is what a GPU or a long night adds.';
      return [fitted, ...fittedInWords(quality), next].join(' ');
    }
    case 'not-kept': {
      const more = outcome.ranOutOfTime
        ? 'with more minutes (easyAdaptation.adaptMinutes) or files'
        : 'with more files';
      return outcome.failure
        ? `Not kept: ${outcome.failure.message} ${baseAnswers(outcome.files)}`
        : `Not kept: ${outcome.why} ${baseAnswers(outcome.files)} Another run may succeed ${more}.`;
    }
    case 'kept':
      return `Kept: ${comparisonInWords(outcome)} ${AGAIN}`;
    case 'earlier-stays':
      return `The earlier adapted model stays: ${comparisonInWords(outcome)} ${outcome.failure ? failureInWords(outcome.failure) : AGAIN}`;
  }
}

/** The failure's own message says what to do. */
function failureInWords({ during, message }: NeuralFailure): string {
  return during === 'training'
    ? `The neural model was not adapted: ${message}`
    : `The neural model was not measured, so the n-grams answer alone. ${message}`;
}

function fittedInWords({ base, ngram }: NeuralReport['quality']): string[] {
  if (base.places < ENOUGH_POSITIONS) return [];
  const where = `at ${counted(base.places, 'position')} of files it has not seen`;
  return [
    `The local model completes ${percent(base.exactMatch)} of the lines ${where}, the n-grams alone ${percent(ngram.exactMatch)}.`,
  ];
}

function baseAnswers(files: number): string {
  return `The base model answers, with ${counted(files, 'file')} of this folder in the index.`;
}

function comparisonInWords({
  why,
  own,
  base,
  change,
  decidedAt,
}: Extract<AdaptationOutcome, { readonly own: MixedQuality }>): string {
  if (own.places < ENOUGH_POSITIONS) return why;
  // The difference of the figures that stand beside it.
  const more = asShown(own.exactMatch) - asShown(base.exactMatch);
  const unseen = `at ${counted(own.places, 'position')} of files it has not seen`;
  const figures = `(${percent(own.exactMatch)} instead of ${percent(base.exactMatch)})`;
  const chance = change && holdsZero(change) ? ', which may be chance' : '';
  if (more > 0) return `${ofHundred(more)} more of 100 lines right ${unseen} ${figures}${chance}.`;
  const lines = more < 0 ? `it got ${ofHundred(-more)} fewer of 100 right` : 'no difference was seen';
  const chosen = `better at the ${counted(decidedAt, 'position')} that decided`;
  return `it was ${chosen}; ${unseen} ${lines} ${figures}${lossInWords(own, base)}.`;
}

const asShown = (share: number) => Number.parseFloat(percent(share)) / 100;

/** Difference in loss, as a clause; empty if it was not measured or rounds to 0. */
function lossInWords(own: MixedQuality, base: MixedQuality): string {
  if (own.loss === undefined || base.loss === undefined) return '';
  const likelier = likelierBy(base.loss - own.loss);
  if (Math.abs(likelier) < 0.0005) return '';
  return `, and it gave the author’s text ${percent(Math.abs(likelier))} ${likelier > 0 ? 'more' : 'less'} probability`;
}
