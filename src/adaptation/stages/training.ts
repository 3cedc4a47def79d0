// Fine-tunes the base on a folder's training files through the engine, and reports progress.
import { CodedError, unwrap } from '../../common/errors.ts';
import { makeFolder } from '../../common/files.ts';
import { thousands } from '../../common/format.ts';
import type { Log } from '../../common/log.ts';
import { dialectTokens, type Sha256 } from '../../neural/models/manifest.ts';
import type { Engine } from '../../specialist/engine/client.ts';
import type { ValidationLoss } from '../../specialist/engine/protocol.ts';
import type { Tokenizer } from '../../text/tokenizer/bpe.ts';
import { weightsOf, workFolder } from '../models/folder-models.ts';
import type { MixedQuality, TrainingReport } from '../report/types.ts';
import { windowTokens as length, type Samples, usualSeed } from '../training-data/samples.ts';
import type { AdaptRequest, NeuralAccess } from '../types.ts';
import type { Tell } from './stage-runner.ts';

/** Windows in a step. */
export const microBatches = 4;
/** Passes over all samples. A token of running text may come again around a middle. */
export const epochs = 2;
/**
 * Chosen for full fine-tuning: of 6e-4, 1.5e-3 and 3e-3, 1.5e-3 gave the lowest held-out loss after 150 steps. With
 * adapters, after 50 steps of one window, the loss together with the n-grams is lower at this rate than at 4e-3.
 */
const learningRate = 1.2e-3;
const defaultMinutes = 10;
/** About a minute of work. */
const checkpointEverySteps = 30;
const validateEverySteps = 10;
const patience = 4;

/** The part of a run that training needs. */
export interface TrainingDeps {
  readonly engine?: Engine | undefined;
  readonly request: Pick<AdaptRequest, 'specialistFolder' | 'tokenizerPath' | 'neural'>;
  readonly tokenizer: Tokenizer;
  readonly signal: AbortSignal;
  readonly log: Log;
}

export interface Training {
  /** Hash of the trained weights. */
  readonly weights: Sha256;
  readonly report: TrainingReport;
  /** Whether the held-out loss fell; undefined without held-out files. */
  readonly improved: boolean | undefined;
  readonly peakMemoryBytes: number;
  readonly notes: readonly string[];
  /** Why the model was deleted after it was measured. */
  readonly dropped?: string;
  /** The model's quality at the validation positions. */
  readonly judged?: MixedQuality;
}

/** Budget of the whole run, seconds. */
export function budgetSeconds({ budgetMinutes = defaultMinutes }: NeuralAccess): number {
  return 60 * budgetMinutes;
}

/** Steps of all epochs. */
export function stepsOf({ tokensPerEpoch }: Samples, { maxSteps = Number.POSITIVE_INFINITY }: NeuralAccess): number {
  return Math.min(maxSteps, Math.ceil((epochs * tokensPerEpoch) / (length * microBatches)));
}

/**
 * Trains into the work folder, or resumes an interrupted training.
 * Throws CodedError.
 * @param limit seconds of the budget; `late`: how many of them other stages have used already
 */
export async function train(
  samples: Samples,
  access: NeuralAccess,
  deps: TrainingDeps,
  { limit, late }: { readonly limit: number; readonly late: number },
  tell: Tell,
): Promise<Training> {
  const { signal, log } = deps;
  const notes: string[] = [];
  let peakMemoryBytes = 0;
  const request = { ...requestOf(samples, access, deps), budgetSeconds: limit, lateSeconds: late };
  const adapted = unwrap(
    await engineOf(deps).request('adapt', request, {
      signal,
      onProgress: (report) => {
        if (report.kind === 'note') notes.push(report.note);
        if (report.kind === 'device') log.info(`Training on ${report.device}: ${report.reason}`);
        if (report.kind === 'validated') log.info(`Step ${report.step}: held-out loss ${lossesIn(report)}`);
        if (report.kind !== 'step') return;
        const { step, totalSteps, loss, tokensPerSecond, memory, secondsLeft } = report;
        peakMemoryBytes = Math.max(peakMemoryBytes, memory);
        log.debug(`Step ${step}: loss ${loss.toFixed(2)}, ${thousands(tokensPerSecond)} tokens/s`);
        tell({ done: step, total: totalSteps, ...(secondsLeft !== undefined && { stageLeft: secondsLeft }) });
      },
    }),
  );
  const { validation, device, steps, tokens, seconds, stopped } = adapted;
  return {
    weights: weightsOf(request.out),
    report: {
      loss: validation && { before: validation.first.loss, after: validation.best.loss },
      steps,
      tokens,
      tokensPerEpoch: samples.tokensPerEpoch,
      tokensPerSecond: tokens / seconds,
      minutes: seconds / 60,
      stopped,
      device: device.device,
      deviceReason: device.reason,
    },
    improved: validation && validation.best.step > 0,
    peakMemoryBytes,
    notes,
  };
}

function lossesIn({ loss, mixed }: ValidationLoss): string {
  return loss.toFixed(3) + (mixed === undefined ? '' : `, with the n-grams ${mixed.toFixed(3)}`);
}

export function engineOf({ engine }: Pick<TrainingDeps, 'engine'>): Engine {
  if (!engine) throw new CodedError('unsupported', 'There is no neural engine here.');
  return engine;
}

/** Everything that decides the result of training. */
function requestOf(
  { examples, validationExamples }: Samples,
  access: NeuralAccess,
  { request, tokenizer }: TrainingDeps,
) {
  const out = workFolder(request.specialistFolder);
  makeFolder(out);
  const waits = access.maxSteps === undefined ? patience : Number.MAX_SAFE_INTEGER;
  return {
    base: access.base,
    out,
    examples,
    tokenizer: request.tokenizerPath,
    batch: 1,
    length,
    microBatches,
    epochs,
    ...(access.maxSteps !== undefined && { maxSteps: access.maxSteps }),
    ...(validationExamples.length > 0 && {
      validation: { examples: validationExamples, everySteps: validateEverySteps, patience: waits },
    }),
    learningRate,
    checkpointEverySteps,
    separator: dialectTokens(tokenizer).end,
    seed: usualSeed,
    device: access.device,
    threads: access.trainingThreads ?? 'auto',
  } as const;
}
