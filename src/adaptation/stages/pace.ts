// Times this machine with the base, before anything is measured, and decides what a time limit allows.
import { basename } from 'node:path';
import { unwrap } from '../../common/errors.ts';
import { counted } from '../../common/format.ts';
import { smallerThan } from '../../neural/models/list.ts';
import { ggufManifest } from '../../neural/models/manifest.ts';
import { LEAST_STEPS, measureServing, measureTraining } from '../../specialist/engine/measure-base.ts';
import type { Timing } from '../../specialist/engine/protocol.ts';
import { limitInWords } from '../report/phrases.ts';
import { windowTokens } from '../training-data/training-set.ts';
import { type HeldOutPositions, halved, MAX_HALVINGS } from './held-out-positions.ts';
import { accessOf, earlierOf } from './neural.ts';
import type { LearnStages, Pace, Run, TimedBase } from './stage-outputs.ts';
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
/**
 * A machine that trains on fewer tokens within the time limit rarely makes a better model: runs on 53,000 to 262,000
 * tokens did not (docs/research-log.md). What more tokens bring was not measured.
 */
const TOKENS_THAT_PAY = 1_000_000;

/** Measures the base, and smaller ones until one can be trained within the time limit. A GGUF file is not trained. */
export async function paceOf(runner: LearnStages, tell: Tell): Promise<Pace> {
  const { run } = runner;
  const access = accessOf(run);
  const gguf = ggufManifest(access.base);
  if (gguf) return { bases: [], why: `The base '${gguf.name}' is a GGUF file, whose own weights stay as they are.` };
  const steps = Math.min(LEAST_STEPS, mostSteps(run));
  const bases: TimedBase[] = [];
  for (const base of [access.base, ...smallerThan(access.base)]) {
    const { timing, training } = await measured(base, run, tell);
    if (!training.ok) return { bases, why: training.error.message };
    const perStep = (WITH_VALIDATION * windowTokens * microBatches) / training.value.tokensPerSecond;
    const measuring = run.elapsed() + OPENING_SECONDS + leastDrafts(run) * secondsOfDraft(timing);
    const needs = measuring + steps * perStep;
    bases.push({ base: basename(base), perStep, steps, measuring, needs });
    if (needs <= budgetSeconds(access)) break;
  }
  return { bases };
}

/** The largest base that can be trained in the minutes; undefined: none can. */
export function trainableIn({ bases }: Pace, minutes: number): TimedBase | undefined {
  return bases.find(({ needs }) => needs <= 60 * minutes);
}

/** Minutes in which the largest base can be trained; undefined if it cannot. */
export function minutesFor({ bases: [first] }: Pace): number | undefined {
  return first && Math.ceil((SPARE * first.needs) / 60);
}

/** Whether as much can be trained in the minutes as a better model needs. */
export function pays({ perStep, measuring }: TimedBase, minutes: number): boolean {
  const steps = (60 * minutes - measuring) / perStep;
  return steps * windowTokens * microBatches >= TOKENS_THAT_PAY;
}

/** Why a smaller base is trained in these minutes, or none can be; undefined: the largest can. */
export function untrainableIn(pace: Pace, minutes: number): string | undefined {
  const [first] = pace.bases;
  const trained = trainableIn(pace, minutes);
  if (first === undefined || trained === first) return first ? undefined : pace.why;
  return (
    `In ${limitInWords(minutes)} this machine cannot train the base '${first.base}'. The minimum of ` +
    `${counted(first.steps, 'step')} needs about ${counted(minutesFor(pace) as number, 'minute')} with the measurements.` +
    (trained ? ' A smaller base is adapted.' : '')
  );
}

async function measured(folder: string, run: Run, tell: Tell) {
  const { precision, trainingThreads: threads = 'auto', device } = accessOf(run);
  const base = {
    ...{ folder, precision, threads, device },
    tokenizer: run.request.tokenizerPath,
    vocabulary: run.tokenizer.vocabularySize,
  };
  tell({ done: 0, total: undefined, detail: 'how fast it answers' });
  const timing = unwrap(await measureServing(engineOf(run), base, run.signal));
  tell({ done: 0, total: undefined, detail: 'how fast it is trained' });
  const training = await measureTraining(engineOf(run), base, run.signal);
  if (!training.ok && training.error.code === 'cancelled') unwrap(training);
  return { timing, training };
}

export function mostSteps({ request, held }: Run): number {
  const characters = held.train.reduce((sum, { text }) => sum + text.length, 0);
  const tokens = (epochs * SAMPLES_PER_TOKEN * characters) / CHARACTERS_PER_TOKEN;
  return Math.min(
    request.neural?.maxSteps ?? Number.POSITIVE_INFINITY,
    Math.ceil(tokens / (windowTokens * microBatches)),
  );
}

/**
 * Number of drafts of a run with training. Fitting the mixture takes about one draft per position.
 * @param trains without training, only the base and the earlier model draft
 */
export function draftCount({ fit, choose, test }: HeldOutPositions, earlier: boolean, trains = true): number {
  const models = 1 + Number(earlier) + Number(trains);
  return (trains ? fit.length : 0) + models * choose.length + Math.min(2, models) * test.length;
}

/** Drafts of a run with the fewest positions. */
function leastDrafts(run: Run): number {
  return draftCount(halved(run.positions, MAX_HALVINGS), earlierOf(run) !== undefined);
}

/** Of a line at a position that no cache holds. */
const secondsOfDraft = ({ promptMs, lineMs }: Timing) => (promptMs + lineMs) / 1000;
