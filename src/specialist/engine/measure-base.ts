// Measures a base on this machine: the latency of a line and of a new prompt, and the time of a training step.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failed, ok, type Result } from '../../common/errors.ts';
import { threadCount } from '../../common/threads.ts';
import type { Timing } from '../../neural/inference/timing.ts';
import type { TrainingRequest } from '../../neural/training/request.ts';
import type { Engine } from './engine-protocol.ts';
import { llamaOptions } from './timings.ts';

export interface TrainingMeasures {
  readonly tokensPerSecond: number;
  /** Minutes of the smallest number of steps that improves a model. */
  readonly leastMinutes: number;
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
  /** Of the setting. */
  readonly device: TrainingRequest['device'];
}

/** As adapt/timing.ts trains: tokens in a window, and windows in a step. */
const LENGTH = 512;
const MICRO_BATCHES = 4;
/** Steps, of one window each. The first one allocates memory; the last one is timed. */
const STEPS = 2;
/** The learning rate rises for 10 steps (neural/training/schedule.ts) and needs as many to fall. */
export const LEAST_STEPS = 20;

/** Fails as the engine does if the base cannot be served, and with 'cancelled'. */
export function measureServing(
  engine: Engine,
  { folder: model, tokenizer, threads, device }: BaseToMeasure,
  signal: AbortSignal,
): Promise<Result<Timing>> {
  const served = { model, tokenizer, threads: threadCount(threads), ...llamaOptions(threads, device) };
  return engine.request('time', served, { signal });
}

/** Fails as the engine does if the base cannot be trained here, and with 'cancelled'. */
export async function measureTraining(
  engine: Engine,
  base: BaseToMeasure,
  signal: AbortSignal,
): Promise<Result<TrainingMeasures>> {
  const out = mkdtempSync(join(tmpdir(), 'easy-adaptation-measure-'));
  let tokensPerSecond: number | undefined;
  try {
    const trained = await engine.request('adapt', trainingRequest(base, out), {
      signal,
      onProgress: (report) => {
        if (report.kind === 'step') ({ tokensPerSecond } = report);
      },
    });
    if (signal.aborted) return failed('cancelled', 'Stopped.');
    if (tokensPerSecond !== undefined)
      return ok({ tokensPerSecond, leastMinutes: (LEAST_STEPS * LENGTH * MICRO_BATCHES) / tokensPerSecond / 60 });
    return trained.ok ? failed('crashed', 'No training step was timed.') : trained;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** When a line arrives, by its latency alone: a new prompt is rare, and its latency is stated beside it. */
export function answersBy({ lineMs }: Timing): 'while-typing' | 'in-a-pause' | 'late' {
  if (lineMs <= TYPING_LINE_MS) return 'while-typing';
  return lineMs <= PAUSE_LINE_MS ? 'in-a-pause' : 'late';
}

function trainingRequest(
  { folder, tokenizer, vocabulary, threads, device }: BaseToMeasure,
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
      pauseAfter: STEPS,
    },
    batch: 1,
    length: LENGTH,
    microBatches: 1,
    epochs: 1,
    learningRate: 1e-5,
    checkpointEverySteps: 1000,
    separator: 0,
    seed: 1,
    device,
  };
}
