// npm run bench -- NAME [--json FILE] [options of the benchmark]: a benchmark is a folder here and a line in the list below.

import { parseArgs } from 'node:util';
import { replaceFile } from '../src/common/files.ts';
import { adapt } from './adapt/main.ts';
import { base } from './base/main.ts';
import { baseline } from './baseline/main.ts';
import { coupling } from './coupling/main.ts';
import { edits } from './edits/main.ts';
import { evidence } from './evidence/main.ts';
import type { Benchmark, BenchOptions, Figures } from './figures.ts';
import { ngram } from './ngram/main.ts';
import { own } from './own/main.ts';
import { replayed } from './replay/main.ts';
import { safety } from './safety/main.ts';
import { scale } from './scale/main.ts';
import { scaleOut } from './scale-out/main.ts';
import { tasks } from './tasks/main.ts';
import { typing } from './typing/main.ts';

const benchmarks: readonly Benchmark[] = [
  ngram,
  scale,
  scaleOut,
  coupling,
  base,
  own,
  adapt,
  evidence,
  typing,
  replayed,
  edits,
  tasks,
  safety,
  baseline,
];

interface Option {
  /** What follows it; absent: nothing does. */
  readonly value?: string;
  readonly multiple?: true;
  /** What a number has to be; absent: it is none. */
  readonly number?: { readonly wanted: string; readonly fits: (value: number) => boolean };
}

const count = { wanted: 'a whole number from 1', fits: (value: number) => Number.isInteger(value) && value > 0 };

const optionRows: Readonly<Record<keyof BenchOptions, Option>> = {
  recordings: { value: 'FOLDER' },
  data: { value: 'FOLDER' },
  repositories: { value: 'FOLDER' },
  model: { value: 'FOLDER ...', multiple: true },
  bases: { value: 'NAME,...' },
  rules: { value: 'RULE,...' },
  only: { value: 'SECTION,...' },
  places: { value: 'COUNT', number: count },
  minutes: { value: 'COUNT', number: { wanted: 'a number above 0', fits: (value) => value > 0 } },
  faster: { value: 'FACTOR', number: { wanted: 'a number above 0', fits: (value) => value > 0 } },
  llm: { value: 'recorded' },
  into: { value: 'FOLDER' },
  answers: { value: 'FOLDER' },
  replies: { value: 'cassettes' },
  ask: { value: 'PROVIDER/MODEL' },
  url: { value: 'URL' },
  write: {},
};
const optionNames = Object.keys(optionRows) as (keyof BenchOptions)[];

const usage = 'usage: npm run bench -- NAME [--json FILE] [OPTIONS]';

function help(): string {
  const rows = benchmarks.map(({ name, what, takes }) => {
    const options = takes.map((option) => `[--${[option, optionRows[option].value].join(' ').trim()}]`).join(' ');
    return `  ${name.padEnd(10)} ${what}${options === '' ? '' : `\n${' '.repeat(13)}${options}`}`;
  });
  return [usage, '', ...rows].join('\n');
}

type Given = Readonly<Record<string, unknown>>;

/** What a benchmark is asked for, or why it cannot be. */
function optionsFor({ name, takes }: Benchmark, given: Given): BenchOptions | string {
  const foreign = optionNames.find((option) => given[option] !== undefined && !takes.includes(option));
  if (foreign !== undefined) return `The benchmark '${name}' does not take --${foreign}.`;
  const numeric = optionNames.flatMap((option) => {
    const { number } = optionRows[option];
    return number && given[option] !== undefined ? [{ option, value: Number(given[option]), ...number }] : [];
  });
  const wrong = numeric.find(({ value, fits }) => !fits(value));
  if (wrong !== undefined) return `--${wrong.option} is ${wrong.wanted}.`;
  const numbers = Object.fromEntries(numeric.map(({ option, value }) => [option, value]));
  return { ...given, ...numbers } as unknown as BenchOptions;
}

async function main(): Promise<number> {
  const flags = optionNames.map((name) => {
    const { value, multiple = false } = optionRows[name];
    return [name, { type: value === undefined ? 'boolean' : 'string', multiple }] as const;
  });
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'string' }, help: { type: 'boolean' }, ...Object.fromEntries(flags) },
  });
  const { json, help: wantsHelp, ...given } = values;
  const name = positionals[0];
  if (name === undefined || wantsHelp) {
    console.log(help());
    return 0;
  }
  const benchmark = benchmarks.find((row) => row.name === name);
  if (benchmark === undefined || positionals.length > 1) {
    const names = benchmarks.map((row) => row.name).join(', ');
    console.error(`${usage}\nThere is no benchmark '${positionals.slice(0, 2).join(' ')}'. There are: ${names}.`);
    return 2;
  }
  const options = optionsFor(benchmark, given);
  if (typeof options === 'string') {
    console.error(`${usage}\n${options}`);
    return 2;
  }
  const keep = (figures: Figures) => {
    if (json === undefined) return;
    replaceFile(json, [new TextEncoder().encode(`${JSON.stringify(figures, undefined, 2)}\n`)]);
  };
  keep(await benchmark.run(options, keep));
  return 0;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
