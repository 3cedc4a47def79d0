// One measurement of the neural engine in a process of its own, so that memory is its own; prints figures as JSON. Started by main.ts.

import { normals } from '../../src/common/statistics/random.ts';
import type { ModelConfig } from '../../src/neural/architecture/config.ts';
import { initialAdapters } from '../../src/neural/architecture/lora.ts';
import { DEFAULT_OPTIMIZER } from '../../src/neural/architecture/optimizer.ts';
import { parameterCount, parameterSpecs } from '../../src/neural/architecture/parameters.ts';
import type { Precision } from '../../src/neural/architecture/precision.ts';
import { type Quantized, quantize } from '../../src/neural/architecture/quantize.ts';
import { Builder } from '../../src/neural/autodiff/builder.ts';
import { Network } from '../../src/neural/inference/network.ts';
import { prefill } from '../../src/neural/inference/prefill.ts';
import { writeModel } from '../../src/neural/onnx/write.ts';
import { loadLibrary } from '../../src/neural/runtime/library.ts';
import { Session } from '../../src/neural/runtime/session.ts';
import { Tensor } from '../../src/neural/runtime/tensor.ts';
import { loraFor } from '../../src/neural/training/method.ts';
import { Stepper } from '../../src/neural/training/stepper.ts';
import { initialWeights, PRESETS } from '../../test/support/random-models.ts';

type Numbers = Record<string, number>;

const VOCABULARY = 16_384;
const config = (preset: string) => ({ ...PRESETS[preset as keyof typeof PRESETS], vocabSize: VOCABULARY });

/** Best of several: what the machine can do when nobody disturbs it. */
async function best(tries: number, work: () => Promise<unknown>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < tries; i++) {
    const started = performance.now();
    await work();
    least = Math.min(least, performance.now() - started);
  }
  return least;
}

/** Largest resident memory so far; the system counts it in KiB. */
const peakMb = () => Math.round((process.resourceUsage().maxRSS * 1024) / 1e6);

/**
 * GFLOP/s of [2048, 384] x [384, 1536], eight in a row: the peak that training is held to. The binding copies results (session.ts);
 * 'bare-gflops' is without those copies and with threads that spin, as training runs.
 */
async function matmul(threads: number): Promise<Numbers> {
  return {
    gflops: await products(threads, {}),
    'bare-gflops': await products(threads, { unreturnable: 'unreturnable' }),
  };
}

async function products(threads: number, returning: { unreturnable?: string }): Promise<number> {
  const b = new Builder('matmul');
  const x = b.graph.input('x', 'f32', [2048, 384]);
  const values = Array.from({ length: 8 }, (_, i) => b.matmul(x, b.graph.input(`w${i}`, 'f32', [384, 1536])));
  values.forEach((y, i) => {
    b.graph.output(`y${i}`, y);
  });
  const session = await Session.load(writeModel(b.graph, returning), {
    device: 'cpu',
    threads,
    ...returning,
  });
  const next = normals(1);
  const random = (size: number) => Float32Array.from({ length: size }, next);
  const feeds: Record<string, Tensor> = { x: Tensor.host(random(2048 * 384), [2048, 384]) };
  const into: Record<string, Tensor> = {};
  for (let i = 0; i < 8; i++) {
    feeds[`w${i}`] = Tensor.host(random(384 * 1536), [384, 1536]);
    into[`y${i}`] = Tensor.host(new Float32Array(2048 * 1536), [2048, 1536]);
  }
  const ms = await best(12, () => session.run(feeds, into));
  return (8 * 2 * 2048 * 384 * 1536) / ms / 1e6;
}

async function training(
  preset: string,
  batch: number,
  length: number,
  microBatches: number,
  threads: number,
  lora: boolean,
): Promise<Numbers> {
  const model = config(preset);
  const options = {
    config: model,
    batch,
    length,
    optimizer: DEFAULT_OPTIMIZER,
    lossChunk: 256,
    device: 'cpu' as const,
    threads,
  };
  const weights = initialWeights(model, 1);
  const adapters = lora ? loraFor(model) : undefined;
  const packed = adapters && packedIn(model, weights);
  const tensors = adapters ? initialAdapters(model, adapters, 1) : weights;
  const stepper = await Stepper.create(
    { ...options, ...(adapters && { lora: adapters }), ...(packed && { packed }) },
    weights,
    { step: 0, tensors },
  );
  const rows = batch * length;
  const next = normals(2);
  const ids = () => Int32Array.from({ length: rows }, () => Math.floor(Math.abs(next()) * 2000) % VOCABULARY);
  const batches = Array.from({ length: microBatches }, () => ({
    ids: ids(),
    targets: ids(),
    weights: new Float32Array(rows).fill(1 / rows / microBatches),
  }));
  const ms = await best(12, () => stepper.run(batches, 1e-4, 1));
  const tokens = rows * microBatches;
  return {
    'tokens-per-second': (tokens / ms) * 1000,
    gflops: (6 * parameterCount(model) * tokens) / ms / 1e6,
    'step-ms': ms,
    'micro-step-ms': ms / microBatches,
    'peak-mb': peakMb(),
  };
}

/** Moves the matrices out of the weights, as a base in 4 bits has them. */
function packedIn(model: ModelConfig, weights: Map<string, Float32Array>): Map<string, Quantized> {
  const packed = new Map<string, Quantized>();
  for (const { name, shape } of parameterSpecs(model)) {
    const [rows, columns] = shape;
    if (rows === undefined || columns === undefined) continue;
    packed.set(name, quantize(weights.get(name) as Float32Array, rows, columns, 4));
    weights.delete(name);
  }
  return packed;
}

async function decoding(preset: string, precision: Precision, threads: number): Promise<Numbers> {
  const model = config(preset);
  const started = performance.now();
  const network = await Network.load(
    { config: model, weights: initialWeights(model, 1) },
    { device: 'cpu', threads, precision },
  );
  const load = performance.now() - started;
  const ids = Array.from({ length: 512 }, (_, i) => (i * 37) % VOCABULARY);
  const cache = network.cache();
  const whole = await best(5, async () => {
    cache.truncate(0);
    await prefill(network, cache, ids, 0);
  });
  const at = async (past: number) => {
    cache.truncate(0);
    await prefill(network, cache, ids.slice(0, past), 0);
    const ms = await best(200, async () => {
      cache.truncate(past);
      await network.forward(cache, { ids: [[5]], rows: [0] });
    });
    return ms;
  };
  return {
    'ms-per-token-128-past': await at(128),
    'ms-per-token-500-past': await at(500),
    'prefill-tokens-per-second': (512 / whole) * 1000,
    'init-and-load-ms': load,
    'rss-mb': Math.round(process.memoryUsage.rss() / 1e6),
  };
}

async function main([mode, ...rest]: string[]): Promise<Numbers> {
  await loadLibrary();
  const numbers = rest.map(Number);
  const [a = 1, b = 1, c = 1, d = 1] = numbers.slice(mode === 'matmul' ? 0 : 1);
  if (mode === 'matmul') return matmul(a);
  if (mode === 'train' || mode === 'lora') return training(rest[0] as string, a, b, c, d, mode === 'lora');
  return decoding(rest[0] as string, rest[1] as Precision, numbers[2] ?? 1);
}

main(process.argv.slice(2)).then(
  (figures) => console.log(JSON.stringify(figures)),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
