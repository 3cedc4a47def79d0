// A small random model on disk, and an engine process to run it.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelConfig } from '../../../src/neural/architecture/parameters.ts';
import type { TrainingRequest } from '../../../src/neural/training/adapt-base.ts';
import type { MixSource } from '../../../src/specialist/decoding/mix-source.ts';
import type { OpenedSpecialist } from '../../../src/specialist/decoding/open-folders.ts';
import { EngineClient, type EngineOptions } from '../../../src/specialist/engine/engine-client.ts';
import type { DraftRequest } from '../../../src/specialist/engine/engine-protocol.ts';
import { JobEngine } from '../../../src/specialist/engine/job-engine.ts';
import { readTokenizer } from '../../../src/text/tokenizer/load.ts';
import { saveRandomModel } from '../../support/packed-models.ts';
import { COMMON } from '../../support/random-models.ts';

export const SCRIPT = join(import.meta.dirname, '../../../src/specialist/engine/main.ts');
export const JOB_SCRIPT = join(import.meta.dirname, '../../../src/jobs/main.ts');
export const TOKENIZER = join(import.meta.dirname, '../../../models/small/tokenizer.json');

const read = readTokenizer(TOKENIZER);
if (!read.ok) throw new Error(read.error.message);
/** Vocabulary size of the shipped tokenizer. */
export const VOCABULARY = read.value.vocabularySize;

const CONFIG: ModelConfig = {
  ...COMMON,
  vocabSize: VOCABULARY,
  hiddenSize: 32,
  intermediateSize: 64,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  headDim: 8,
  contextLength: 256,
};

export function writeModel(folder: string, more: Partial<ModelConfig> = {}): void {
  saveRandomModel(folder, { ...CONFIG, ...more });
}

export function engine(more: Partial<EngineOptions> = {}): EngineClient {
  return new EngineClient({ script: SCRIPT, ...more });
}

export function jobEngine(): JobEngine {
  return new JobEngine({ memoryCeiling: Number.POSITIVE_INFINITY });
}

/** Asks for a sign of life. */
export function sign(client: EngineClient) {
  return client.request('change', { key: 'none', change: { kind: 'closed', path: 'none' } });
}

/** A specialist without an index. */
export function opening(model: string): MixSource {
  return { key: 'folder', model, name: 'base', changes: [], tokenizer: TOKENIZER, threads: 1 };
}

/** That specialist's draft after `prefix`. */
export function drafting(prefix: string, maxTokens = 8): DraftRequest {
  const query = { path: 'src/a.ts', languageId: 'typescript', prefix, suffix: '\n' };
  return { key: 'folder', query, options: { multiline: false, maxTokens } };
}

/** Opens the specialist again in each new process, as the product does. */
export async function opened(engine: EngineClient, model: string): Promise<OpenedSpecialist> {
  engine.onRestarted(() => void engine.request('open', opening(model)));
  const answer = await engine.request('open', opening(model));
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value;
}

export function adaptation(base: string, out: string, more: Partial<TrainingRequest> = {}): TrainingRequest {
  return {
    base,
    out,
    tokenizer: TOKENIZER,
    examples: Array.from({ length: 8 }, (_, i) => ({
      ids: Int32Array.from({ length: 40 }, (_, j) => 10 + ((i * j) % 97)),
    })),
    batch: 1,
    length: 32,
    microBatches: 2,
    epochs: 20,
    maxSteps: 24,
    learningRate: 1e-2,
    checkpointEverySteps: 5,
    separator: 1,
    seed: 1,
    device: 'cpu',
    threads: 1,
    ...more,
  };
}

export function ended(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie process has ended; only its parent has not read the exit code yet.
    return existsSync(`/proc/${pid}/stat`) && / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}
