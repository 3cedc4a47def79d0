// A model of somebody else's as a base, each that --model names (a GGUF file, a folder of safetensors): what bringing it takes, what 4 bits
// cost it, its lines beside ours, how fast it is here, and, where EASY_ADAPTATION_SERVER serves the same file, how near our logits are to llama.cpp's.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { root } from '../../build/paths.ts';
import { unwrap } from '../../src/common/errors.ts';
import { threadCount } from '../../src/common/threads.ts';
import { nodeOptions } from '../../src/jobs/client.ts';
import type { Model } from '../../src/neural/architecture/decoder-values.ts';
import type { Precision } from '../../src/neural/architecture/precision.ts';
import { Network } from '../../src/neural/inference/network.ts';
import { readSource } from '../../src/neural/models/import/source-of.ts';
import { writeWeights } from '../../src/neural/models/import/write-weights.ts';
import { listPackages, type PackageInfo } from '../../src/neural/models/list.ts';
import { loadModel } from '../../src/neural/models/model-folder.ts';
import { readSafetensors } from '../../src/neural/models/safetensors.ts';
import { loadLibrary } from '../../src/neural/runtime/library.ts';
import { EngineClient } from '../../src/specialist/engine/client.ts';
import { measureBase } from '../../src/specialist/engine/measure-base.ts';
import { readTokenizer } from '../../src/text/tokenizer/load.ts';
import type { Tokenizer } from '../../src/text/tokenizer/types.ts';
import { Child } from '../common/child-process.ts';
import type { Benchmark, BenchOptions, Figures } from '../figures.ts';
import { printFigures } from '../print.ts';
import { Server, serverVariable } from '../teachers/server.ts';
import { besideReaders, READERS } from './exported.ts';
import type { ImportChild } from './import-child.ts';
import { linesAt } from './lines.ts';

/** Text that no base was trained on when it was written: files of this repository. */
const FILES = [
  'src/common/files.ts',
  'src/neural/inference/passes.ts',
  'src/adaptation/stages/plan.ts',
  'CONTRIBUTING.md',
];
/** Tokens that are read at once, of each file the first. */
const WINDOW = 512;
/** Where predictions are compared, and of each recorded package the lines that are asked for; default of --places. */
const PLACES = 40;
/** Most likely tokens that are compared at a place. */
const TOP = 10;

const never = new AbortController().signal;
const texts = FILES.map((path) => readFileSync(join(root, path), 'utf8'));

export const own: Benchmark = {
  name: 'own',
  what: `models of your own as bases: bringing, rounding, lines, speed, nearness to llama.cpp (${serverVariable}); adapters read by others (${READERS.join(', ')})`,
  takes: ['model', 'places'],
  run,
};

async function run({ model = [], places: positions = PLACES }: BenchOptions): Promise<Figures> {
  if (model.length === 0) throw new Error('Name a GGUF file or a folder of safetensors: --model PATH.');
  await loadLibrary();
  const figures: Record<string, Figures> = {};
  const shared = mkdtempSync(join(tmpdir(), 'bench-own-lines-'));
  process.once('exit', () => rmSync(shared, { recursive: true, force: true }));
  const lines = linesAt(positions, shared);
  const say = (name: string, found: Figures) => {
    figures[name] = found;
    printFigures(name, found);
  };
  for (const info of listPackages(join(root, 'models'))) {
    const { name, folder, tokenizer } = info;
    const bits = await bitsOf(loadModel(folder, { as: 'stored' }), 'int4', unwrap(readTokenizer(tokenizer)));
    say(name, {
      'bits-a-character': bits,
      ...(await lines(info)),
      ...(await speed(folder, tokenizer)),
      ...(await exported(info)),
    });
  }
  for (const path of model) {
    const scratch = mkdtempSync(join(tmpdir(), 'bench-own-'));
    try {
      say(basename(path), await figuresOf(path, scratch, positions, lines));
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }
  return figures;
}

async function figuresOf(
  path: string,
  scratch: string,
  positions: number,
  lines: (base: PackageInfo) => Promise<Figures>,
): Promise<Figures> {
  const child = new Child<ImportChild>(join(import.meta.dirname, 'import-child.ts'), [], nodeOptions('importBase'));
  await child.ready();
  const began = performance.now();
  const { imported, memory } = await child.ask('importBase', { path, into: scratch, name: 'own' });
  const seconds = (performance.now() - began) / 1000;
  child.end();
  const tokenizer = unwrap(readTokenizer(imported.tokenizer));
  const values = await valuesOf(path, scratch);
  const rounded = loadModel(imported.folder, { as: 'stored' });
  return {
    'parameters-millions': Math.round(imported.parameters / 1e6),
    'int4-megabytes': Math.round(imported.bytes / 1e6),
    'bringing-seconds': Math.round(seconds),
    'bringing-memory-of-int4': round(memory / imported.bytes),
    'bits-a-character': round(await bitsOf(rounded, 'int4', tokenizer)),
    'bits-a-character-unrounded': round(await bitsOf(values, 'fp32', tokenizer)),
    ...(await lines(imported)),
    ...(await speed(imported.folder, imported.tokenizer)),
    ...(await exported(imported)),
    ...(process.env[serverVariable] ? { 'beside-server': await besideServer(values, tokenizer, positions) } : {}),
  };
}

async function exported(base: PackageInfo): Promise<Figures> {
  const readers = await besideReaders(base);
  return readers ? { 'exported-adapter': readers } : {};
}

const round = (value: number) => Number(value.toPrecision(4));

/** In full precision, as they were read. */
async function valuesOf(path: string, scratch: string): Promise<Model> {
  const source = await readSource(path);
  const file = join(scratch, 'values.safetensors');
  await writeWeights(file, source, { form: 'values', from: 0, signal: never, onWritten: () => {} });
  const { tensors } = readSafetensors(readFileSync(file));
  return { config: source.config, weights: new Map([...tensors].map(([name, { data }]) => [name, data])) };
}

async function opened<T>(model: Model, precision: Precision, work: (network: Network) => Promise<T>): Promise<T> {
  const network = await Network.load(model, { device: 'cpu', threads: threadCount('auto'), precision });
  try {
    return await work(network);
  } finally {
    await network.dispose();
  }
}

/** log2 of the chances, with their sum 1, of one row. */
function chances(logits: Float32Array, row: number, size: number): (id: number) => number {
  let top = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < size; i++) top = Math.max(top, logits[row * size + i] as number);
  let sum = 0;
  for (let i = 0; i < size; i++) sum += Math.exp((logits[row * size + i] as number) - top);
  return (id) => (logits[row * size + id] as number) - top - Math.log(sum);
}

async function bitsOf(model: Model, precision: Precision, tokenizer: Tokenizer): Promise<number> {
  return opened(model, precision, async (network) => {
    let [bits, characters] = [0, 0];
    for (const text of texts) {
      const ids = [...tokenizer.encode(text)].slice(0, WINDOW);
      const rows = ids.slice(1).map((_, i) => i);
      const logits = await network.forward(network.cache(), { ids: ids.map((id) => [id]), rows });
      for (const row of rows) bits -= chances(logits, row, model.config.vocabSize)(ids[row + 1] as number) / Math.LN2;
      characters += tokenizer.decode(ids.slice(1)).length;
    }
    return bits / characters;
  });
}

async function speed(folder: string, tokenizer: string): Promise<Figures> {
  const engine = new EngineClient({ script: join(root, 'src/specialist/engine/main.ts') });
  const vocabulary = loadModel(folder, { as: 'stored' }).config.vocabSize;
  const threads = threadCount('auto');
  try {
    const asked = { folder, tokenizer, vocabulary, threads, precision: 'auto' } as const;
    const measured = unwrap(await measureBase(engine, asked, never));
    const { memory } = unwrap(await engine.request('status', {}));
    return {
      'line-ms': Math.round(measured.lineMs),
      'prompt-of-512-ms': Math.round(measured.promptMs),
      'training-tokens-a-second': Math.round(measured.trainingTokensPerSecond ?? 0),
      'memory-megabytes-after-training': Math.round(memory / 1e6),
    };
  } finally {
    await engine.end();
  }
}

interface ServedToken {
  readonly id: number;
  readonly logprob: number;
}

/** Natural logarithms of chances, ours in full precision against the server's, at each place of its most likely tokens. */
async function besideServer(model: Model, tokenizer: Tokenizer, positions: number): Promise<Figures> {
  const server = await Server.start();
  try {
    return await opened(model, 'fp32', async (network) => {
      const differences: number[] = [];
      let same = 0;
      for (let position = 0; position < positions; position++) {
        const ids = [...tokenizer.encode(texts[position % texts.length] as string)].slice(0, 16 + position * 6);
        const prompt = { prompt: ids, n_predict: 1, n_probs: TOP, temperature: 0, cache_prompt: false };
        const response = await fetch(`${server.url.replace(/\/v1$/, '')}/completion`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(prompt),
        });
        const {
          completion_probabilities: [first],
        } = (await response.json()) as {
          completion_probabilities: readonly [{ readonly top_logprobs: readonly ServedToken[] }];
        };
        const logits = await network.forward(network.cache(), { ids: ids.map((id) => [id]), rows: [ids.length - 1] });
        const ours = chances(logits, 0, model.config.vocabSize);
        for (const { id, logprob } of first.top_logprobs) differences.push(Math.abs(ours(id) - logprob));
        const top = first.top_logprobs[0]?.id as number;
        if (first.top_logprobs.every(({ id }) => ours(id) <= ours(top))) same++;
      }
      return {
        places: positions,
        'same-likeliest': round(same / positions),
        'mean-difference': round(differences.reduce((sum, each) => sum + each, 0) / differences.length),
        'largest-difference': round(Math.max(...differences)),
      };
    });
  } finally {
    await server.kill();
  }
}
