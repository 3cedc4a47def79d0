// Our engine and llama.cpp on the same weights, asked in turn: a prompt of 512 tokens, then one token after the other.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { quantile } from '../../src/common/quality.ts';
import { physicalCores } from '../../src/common/threads.ts';
import { loadModel } from '../../src/neural/models/model-folder.ts';
import { Child } from '../common/child-process.ts';
import { cacheFolder } from '../common/packages.ts';
import type { Figures } from '../figures.ts';
import { FORMATS, writeGguf } from './gguf.ts';
import type { Answer, Side } from './side.ts';
import type { Base, BaseContext, Show } from './types.ts';

const library = 'node-llama-cpp@3.22.1';
const promptTokens = 512;
const lineTokens = 33;
const rounds = 5;
/** Tokens whose likeliest followers both sides name, to see that it is the same model. */
const comparedTokens = 256;
/** Rounding moves near ties alone; another model, or rows in another order, agree by chance. */
const leastAgreement = 0.8;
const formats = Object.keys(FORMATS) as (keyof typeof FORMATS)[];

/** The folder that has node-llama-cpp; fetched once. Throws a sentence where it cannot be. */
function fetched(): string {
  const folder = join(cacheFolder('tools'), library);
  const binary = `@node-llama-cpp/${binaryName()}@${library.split('@')[1]}`;
  if (existsSync(join(folder, 'node_modules/node-llama-cpp/dist/index.js'))) return folder;
  mkdirSync(folder, { recursive: true });
  const args = [
    'install',
    '--prefix',
    folder,
    '--omit=optional',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    library,
    binary,
  ];
  const done = spawnSync('npm', args, { encoding: 'utf8', shell: process.platform === 'win32' });
  if (done.status !== 0)
    throw new Error(`${library} cannot be fetched: ${(done.error?.message ?? done.stderr).trim().slice(-300)}`);
  return folder;
}

function binaryName(): string {
  const system = { darwin: 'mac', win32: 'win' }[process.platform as string] ?? process.platform;
  return `${system}-${process.arch}${system === 'mac' && process.arch === 'arm64' ? '-metal' : ''}`;
}

/** Text that any base knows the like of: our own. */
function textFor({ tokenizer }: Base): number[] {
  const files = ['gradient.ts', 'operations.ts', 'products.ts'].map((name) =>
    join(import.meta.dirname, '../../src/neural/autodiff', name),
  );
  return [...tokenizer.encode(files.map((file) => readFileSync(file, 'utf8')).join('\n'))];
}

export async function sideBySide({ bases, scratch }: BaseContext, show: Show): Promise<void> {
  for (const base of bases) {
    const model = loadModel(base.over ?? base.model, { as: 'stored' });
    const files = formats.map((format) => ({ format, file: join(scratch, `${base.name}.${format}.gguf`) }));
    for (const { format, file } of files) writeGguf(file, model, base.words, format);
    for (const threads of [...new Set([Math.min(2, physicalCores()), 1])]) {
      await compare(base, files, threads, show);
    }
  }
}

async function compare(
  base: Base,
  files: readonly { readonly format: string; readonly file: string }[],
  threads: number,
  show: Show,
): Promise<void> {
  const name = (engine: string) => [base.name, `${engine}, ${threads} thread${threads === 1 ? '' : 's'}`];
  const ours = new Child<Side>(join(import.meta.dirname, 'network-child.ts'), [
    base.over ?? base.model,
    String(threads),
  ]);
  const others: { readonly format: string; readonly process: Child<Side> }[] = [];
  try {
    await ours.ready();
    try {
      const folder = fetched();
      for (const { format, file } of files) {
        const process = new Child<Side>(join(import.meta.dirname, 'llama-child.ts'), [folder, file, String(threads)]);
        others.push({ format, process });
        await process.ready();
      }
    } catch (error) {
      show(name('llama.cpp'), { failed: error instanceof Error ? error.message : String(error) });
      throw new Error(
        `There is nothing to compare with: llama.cpp did not start. ${error instanceof Error ? error.message : ''}`,
      );
    }
    const text = textFor(base);
    const prompt = text.slice(0, promptTokens);
    const agreement = await agreements(ours, others, text.slice(0, comparedTokens));
    const sides = [{ format: 'ours', process: ours }, ...others];
    const answers = new Map<string, Answer[]>(sides.map(({ format }) => [format, []]));
    for (let round = 0; round <= rounds; round++) {
      for (const { format, process } of sides) {
        const answer = await process.ask('line', prompt, lineTokens);
        // The first of each runs what was never run.
        if (round > 0) answers.get(format)?.push(answer);
      }
    }
    const medians = new Map([...answers].map(([format, list]) => [format, medianOf(list)]));
    const own = medians.get('ours') as Answer;
    show(name('ours'), rowOf(own));
    for (const { format, file } of files) {
      show(name(`llama.cpp ${format}`), {
        ...rowOf(medians.get(format) as Answer),
        'same-best-token': agreement.get(format) as number,
        'file-mb': statSync(file).size / 1e6,
      });
    }
    const best = (key: keyof Answer) => Math.min(...files.map(({ format }) => (medians.get(format) as Answer)[key]));
    show(name('ours against the best of llama.cpp'), {
      'prefill-ratio': best('firstMs') / own.firstMs,
      'decoding-ratio': best('tokenMs') / own.tokenMs,
    });
  } finally {
    for (const process of [ours, ...others.map(({ process }) => process)]) process.end();
  }
}

async function agreements(
  ours: Child<Side>,
  others: readonly { readonly format: string; readonly process: Child<Side> }[],
  text: readonly number[],
): Promise<Map<string, number>> {
  const expected = await ours.ask('best', text);
  const found = new Map<string, number>();
  for (const { format, process } of others) {
    const theirs = await process.ask('best', text);
    const share = theirs.filter((token, i) => token === expected[i]).length / expected.length;
    if (share < leastAgreement)
      throw new Error(`llama.cpp's ${format} is another model: ${share} of its likeliest tokens are ours`);
    found.set(format, share);
  }
  return found;
}

function medianOf(answers: readonly Answer[]): Answer {
  const median = (key: keyof Answer) =>
    quantile(
      answers.map((answer) => answer[key]),
      0.5,
    );
  return { firstMs: median('firstMs'), tokenMs: median('tokenMs') };
}

function rowOf({ firstMs, tokenMs }: Answer): Figures {
  return {
    'prefill-tokens-per-second': (promptTokens / firstMs) * 1000,
    'first-token-ms': firstMs,
    'token-ms': tokenMs,
  };
}
