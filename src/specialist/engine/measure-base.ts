// Measures a base on this machine: the latency of a line and of a new prompt, and the time of a training step.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ok, type Result } from '../../common/errors.ts';
import { threadCount } from '../../common/threads.ts';
import type { Timing } from '../../neural/inference/timing.ts';
import type { TrainingRequest } from '../../neural/training/request.ts';
import type { Engine } from './client.ts';
import { llamaOptions } from './llama-options.ts';
import type { Requests } from './protocol.ts';

export interface ServingMeasures extends Timing {
  /** When a line arrives, by its latency alone: a new prompt is rare, and its latency is stated beside it. */
  readonly answers: 'while-typing' | 'in-a-pause' | 'late';
}

export interface BaseMeasures extends ServingMeasures {
  /** Tokens per second; undefined if the base cannot be trained here, with the reason in `why`. */
  readonly trainingTokensPerSecond: number | undefined;
  readonly whyUntrainable: string | undefined;
  /** Minutes of the smallest number of steps that improves a model. */
  readonly leastMinutes: number | undefined;
}

/** Longest latency of a line that is shown while the user types, ms. */
export const TYPING_LINE_MS = 250;
/** Longest latency of a line that is shown in a short pause in typing, ms. */
const PAUSE_LINE_MS = 1000;
/** Latency of a new prompt from which users are told of it, ms. */
export const LONG_PROMPT_MS = 1000;

export interface BaseToMeasure {
  readonly folder: string;
  /** Path. */
  readonly tokenizer: string;
  /** Tokens in its embedding. */
  readonly vocabulary: number;
  /** Of the setting. */
  readonly threads: number | 'auto';
  readonly precision: Requests['time']['request']['precision'];
  /** Of the setting. */
  readonly device: TrainingRequest['device'];
}

/** As adaptation/stages/training.ts trains: tokens in a window, and windows in a step. */
const LENGTH = 512;
const MICRO_BATCHES = 4;
/** Steps, of one window each. The first one allocates memory; the last one is timed. */
const STEPS = 2;
/** The learning rate rises for 10 steps (neural/training/schedule.ts) and needs as many to fall. */
export const LEAST_STEPS = 20;

/**
 * Fails as the engine does if the base cannot be served, and with 'cancelled'.
 * @param onServing called before training is measured
 */
export async function measureBase(
  engine: Engine,
  { precision, ...base }: BaseToMeasure,
  signal: AbortSignal,
  onMeasure: (measure: string) => void = () => {},
  onServing: (measures: ServingMeasures) => void = () => {},
): Promise<Result<BaseMeasures>> {
  onMeasure('how fast it answers');
  const { folder: model, tokenizer, threads, device } = base;
  const served = { model, tokenizer, precision, threads: threadCount(threads), ...llamaOptions(threads, device) };
  const timing = await engine.request('time', served, { signal });
  if (!timing.ok) return timing;
  const serving = { ...timing.value, answers: answersBy(timing.value) };
  onServing(serving);
  onMeasure('how fast it is trained');
  const out = mkdtempSync(join(tmpdir(), 'easy-adaptation-measure-'));
  // A step of a GGUF base may take minutes: its estimate is enough.
  const estimated = new AbortController();
  let speed: number | undefined;
  try {
    const trained = await engine.request('adapt', trainingRequest(base, out), {
      signal: AbortSignal.any([signal, estimated.signal]),
      onProgress: (report) => {
        if (report.kind === 'step') speed = report.tokensPerSecond;
        if (report.kind !== 'estimate') return;
        speed = LENGTH / report.secondsPerStep;
        estimated.abort();
      },
    });
    if (signal.aborted) return { ok: false, error: { code: 'cancelled', message: 'Stopped.' } };
    return ok({
      ...serving,
      trainingTokensPerSecond: speed,
      whyUntrainable: speed !== undefined || trained.ok ? undefined : trained.error.message,
      leastMinutes: speed === undefined ? undefined : (LEAST_STEPS * LENGTH * MICRO_BATCHES) / speed / 60,
    });
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function answersBy({ lineMs }: Timing): ServingMeasures['answers'] {
  if (lineMs <= TYPING_LINE_MS) return 'while-typing';
  return lineMs <= PAUSE_LINE_MS ? 'in-a-pause' : 'late';
}

function trainingRequest(
  { folder, tokenizer, vocabulary, threads, device }: Omit<BaseToMeasure, 'precision'>,
  out: string,
): TrainingRequest {
  const ids = Int32Array.from({ length: LENGTH * STEPS }, (_, i) => (i * 7919) % vocabulary);
  return {
    ...{
      base: folder,
      out,
      tokenizer,
      threads: threadCount(threads),
      examples: [{ ids }],
      lora: 'auto',
      pauseAfter: STEPS,
    },
    ...{ batch: 1, length: LENGTH, microBatches: 1, epochs: 1, learningRate: 1e-5 },
    ...{ checkpointEverySteps: 1000, separator: 0, seed: 1, device },
  };
}
