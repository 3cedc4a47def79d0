// Times this machine with the base, before anything is measured: if not even the least training fits into the time
// limit, the user hears of it within seconds.
import { basename } from 'node:path';
import { CodedError, unwrap } from '../../common/errors.ts';
import { counted } from '../../common/format.ts';
import { tokenizerPathFor } from '../../neural/models/compatibility.ts';
import { smallerThan } from '../../neural/models/list.ts';
import { type BaseMeasures, LEAST_STEPS, measureBase } from '../../specialist/engine/measure-base.ts';
import { limitInWords } from '../report/phrases.ts';
import { otherTokenizer, windowTokens } from '../training-data/training-set.ts';
import type { TimeOffer } from '../types.ts';
import { type HeldOutPositions, halved, MAX_HALVINGS } from './held-out-positions.ts';
import { accessOf, earlierOf } from './neural.ts';
import type { LearnStages, Pace, Run } from './stage-outputs.ts';
import type { Tell } from './stage-runner.ts';
import { budgetSeconds, engineOf, epochs, microBatches } from './training.ts';

/** Seconds for opening models and indexing every file. */
export const OPENING_SECONDS = 10;
/** Training also validates, which takes a tenth of its time (neural/training/schedule.ts). */
const WITH_VALIDATION = 1.1;
/** Fewer characters than tokenizers of code need for a token, so that the number of steps is not underestimated. */
const CHARACTERS_PER_TOKEN = 3;
/** Each token of a file is in two samples. */
const SAMPLES_PER_TOKEN = 2;
/** The offered limit exceeds the estimate by this factor, because the machine may be busier later. */
const SPARE = 1.25;

export async function paceOf(runner: LearnStages, tell: Tell): Promise<Pace> {
  const { run } = runner;
  const access = accessOf(run);
  const limit = budgetSeconds(access);
  const pace = (base: string, perStep: number, why?: string): Pace => {
    return { base: basename(base), perStep, minutes: limit / 60, ...(why !== undefined && { why }) };
  };
  const steps = Math.min(LEAST_STEPS, mostSteps(run));
  let offer: TimeOffer | undefined;
  let perStepOfBase = 0;
  for (const base of [access.base, ...smallerThan(access.base)]) {
    const measures = await measured(base, run, tell);
    const { trainingTokensPerSecond: speed, whyUntrainable: why = '' } = measures;
    if (speed === undefined) return pace(access.base, 0, why);
    const perStep = (WITH_VALIDATION * windowTokens * microBatches) / speed;
    const seconds = run.elapsed() + OPENING_SECONDS + leastDrafts(run) * secondsOfDraft(measures) + steps * perStep;
    if (seconds <= limit) return pace(base, perStep, offer && `${untrainable(offer)} A smaller base is adapted.`);
    offer ??= { base: basename(base), steps, limit: limit / 60, minutes: Math.ceil((SPARE * seconds) / 60) };
    perStepOfBase ||= perStep;
  }
  const asked = offer as TimeOffer;
  const answer = await run.excludeFromBudget(async () => run.askForTime?.(asked));
  if (answer === 'stop') throw new CodedError('cancelled', 'Nothing was changed.');
  if (answer !== 'extend') return pace(access.base, 0, `${untrainable(asked)} Nothing is adapted.`);
  return { ...pace(access.base, perStepOfBase), minutes: asked.minutes };
}

/** Seconds of the whole run, which the user may have raised. */
export async function limitOf(runner: LearnStages): Promise<number> {
  return 60 * (await runner.get('pace')).minutes;
}

async function measured(folder: string, run: Run, tell: Tell): Promise<BaseMeasures> {
  const { precision, trainingThreads: threads = 'auto', device } = accessOf(run);
  const { tokenizerPath } = run.request;
  const base = {
    ...{ folder, precision, threads, device },
    tokenizer: tokenizerPathFor(folder, undefined, tokenizerPath),
    vocabulary: (otherTokenizer(folder, tokenizerPath) ?? run.tokenizer).vocabularySize,
  };
  const onMeasure = (detail: string) => tell({ done: 0, total: undefined, detail });
  return unwrap(await measureBase(engineOf(run), base, run.signal, onMeasure));
}

function mostSteps({ request, held }: Run): number {
  const characters = held.train.reduce((sum, { text }) => sum + text.length, 0);
  const tokens = (epochs * SAMPLES_PER_TOKEN * characters) / CHARACTERS_PER_TOKEN;
  return Math.min(
    request.neural?.maxSteps ?? Number.POSITIVE_INFINITY,
    Math.ceil(tokens / (windowTokens * microBatches)),
  );
}

/** Number of drafts of a run. Fitting the mixture takes about one draft per position. */
export function draftCount({ fit, choose, test }: HeldOutPositions, earlier: boolean): number {
  return fit.length + (earlier ? 3 : 2) * choose.length + 2 * test.length;
}

/** Drafts of a run with the fewest positions. */
function leastDrafts(run: Run): number {
  return draftCount(halved(run.positions, MAX_HALVINGS), earlierOf(run) !== undefined);
}

/** Of a line at a position that no cache holds. */
const secondsOfDraft = ({ promptMs, lineMs }: BaseMeasures) => (promptMs + lineMs) / 1000;

function untrainable({ base, steps, limit, minutes }: TimeOffer): string {
  return (
    `In ${limitInWords(limit)} this machine cannot train the base '${base}'. ` +
    `The minimum of ${counted(steps, 'step')} needs about ${counted(minutes, 'minute')} with the measurements.`
  );
}
