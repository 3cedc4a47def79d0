// Fine-tunes the base on a folder's training files through the engine, with progress as people read it.
import { mkdirSync } from 'node:fs';
import { basename } from 'node:path';
import { CodedError, unwrap } from '../common/errors.ts';
import { thousands } from '../common/format.ts';
import type { Log } from '../common/log.ts';
import type { Engine } from '../engine/client.ts';
import type { StepReport, Validated } from '../engine/protocol.ts';
import { standOf } from '../engine/standing.ts';
import { shuffled } from '../fit/random.ts';
import type { HarvestedFile } from '../harvest/types.ts';
import { recencyOf } from '../lessons/recency.ts';
import { type LearnedPlace, type Sample, type SampleOptions, samplesOf } from '../lessons/samples.ts';
import type { NgramModel } from '../ngram/model.ts';
import { wordsOf } from '../package/compatibility.ts';
import { type Dialect, dialectTokens } from '../package/dialects.ts';
import { dialectOf, type Sha256 } from '../package/manifest.ts';
import type { MixedQuality, TrainingReport } from '../report/types.ts';
import { PROMPT_SNIPPETS } from '../tasks/completion/prompt-form.ts';
import { readTokenizer } from '../tokenizer/load.ts';
import type { Tokenizer } from '../tokenizer/types.ts';
import { turn } from './cancellation.ts';
import { weightsOf, workFolder } from './folder-models.ts';
import type { HeldOut } from './places.ts';
import type { Tell } from './stage-walk.ts';
import type { AdaptRequest, NeuralAccess } from './types.ts';

/** Tokens in a window: a fresh prompt of the product, and what a completion waits for at most while this trains. */
const length = 512;
const microBatches = 4;
/** Passes over all samples; a token of the folder is in two of them, as running text and around a middle. */
const epochs = 2;
/** Of 6e-4, 1.5e-3 and 3e-3 the middle one left the lowest loss on held-out files after 150 steps; longer runs want a little less. */
const learningRate = 1.2e-3;
const defaultMinutes = 10;
/** Steps that are timed: the first grows the process's memory, the third confirms the second. */
const TIMED_STEPS = 3;
/** Seconds; what is timed is not planned yet. */
const MORE_THAN_ENOUGH = 1e9;
/** A checkpoint, a minute or so of work. */
const checkpointEverySteps = 30;
const validateEverySteps = 10;
const patience = 4;
/** Windows that validation scores: seconds. */
const validationWindows = 32;
/** Less teaches nothing that the n-grams do not know. */
const leastTokens = 2000;
/** Tokens that the n-grams are asked about: seconds of work. */
const mostKnown = 600_000;
const usualSeed = 1;

/** What training needs of a run. */
export interface TrainingDeps {
  readonly engine?: Engine | undefined;
  readonly request: Pick<AdaptRequest, 'specialistFolder' | 'tokenizerPath' | 'neural'>;
  readonly tokenizer: Tokenizer;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** What the large model's answers add to the true text. */
export interface Lessons {
  /** See SampleOptions. */
  readonly worth?: SampleOptions['worth'];
  /** Places of training files that are learned beside those that are drawn. */
  readonly places: readonly LearnedPlace[];
}

/** What is learned from, and what says how well. */
export interface Samples {
  readonly examples: readonly Sample[];
  readonly judged: readonly Sample[];
  readonly tokensPerEpoch: number;
}

export interface Training {
  /** Name of its base's folder, beside that of the one that serves: see plan.ts. */
  readonly base: string;
  /** What it made. */
  readonly weights: Sha256;
  readonly report: TrainingReport;
  /** On held-out files; undefined where there were none. */
  readonly improved: boolean | undefined;
  readonly peakMemoryBytes: number;
  readonly notes: readonly string[];
  /** It was measured, was not kept, and is gone: why. */
  readonly dropped?: string;
  /** What it came to at the validation places. */
  readonly judged?: MixedQuality;
}

/** Of the training files, and of validation files fewer as the run measures less. Throws CodedError where there is too little. */
export async function samplesFrom(
  held: Pick<HeldOut, 'train' | 'fit'>,
  index: NgramModel,
  halvings: number,
  { worth, places }: Lessons,
  { request: { neural, tokenizerPath }, tokenizer, signal }: Pick<TrainingDeps, 'request' | 'tokenizer' | 'signal'>,
): Promise<Samples> {
  const base = neural?.base;
  const options = { ...sampleOptions(index, dialectOf(base)), seed: neural?.seed ?? usualSeed };
  const own = base === undefined ? undefined : otherWords(base, tokenizerPath);
  const words = own ?? tokenizer;
  // What the n-grams give their tokens says nothing of others.
  const known = own ? undefined : await knownTo(index, held.train, signal);
  const byFile = Map.groupBy(places, ({ path }) => path);
  const taught = ({ path }: HarvestedFile) => byFile.get(path) ?? [];
  const recency = recencyOf(held.train);
  const examples = samplesOf(held.train, words, { ...options, ...(known && { known }), worth, recency, taught });
  const tokensPerEpoch = examples.reduce((sum, { ids }) => sum + ids.length, 0);
  if (tokensPerEpoch < leastTokens) {
    throw new CodedError('nothing-to-learn', `${thousands(tokensPerEpoch)} tokens are too few to train on.`);
  }
  // The mixture of both is what is served, so it says when to stop.
  const beside = own ? undefined : await knownTo(index, held.fit, signal);
  const judged = evenly(samplesOf(held.fit, words, { ...options, beside }), validationWindows >> halvings);
  return { examples, judged, tokensPerEpoch };
}

/** Of the whole run, seconds. */
export function budgetSeconds({ budgetMinutes = defaultMinutes }: NeuralAccess): number {
  return 60 * budgetMinutes;
}

/** How fast a base is trained here, by the first steps of its training, which goes on after them. */
export interface Pace {
  /** Seconds, with its share of the validations. */
  readonly perStep: number;
  /** As many as there is to learn from. */
  readonly steps: number;
  readonly notes: readonly string[];
}

/** Throws CodedError. */
export async function paceOf(
  base: string,
  samples: Samples,
  access: NeuralAccess,
  deps: TrainingDeps,
  tell: Tell,
): Promise<Pace> {
  const notes: string[] = [];
  let last: StepReport | undefined;
  const asked = { ...requestOf(base, samples, access, deps), budgetSeconds: MORE_THAN_ENOUGH, pauseAfter: TIMED_STEPS };
  const paused = await askedOf(deps).request('adapt', asked, {
    signal: deps.signal,
    onProgress: (report) => {
      if (report.kind === 'note') notes.push(report.note);
      if (report.kind !== 'step') return;
      last = report;
      tell({ done: report.step, total: TIMED_STEPS });
    },
  });
  deps.signal.throwIfAborted();
  if (!paused.ok && paused.error.code !== 'cancelled') unwrap(paused);
  if (last) {
    const { step, totalSteps, secondsLeft, tokensPerSecond } = last;
    const alone = (length * microBatches) / tokensPerSecond;
    const perStep = secondsLeft === undefined || totalSteps <= step ? alone : secondsLeft / (totalSteps - step);
    return { perStep, steps: totalSteps, notes };
  }
  // It has come to its end before, but for its model.
  const stand = standOf(workFolder(deps.request.specialistFolder));
  if (stand?.kind !== 'training') return { perStep: 0, steps: 0, notes };
  return { perStep: stand.seconds / Math.max(1, stand.step), steps: stand.totalSteps, notes };
}

/** Writes the model to the work folder, or goes on with what an interrupted run left there. @param limit seconds that it may take, `late` of them lost. Throws CodedError */
export async function train(
  base: string,
  samples: Samples,
  access: NeuralAccess,
  deps: TrainingDeps,
  { limit, late }: { readonly limit: number; readonly late: number },
  tell: Tell,
): Promise<Training> {
  const { signal, log } = deps;
  const notes: string[] = [];
  let peakMemoryBytes = 0;
  const asked = { ...requestOf(base, samples, access, deps), budgetSeconds: limit, lateSeconds: late };
  const adapted = unwrap(
    await askedOf(deps).request('adapt', asked, {
      signal,
      onProgress: (report) => {
        if (report.kind === 'note') notes.push(report.note);
        if (report.kind === 'device') log.info(`Training on ${report.device}: ${report.reason}`);
        if (report.kind === 'method') log.info(`Training with ${report.name}: ${report.reason}`);
        if (report.kind === 'validated') log.info(`Step ${report.step}: held-out loss ${lossesIn(report)}`);
        if (report.kind !== 'step') return;
        const { step, totalSteps, loss, tokensPerSecond, memory, secondsLeft } = report;
        peakMemoryBytes = Math.max(peakMemoryBytes, memory);
        log.debug(`Step ${step}: loss ${loss.toFixed(2)}, ${thousands(tokensPerSecond)} tokens/s`);
        tell({ done: step, total: totalSteps, ...(secondsLeft !== undefined && { stageLeft: secondsLeft }) });
      },
    }),
  );
  const { validation, device, method, steps, tokens, seconds, stopped, parameters } = adapted;
  return {
    base: basename(base),
    weights: weightsOf(asked.out),
    report: {
      loss: validation && { before: validation.first.loss, after: validation.best.loss },
      ...(validation?.all && { losses: validation.all }),
      steps,
      tokens,
      tokensPerEpoch: samples.tokensPerEpoch,
      tokensPerSecond: tokens / seconds,
      minutes: seconds / 60,
      stopped,
      parameters,
      method: method.name,
      methodReason: method.reason,
      device: device.device,
      deviceReason: device.reason,
    },
    improved: validation && validation.best.step > 0,
    peakMemoryBytes,
    notes,
  };
}

function lossesIn({ loss, mixed }: Validated): string {
  return loss.toFixed(3) + (mixed === undefined ? '' : `, with the n-grams ${mixed.toFixed(3)}`);
}

function askedOf({ engine }: TrainingDeps): Engine {
  if (!engine) throw new CodedError('unsupported', 'There is no neural engine here.');
  return engine;
}

/** All that decides what comes of it. */
function requestOf(
  base: string,
  { examples, judged }: Samples,
  access: NeuralAccess,
  { request, tokenizer }: TrainingDeps,
) {
  const out = workFolder(request.specialistFolder);
  mkdirSync(out, { recursive: true });
  const waits = access.maxSteps === undefined ? patience : Number.MAX_SAFE_INTEGER;
  return {
    base,
    out,
    examples,
    tokenizer: wordsOf(base, undefined, request.tokenizerPath),
    lora: 'auto',
    batch: 1,
    length,
    microBatches,
    epochs,
    ...(access.maxSteps !== undefined && { maxSteps: access.maxSteps }),
    ...(judged.length > 0 && { validation: { examples: judged, everySteps: validateEverySteps, patience: waits } }),
    learningRate,
    checkpointEverySteps,
    unusable: 'discard',
    separator: dialectTokens(otherWords(base, request.tokenizerPath) ?? tokenizer, dialectOf(base)).end,
    seed: access.seed ?? usualSeed,
    device: access.device,
    threads: access.trainingThreads ?? 'auto',
  } as const;
}

/** A base's tokenizer, where it is another than the n-grams'. */
export function otherWords(base: string, tokenizerPath: string): Tokenizer | undefined {
  const words = wordsOf(base, undefined, tokenizerPath);
  return words === tokenizerPath ? undefined : unwrap(readTokenizer(words));
}

/** @param index of the training files @param dialect of the base */
export function sampleOptions(
  index: NgramModel,
  dialect: Dialect,
): Pick<SampleOptions, 'length' | 'seed' | 'dialect' | 'snippets'> {
  return { length, seed: usualSeed, dialect, snippets: (query) => index.snippets(query, PROMPT_SNIPPETS) };
}

/** What the n-grams give the tokens of the files, as if each were being written; of a large folder, those of some of its files. */
async function knownTo(index: NgramModel, files: readonly HarvestedFile[], signal: AbortSignal) {
  const known = new Map<HarvestedFile, Float32Array>();
  let tokens = 0;
  for (const at of shuffled(files.length, usualSeed)) {
    const file = files[at] as HarvestedFile;
    const found = index.tokenProbabilities(file);
    known.set(file, found);
    tokens += found.length;
    if (tokens > mostKnown) break;
    await turn(signal);
  }
  return (file: HarvestedFile) => known.get(file);
}

/** At most about `windows` windows of samples, from all over. */
function evenly(samples: readonly Sample[], windows: number): Sample[] {
  const tokens = samples.reduce((sum, { ids }) => sum + ids.length, 0);
  const every = Math.max(1, Math.ceil(tokens / (windows * length)));
  return samples.filter((_, i) => i % every === 0);
}
