// Times this machine with the base, before anything is measured, and says what a time limit allows.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { CodedError, type Result, unwrap } from '../common/errors.ts';
import { sha256Of } from '../common/file-hash.ts';
import { counted } from '../common/format.ts';
import { threadCount } from '../common/threads.ts';
import { ggufManifest } from '../neural/models/manifest.ts';
import type { TrainingRequest } from '../neural/training/request.ts';
import { EPOCHS, MICRO_BATCHES } from '../neural/training/training-settings.ts';
import type { Timing } from '../specialist/engine/engine-protocol.ts';
import { llamaOptions } from '../specialist/engine/timings.ts';
import { baseCandidate, earlierCandidate } from './candidates.ts';
import { secondsPerPosition } from './evaluate.ts';
import { type HeldOutPositions, halved, MAX_HALVINGS } from './held-out-positions.ts';
import { weightsOf } from './models/folder-models.ts';
import type { NeuralSession } from './neural-session.ts';
import { limitInWords } from './report/outcome.ts';
import type { NeuralAccess } from './request/adapt-request.ts';
import { accessOf, engineOf, type Run } from './run.ts';
import { expected } from './run-failures.ts';
import { windowTokens } from './training-data/samples.ts';

/** How fast this machine trains the base. */
export interface MachineTiming {
  /** Absent: it cannot be trained here. */
  readonly base?: TimedBase;
  /** Why it cannot. */
  readonly why?: string;
}

/** The base as it is trained here. Times are in seconds. */
export interface TimedBase {
  readonly name: string;
  /** A training step, with its share of the validations. */
  readonly perStep: number;
  /** The fewest steps that improve a model. */
  readonly steps: number;
  /** The measurements of a run, and the whole run with the fewest steps. */
  readonly measuring: number;
  readonly needs: number;
}

/** Seconds for opening models and indexing every file. */
export const OPENING_SECONDS = 10;
/** Training also validates, which takes a tenth of its time (neural/training/training-settings.ts). */
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
/** The learning rate rises for 10 steps (neural/training/schedule.ts) and needs as many to fall. */
export const LEAST_STEPS = 20;
/** Windows of a timed training, one a step. The first step allocates memory; the last one is timed. */
const TIMED_STEPS = 2;
/** Halvings of the positions for timing: about six drafts are timed. */
const TIMED_HALVINGS = 6;

const defaultMinutes = 10;

/** Budget of the whole run, seconds. */
export function budgetSeconds({ budgetMinutes = defaultMinutes }: NeuralAccess): number {
  return 60 * budgetMinutes;
}

/** Settings that decide a timing and a training, besides the files. */
export function trainingSettings(run: Run): unknown {
  const { base, budgetMinutes, maxSteps, device } = accessOf(run);
  return [weightsOf(base), budgetMinutes, maxSteps, device, sha256Of(run.request.tokenizerPath)];
}

export function timingInputs(run: Run): unknown {
  return [run.digests.train, trainingSettings(run)];
}

/** A stored speed that is too low is measured again: the machine may have been busy. */
export function isFastEnough(run: Run): (timing: MachineTiming) => boolean {
  const minutes = budgetSeconds(accessOf(run)) / 60;
  return (timing) => trainableIn(timing, minutes) !== undefined;
}

/** A GGUF file is not trained. */
export async function timeBase(run: Run): Promise<MachineTiming> {
  const { base: folder, trainingThreads: threads = 'auto', device } = accessOf(run);
  const gguf = ggufManifest(folder);
  if (gguf) return { why: `The base '${gguf.name}' is a GGUF file, whose own weights stay as they are.` };
  const steps = Math.min(LEAST_STEPS, mostSteps(run));
  const tell = run.stage('Timing this machine');
  tell({ done: 0, total: undefined, detail: 'how fast it answers' });
  const served = {
    ...{ model: folder, tokenizer: run.request.tokenizerPath, threads: threadCount(threads) },
    ...llamaOptions(threads, device),
  };
  const draft = unwrap(await engineOf(run).request('time', served, { signal: run.signal }));
  tell({ done: 0, total: undefined, detail: 'how fast it is trained' });
  const { tokensPerSecond, result } = await timeStep(run);
  if (run.signal.aborted) throw new CodedError('cancelled', 'Stopped.');
  if (tokensPerSecond === undefined) return { why: result.ok ? 'No training step was timed.' : result.error.message };
  const perStep = (WITH_VALIDATION * windowTokens * MICRO_BATCHES) / tokensPerSecond;
  const measuring = run.clock.elapsed() + OPENING_SECONDS + leastDrafts(run) * secondsOfDraft(draft);
  return { base: { name: basename(folder), perStep, steps, measuring, needs: measuring + steps * perStep } };
}

/** Trains a few windows of any tokens, and keeps nothing. The speed is undefined if it cannot. */
async function timeStep(run: Run): Promise<{ tokensPerSecond: number | undefined; result: Result<unknown> }> {
  const { base, trainingThreads = 'auto', device } = accessOf(run);
  const { vocabularySize } = run.tokenizer;
  const out = mkdtempSync(join(tmpdir(), 'easy-adaptation-measure-'));
  const request: TrainingRequest = {
    ...{ base, out, device, tokenizer: run.request.tokenizerPath, threads: threadCount(trainingThreads) },
    examples: [{ ids: Int32Array.from({ length: windowTokens * TIMED_STEPS }, (_, i) => (i * 7919) % vocabularySize) }],
    ...{ batch: 1, length: windowTokens, microBatches: 1, epochs: 1, pauseAfter: TIMED_STEPS },
    ...{ learningRate: 1e-5, checkpointEverySteps: 1000, separator: 0, seed: 1 },
  };
  let tokensPerSecond: number | undefined;
  try {
    const result = await engineOf(run).request('adapt', request, {
      signal: run.signal,
      onProgress: (report) => {
        if (report.kind === 'step') ({ tokensPerSecond } = report);
      },
    });
    return { tokensPerSecond, result };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** Seconds of a draft at a held-out position; undefined if the base does not answer. */
export async function timeDraft(run: Run, session: NeuralSession): Promise<number | undefined> {
  const few = halved(run.positions, TIMED_HALVINGS).choose;
  try {
    return secondsPerPosition(await session.drafts(baseCandidate(run), few, run.stage('Timing a draft')));
  } catch (error) {
    // The stages that need the engine fail in the same way, and note it for the report.
    expected(error);
    return undefined;
  }
}

/** The base if it can be trained in the minutes. */
export function trainableIn({ base }: MachineTiming, minutes: number): TimedBase | undefined {
  return base && base.needs <= 60 * minutes ? base : undefined;
}

/** Minutes in which the base can be trained; undefined if it cannot. */
export function minutesFor({ base }: MachineTiming): number | undefined {
  return base && Math.ceil((SPARE * base.needs) / 60);
}

/** Whether as much can be trained in the minutes as a better model needs. */
export function pays({ perStep, measuring }: TimedBase, minutes: number): boolean {
  const steps = (60 * minutes - measuring) / perStep;
  return steps * windowTokens * MICRO_BATCHES >= TOKENS_THAT_PAY;
}

/** Why the base cannot be trained in these minutes. */
export function untrainableIn(timing: MachineTiming, minutes: number): string | undefined {
  const { base, why } = timing;
  if (!base) return why;
  return (
    `In ${limitInWords(minutes)} this machine cannot train the base '${base.name}'. The minimum of ` +
    `${counted(base.steps, 'step')} needs about ${counted(minutesFor(timing) as number, 'minute')} with the measurements.`
  );
}

export function mostSteps({ request, held }: Run): number {
  const characters = held.train.reduce((sum, { text }) => sum + text.length, 0);
  const tokens = (EPOCHS * SAMPLES_PER_TOKEN * characters) / CHARACTERS_PER_TOKEN;
  return Math.min(
    request.neural?.maxSteps ?? Number.POSITIVE_INFINITY,
    Math.ceil(tokens / (windowTokens * MICRO_BATCHES)),
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
  return draftCount(halved(run.positions, MAX_HALVINGS), earlierCandidate(run) !== undefined);
}

/** Of a line at a position that no cache holds. */
const secondsOfDraft = ({ promptMs, lineMs }: Timing) => (promptMs + lineMs) / 1000;
