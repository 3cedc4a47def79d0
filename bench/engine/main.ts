// The neural engine's speed and memory, side by side in one run: matmul peak, training, PyTorch where it is, decoding, the process.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../build/paths.ts';
import { unwrap } from '../../src/common/errors.ts';
import { quantile } from '../../src/common/quality.ts';
import { saveModel } from '../../src/neural/models/model-folder.ts';
import { physicalCores } from '../../src/neural/runtime/device.ts';
import { EnginePair } from '../../src/specialist/engine/pair.ts';
import { initialWeights, PRESETS } from '../../test/support/random-models.ts';
import { shippedTokenizerPath } from '../common/shipped.ts';
import type { Benchmark, Figures } from '../figures.ts';

const run = promisify(execFile);

type Numbers = Record<string, number>;

async function child(...args: (string | number)[]): Promise<Numbers> {
  const script = join(root, 'bench/engine/child.ts');
  const { stdout } = await run(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    script,
    ...args.map(String),
  ]);
  return JSON.parse(stdout) as Numbers;
}

/** Undefined where PyTorch is not installed for the system's Python. */
async function torch(...args: (string | number)[]): Promise<Numbers | undefined> {
  try {
    const { stdout } = await run('/usr/bin/python3', [join(root, 'bench/engine/pytorch.py'), ...args.map(String)]);
    return JSON.parse(stdout) as Numbers;
  } catch {
    return undefined;
  }
}

function rounded(figures: Numbers): Figures {
  return Object.fromEntries(
    Object.entries(figures).map(([key, value]) => [
      key,
      value >= 100 ? Math.round(value) : Number(value.toPrecision(3)),
    ]),
  );
}

/**
 * What a keystroke waits for, through the real processes: a prompt of some 400 tokens that grew by a character; and the same while all
 * parameters are trained, in steps as adapting a folder takes them.
 */
async function throughTheProcess(): Promise<Numbers> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-engine-'));
  const config = { ...PRESETS.S, vocabSize: 16_384 };
  const base = join(folder, 'base');
  saveModel(base, config, initialWeights(config, 1), 'F16');
  const client = new EnginePair({ script: join(root, 'src/specialist/engine/main.ts') });
  try {
    const tokenizer = shippedTokenizerPath;
    const serving = { model: base, tokenizer, precision: 'int4', threads: 1 } as const;
    unwrap(await client.request('open', { ...serving, key: 'folder', name: 'base', changes: [] }));
    const idle = await client.request('status', {});
    let text = 'const answer = compute(first, second);\n'.repeat(40);
    const keystroke = async (): Promise<number> => {
      text += 'abcdefghij'[text.length % 10];
      const started = performance.now();
      const query = { path: 'a.ts', languageId: 'typescript', prefix: text, suffix: '' };
      unwrap(await client.request('draft', { key: 'folder', query, options: { multiline: false, maxTokens: 1 } }));
      return performance.now() - started;
    };
    const cold = await keystroke();
    const warm: number[] = [];
    for (let i = 0; i < 60; i++) warm.push(await keystroke());

    const stop = new AbortController();
    const during: number[] = [];
    let answered: Promise<void> = Promise.resolve();
    const training = client.request(
      'adapt',
      {
        base,
        out: join(folder, 'out'),
        examples: Array.from({ length: 64 }, (_, i) => ({
          ids: Int32Array.from({ length: 200 }, (_, j) => (i * 31 + j * 7) % 16_384),
        })),
        batch: 1,
        length: 512,
        microBatches: 4,
        epochs: 1000,
        learningRate: 1e-4,
        checkpointEverySteps: 1000,
        separator: 1,
        seed: 1,
        device: 'cpu',
        threads: 'auto',
      },
      {
        signal: stop.signal,
        onProgress: (report) => {
          if (report.kind !== 'step' || report.step !== 1) return;
          answered = (async () => {
            for (let i = 0; i < 60; i++) {
              // At moments that have nothing to do with the micro-steps.
              await new Promise((resolve) => setTimeout(resolve, 20 + ((i * 37) % 90)));
              during.push(await keystroke());
            }
            stop.abort();
          })();
        },
      },
    );
    await training;
    await answered;
    return {
      'draft-of-a-token-cold-ms': cold,
      'draft-of-a-token-warm-p50-ms': quantile(warm, 0.5),
      'draft-of-a-token-warm-p95-ms': quantile(warm, 0.95),
      'draft-of-a-token-while-training-p50-ms': quantile(during, 0.5),
      'draft-of-a-token-while-training-p95-ms': quantile(during, 0.95),
      'process-mb': idle.ok ? idle.value.memory / 1e6 : 0,
    };
  } finally {
    client.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

export const engine: Benchmark = {
  name: 'engine',
  what: 'the neural engine: training, decoding, waiting, memory; PyTorch beside it',
  takes: [],
  run: measure,
};

async function measure(): Promise<Figures> {
  const cores = physicalCores();
  const figures: Record<string, Figures | number | string> = { cores };
  const show = (name: string, numbers: Numbers) => {
    figures[name] = rounded(numbers);
    console.log(
      `${name.padEnd(34)} ${Object.entries(rounded(numbers))
        .map(([key, value]) => `${key} ${value}`)
        .join('   ')}`,
    );
  };
  const peak = await child('matmul', cores);
  show('matmul-peak', peak);
  const full = await child('train', 'S', 4, 256, 1, cores);
  show('train-S-1024', {
    ...full,
    'of-matmul-peak': (full.gflops as number) / (peak.gflops as number),
    'of-bare-matmul-peak': (full.gflops as number) / (peak['bare-gflops'] as number),
  });
  const reference = await torch('S', 4, 256, cores, PRESETS.S.intermediateSize);
  if (reference) {
    show('pytorch-fp32-S-1024', reference);
    figures['train-S-against-pytorch'] =
      (full['tokens-per-second'] as number) / (reference['tokens-per-second'] as number);
    console.log(`${'train-S-against-pytorch'.padEnd(34)} ${(figures['train-S-against-pytorch'] as number).toFixed(2)}`);
  } else {
    figures['pytorch-fp32-S-1024'] = 'python3-torch is not installed';
    console.log('pytorch-fp32-S-1024                python3-torch is not installed');
  }
  show('train-S-256-accumulated', await child('train', 'S', 1, 256, 4, cores));
  show('lora-S-64-accumulated', await child('lora', 'S', 1, 64, 16, cores));
  show('decode-S-int4', await child('decode', 'S', 'int4', 1));
  show('decode-S-int8', await child('decode', 'S', 'int8', 1));
  show('decode-S-fp32', await child('decode', 'S', 'fp32', 1));
  show('decode-M-int4', await child('decode', 'M', 'int4', 1));
  show('process-S-int4', await throughTheProcess());
  return figures;
}
