// Adapting a model folder to examples: choose a device, train, merge, save. What the engine process runs.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError, messageOf, ok, type Result } from '../common/errors.ts';
import { loadModel, saveModel } from '../model/folder.ts';
import { type LoraConfig, mergeAdapters } from '../model/lora.ts';
import { DEFAULT_OPTIMIZER, type OptimizerConfig } from '../model/optimizer.ts';
import type { StoredType } from '../model/safetensors.ts';
import {
  chooseDevice,
  type DeviceChoice,
  type DeviceSetting,
  type ProbeResult,
  threadCount,
} from '../runtime/device.ts';
import { loadLibrary } from '../runtime/library.ts';
import { Batches, type Example } from './batches.ts';
import { type RunHooks, type RunOptions, train } from './loop.ts';

export interface AdaptRequest {
  /** Model folder to start from, and folder to write the adapted model to. The latter also holds the run's checkpoint. */
  readonly base: string;
  readonly out: string;
  readonly examples: readonly Example[];
  /** Absent: every parameter is trained. */
  readonly lora?: LoraConfig;
  readonly optimizer?: Partial<OptimizerConfig>;
  /** Sequences of `length` tokens in a micro-batch, and micro-batches in a step. Small micro-batches bound memory and the wait of completions. */
  readonly batch: number;
  readonly length: number;
  readonly microBatches: number;
  readonly epochs: number;
  /** Ends earlier than the epochs, where given. */
  readonly maxSteps?: number;
  readonly learningRate: number;
  readonly checkpointEverySteps: number;
  /** Token id between sequences. */
  readonly separator: number;
  readonly seed: number;
  readonly device: DeviceSetting;
  readonly threads: number | 'auto';
  readonly storeAs?: StoredType;
}

export interface Adapted {
  readonly folder: string;
  readonly steps: number;
  readonly device: DeviceChoice;
}

const CHECKPOINT = 'checkpoint.safetensors';
/** Rows of logits at once: 8 MB for 8,192 tokens, so that they stay in the cache. */
const LOSS_CHUNK = 256;

/**
 * Continues from the checkpoint in `out` where there is one of the same run; it is deleted once the model is saved. A checkpoint
 * that cannot be used is an error that names it, not a silent fresh start.
 */
export async function adapt(
  request: AdaptRequest,
  hooks: RunHooks & { readonly onDevice?: (choice: DeviceChoice) => void; readonly probe: () => Promise<ProbeResult> },
): Promise<Result<Adapted>> {
  const { batch, length, microBatches, seed, separator, lora } = request;
  const checkpoint = join(request.out, CHECKPOINT);
  try {
    await loadLibrary();
    const { config, weights } = loadModel(request.base);
    check(request, config.vocabSize);
    const device = await chooseDevice(request.device, hooks.probe);
    hooks.onDevice?.(device);
    const { stepsPerEpoch } = new Batches(request.examples, { batch, length, microBatches, seed, separator });
    const totalSteps = Math.min(request.epochs * stepsPerEpoch, request.maxSteps ?? Number.POSITIVE_INFINITY);
    const run: RunOptions = {
      stepper: {
        config,
        batch,
        length,
        microBatches,
        seed,
        ...(lora ? { lora } : {}),
        optimizer: { ...DEFAULT_OPTIMIZER, ...request.optimizer },
        lossChunk: LOSS_CHUNK,
        adopt: true,
        device: device.device,
        threads: threadCount(request.threads),
      },
      schedule: { peak: request.learningRate, warmupSteps: Math.ceil(totalSteps / 20), totalSteps, floor: 0.1 },
      maxNorm: 1,
      separator,
      checkpoint: { path: checkpoint, everySteps: request.checkpointEverySteps },
    };
    const result = await train(run, weights, request.examples, hooks);
    if (!result.ok) return result;
    const { tensors, step } = result.value;
    const adapted = lora ? mergeAdapters(config, lora, weights, tensors) : tensors;
    saveModel(request.out, config, adapted, request.storeAs ?? 'F16');
    rmSync(checkpoint, { force: true });
    return ok({ folder: request.out, steps: step, device });
  } catch (error) {
    if (error instanceof CodedError) return { ok: false, error: { code: error.code, message: error.message } };
    throw new Error(`The adaptation failed: ${messageOf(error)}`, { cause: error });
  }
}

function check({ examples, separator, batch, length, microBatches, epochs }: AdaptRequest, vocabSize: number): void {
  if (![batch, length, microBatches, epochs].every((count) => Number.isInteger(count) && count > 0)) {
    throw new CodedError('bad-request', 'Batch, length, micro-batches and epochs are whole numbers from 1.');
  }
  if (!examples.some(({ ids }) => ids.length > 1))
    throw new CodedError('nothing-to-learn', 'There is no example to learn from.');
  const outside = (id: number) => !(id >= 0 && id < vocabSize);
  if (outside(separator) || examples.some(({ ids }) => ids.some(outside))) {
    throw new CodedError(
      'bad-request',
      `An example has a token outside the model's ${vocabSize}: the tokenizer is another one.`,
    );
  }
}
