// The figures that must not change with how the code is laid out, beside those in data/baseline.json: what n-grams and coupling make of the
// recorded cursors, and the bases of some of them, to the last digit. Times and memory are left out. Another processor may round otherwise.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../build/paths.ts';
import { base } from '../base/main.ts';
import { coupling } from '../coupling/main.ts';
import type { Benchmark, BenchOptions, Figures } from '../figures.ts';
import { ngram } from '../ngram/main.ts';
import { flattened, type Leaf } from '../print.ts';

const file = join(root, 'bench/data/baseline.json');

interface Section {
  readonly benchmark: Benchmark;
  readonly options?: Partial<BenchOptions>;
  /** The part of its figures that counts. */
  readonly of: (figures: Figures) => Figures;
}

/** Of each package, where the bases are measured: all of them take a quarter of an hour, and what changes a draft anywhere changes some of these. */
const positions = 20;

const sections: readonly Section[] = [
  { benchmark: ngram, of: (figures) => figures },
  { benchmark: coupling, of: (figures) => figures },
  { benchmark: base, options: { only: 'lines', places: positions }, of: ({ lines }) => lines as Figures },
];

export const baseline: Benchmark = {
  name: 'baseline',
  what: 'what ngram, coupling and base (lines at some cursors) give, against bench/data/baseline.json; fails where a figure differs',
  takes: ['only', 'write'],
  run,
};

async function run({ only, write = false, ...others }: BenchOptions): Promise<Figures> {
  const names = sections.map(({ benchmark }) => benchmark.name);
  const wanted = only?.split(',') ?? names;
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`There is no section '${unknown}'. There are: ${names.join(', ')}.`);
  const kept = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Figures>;
  const missing = wanted.filter((name) => !write && kept[name] === undefined);
  if (missing.length > 0)
    throw new Error(
      `bench/data/baseline.json holds no figures of ${missing.join(', ')} yet: --write keeps those of today.`,
    );
  const figures: Record<string, Figures> = {};
  for (const { benchmark, options, of } of sections) {
    if (!wanted.includes(benchmark.name)) continue;
    figures[benchmark.name] = deterministic(
      of(await benchmark.run({ ...others, only: undefined, write, ...options }, () => {})),
    );
  }
  if (write) {
    writeFileSync(file, `${JSON.stringify({ ...kept, ...figures }, undefined, 2)}\n`);
    console.log(`\n${file} holds these figures now.`);
    return figures;
  }
  const before = Object.fromEntries(Object.entries(kept).filter(([name]) => wanted.includes(name)));
  const { compared, found } = differences(before, figures);
  show(compared, found);
  if (found.length > 0) throw new Error(`${found.length} of ${compared} figures differ from bench/data/baseline.json.`);
  return figures;
}

function show(compared: number, found: readonly Difference[]): void {
  if (found.length === 0) console.log(`\n${compared} figures, all equal to those of bench/data/baseline.json`);
  else console.log(`\nfigure | before | now`);
  for (const { figure, before, now } of found) console.log(`${figure} | ${before ?? 'none'} | ${now ?? 'none'}`);
}

/** Keys of times, rates and memory. */
const ofTheMachine = /(?:-ms|-mb|-per-second|^seconds)$/;

/** The figures without those that depend on the machine's speed and memory. */
export function deterministic(figures: Figures): Figures {
  return Object.fromEntries(
    Object.entries(figures)
      .filter(([key]) => !ofTheMachine.test(key))
      .map(([key, value]) => [key, typeof value === 'object' ? deterministic(value) : value]),
  );
}

export interface Difference {
  /** Keys down to it, joined by ' / '. */
  readonly figure: string;
  /** Undefined where there is none. */
  readonly before: Leaf | undefined;
  readonly now: Leaf | undefined;
}

/** @returns how many figures either has, and those that differ, in their order */
export function differences(before: Figures, now: Figures): { compared: number; found: Difference[] } {
  const [old, fresh] = [flattened(before, ' / '), flattened(now, ' / ')];
  const names = [...new Set([...old.keys(), ...fresh.keys()])];
  const pairs = names.map((figure) => ({ figure, before: old.get(figure), now: fresh.get(figure) }));
  return { compared: names.length, found: pairs.filter((pair) => !Object.is(pair.before, pair.now)) };
}
