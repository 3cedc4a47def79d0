// Fine-tunes the base on a folder's training files through the engine, with progress as people read it.
import { mkdirSync } from 'node:fs';
import { basename } from 'node:path';
import { CodedError, unwrap } from '../common/errors.ts';
import { thousands } from '../common/format.ts';
import type { Log } from '../common/log.ts';
import type { Engine } from '../engine/client.ts';
import { shuffled } from '../fit/random.ts';
import type { HarvestedFile } from '../harvest/types.ts';
import type { NgramModel } from '../ngram/model.ts';
import { dialectTokens } from '../package/dialects.ts';
import type { Sha256 } from '../package/manifest.ts';
import type { TrainingReport } from '../report/types.ts';
import { PROMPT_SNIPPETS } from '../tasks/completion/prompt-form.ts';
import type { Tokenizer } from '../tokenizer/types.ts';
import { turn } from './cancellation.ts';
import { weightsOf, workFolder } from './folder-models.ts';
import { PaceKeeper } from './pace-keeper.ts';
import type { HeldOut } from './places.ts';
import { type Sample, type SampleOptions, samplesOf } from './samples.ts';
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
/** As progress calls it. */
export const trainingStage = 'Training';
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
const seed = 1;

/** What training needs of a run. */
export interface TrainingDeps {
  readonly engine?: Engine | undefined;
  readonly request: Pick<AdaptRequest, 'specialistFolder' | 'tokenizerPath'>;
  readonly tokenizer: Tokenizer;
  readonly signal: AbortSignal;
  readonly log: Log;
}

export interface Training {
  /** Name of its base's folder, beside that of the one that serves: see pace-keeper.ts. */
  readonly base: string;
  /** What it made. */
  readonly weights: Sha256;
  readonly report: TrainingReport;
  /** On held-out files; undefined where there were none. */
  readonly improved: boolean | undefined;
  readonly peakMemoryBytes: number;
  readonly notes: readonly string[];
}

/** Writes the model to the work folder, or goes on with what an interrupted run left there. Throws CodedError. */
export async function train(
  held: HeldOut,
  index: NgramModel,
  access: NeuralAccess,
  { engine, request, tokenizer, signal, log }: TrainingDeps,
  tell: Tell,
): Promise<Training> {
  tell({ done: 0, total: undefined, detail: 'preparing' });
  const out = workFolder(request.specialistFolder);
  mkdirSync(out, { recursive: true });
  const options = sampleOptions(index);
  const examples = samplesOf(held.train, tokenizer, { ...options, known: await knownTo(index, held.train, signal) });
  const tokensPerEpoch = examples.reduce((sum, { ids }) => sum + ids.length, 0);
  if (tokensPerEpoch < leastTokens) {
    throw new CodedError('nothing-to-learn', `${thousands(tokensPerEpoch)} tokens are too few to train on.`);
  }
  const judged = evenly(samplesOf(held.fit, tokenizer, options), validationWindows);
  const notes: string[] = [];
  let peakMemoryBytes = 0;
  let loss: number | undefined;
  const minutes = access.budgetMinutes ?? defaultMinutes;
  const keeper = access.noOther ? undefined : new PaceKeeper(access.base, minutes, out);
  let instead = keeper?.instead();
  const trainOn = (base: string, halt: AbortController) =>
    (engine as Engine).request(
      'adapt',
      {
        base,
        out,
        examples,
        tokenizer: request.tokenizerPath,
        lora: 'auto',
        batch: 1,
        length,
        microBatches,
        epochs,
        ...(access.maxSteps !== undefined && { maxSteps: access.maxSteps }),
        budgetSeconds: minutes * 60,
        ...(judged.length > 0 && { validation: { examples: judged, everySteps: validateEverySteps, patience } }),
        learningRate,
        checkpointEverySteps,
        unusable: 'discard',
        separator: dialectTokens(tokenizer).end,
        seed,
        device: access.device,
        threads: access.trainingThreads ?? 'auto',
      },
      {
        signal: AbortSignal.any([signal, halt.signal]),
        onProgress: (report) => {
          if (report.kind === 'note') notes.push(report.note);
          if (report.kind === 'device') log.info(`Training on ${report.device}: ${report.reason}`);
          if (report.kind === 'method') log.info(`Training with ${report.name}: ${report.reason}`);
          if (report.kind === 'validated') log.info(`Step ${report.step}: held-out loss ${report.loss.toFixed(3)}`);
          if (report.kind !== 'step') return;
          peakMemoryBytes = Math.max(peakMemoryBytes, report.memory);
          if (base === access.base) {
            instead ??= keeper?.onStep(report.tokensPerSecond);
            if (instead) halt.abort();
          }
          loss = loss === undefined ? report.loss : 0.9 * loss + 0.1 * report.loss;
          const speed = `${thousands(report.tokensPerSecond)} tokens/s`;
          const parts = [`loss ${loss.toFixed(2)}`, speed, timeLeft(report.secondsLeft)];
          const detail = parts.filter((part) => part !== undefined).join(', ');
          tell({ done: report.step, total: report.totalSteps, detail });
        },
      },
    );
  let base = instead?.base ?? access.base;
  let trained = await trainOn(base, new AbortController());
  if (instead && base !== instead.base && !signal.aborted) {
    ({ base } = instead);
    loss = undefined;
    notes.length = 0;
    // What it has begun is another base's: that it is left aside is no news.
    trained = await trainOn(base, new AbortController());
    notes.length = 0;
  }
  const adapted = unwrap(trained);
  keeper?.forget();
  if (instead) notes.push(instead.why);
  const { validation, device, method, steps, tokens, seconds, stopped, parameters } = adapted;
  return {
    base: basename(base),
    weights: weightsOf(out),
    report: {
      loss: validation && { before: validation.first.loss, after: validation.best.loss },
      steps,
      tokens,
      tokensPerEpoch,
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

/** @param index of the training files */
export function sampleOptions(index: NgramModel): Pick<SampleOptions, 'length' | 'seed' | 'snippets'> {
  return { length, seed, snippets: (query) => index.snippets(query, PROMPT_SNIPPETS) };
}

/** What the n-grams give the tokens of the files, as if each were being written; of a large folder, those of some of its files. */
async function knownTo(index: NgramModel, files: readonly HarvestedFile[], signal: AbortSignal) {
  const known = new Map<HarvestedFile, Float32Array>();
  let tokens = 0;
  for (const at of shuffled(files.length, seed)) {
    const file = files[at] as HarvestedFile;
    const found = index.tokenProbabilities(file);
    known.set(file, found);
    tokens += found.length;
    if (tokens > mostKnown) break;
    await turn(signal);
  }
  return (file: HarvestedFile) => known.get(file);
}

function timeLeft(seconds: number | undefined): string | undefined {
  if (seconds === undefined) return undefined;
  return seconds < 90 ? `${Math.ceil(seconds)} s left` : `${Math.round(seconds / 60)} min left`;
}

/** At most about `windows` windows of samples, from all over. */
function evenly(samples: readonly Sample[], windows: number): Sample[] {
  const tokens = samples.reduce((sum, { ids }) => sum + ids.length, 0);
  const every = Math.max(1, Math.ceil(tokens / (windows * length)));
  return samples.filter((_, i) => i % every === 0);
}
