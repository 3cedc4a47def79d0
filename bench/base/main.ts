// The bases side by side in one run: lines at the recorded cursors, as they ship and adapted. Rules: nothing is fitted on what is measured. No file that a recording names is learned from, counted, or fitted on.

import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopCodes } from '../../src/common/stop.ts';
import { physicalCores } from '../../src/common/threads.ts';
import { readRecordings } from '../common/recordings.ts';
import type { Benchmark, BenchOptions, Figures, Keep } from '../figures.ts';
import { kebab, printFigures, put, Table } from '../print.ts';
import { adapted } from './adapted.ts';
import { listBases } from './bases.ts';
import { lines } from './lines.ts';
import { preparer } from './prepare.ts';
import type { BaseContext, Show } from './types.ts';

interface Section {
  readonly name: string;
  /** Printed above its rows: what is measured, and what each row may see. */
  readonly what: string;
  readonly run: (context: BaseContext, show: Show) => Promise<void>;
}

const gains = `A AGAINST B: how much more of the public packages' places A has right, of the renamed one's, each with a 95 % interval (bootstrap over
  files); ratio: the second over the first; above-half: the second less half of the first.`;

const sections: readonly Section[] = [
  {
    name: 'lines',
    what: `the rest of the line at the recorded cursors; weights as the product serves them; first the public packages together, then each, then the renamed one
  n-gram indexes, and snippets come from, the package's files that no recording names; no weight was learned on the package, and no base of ours has seen a file of it.
  p@10: precision at 10 % coverage by the specialist's own estimate; low@10: by the lowest token probability;
  rescued: share of all places where it is right and the recorded large model wrong. Every cursor is cold: it waits for the whole prompt.
  ${gains}`,
    run: lines,
  },
  // Last: it takes longer than all the others.
  {
    name: 'adapted',
    what: `the product's own adaptation run on each package, without the files that recordings name; then its lines there, weights as the product serves them
  own-: what the run saw on files it held out itself: its transformer's loss, and of the mixture at places in its test files exact match and loss.
  used: what the run left in use, which the last rows measure. 'before': the base, with the mixture that ships.
  ${gains}`,
    run: adapted,
  },
];

const labels: Readonly<Record<string, string>> = {
  'exact-match': 'exact',
  'edit-similarity': 'similar',
  'right-where-large-model-is-wrong': 'rescued',
  'latency-p50-ms': 'p50-ms',
  'latency-p95-ms': 'p95-ms',
  'tokens-per-second': 'tokens/s',
  ...Object.fromEntries(
    [10, 20, 30, 50].flatMap((share) => [
      [`precision/at-${share}`, `p@${share}`],
      [`precision-by-lowest-token/at-${share}`, `low@${share}`],
    ]),
  ),
};

/** Goes with the process, however that ends but by SIGKILL: indexes and models take hundreds of megabytes. */
function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bench-base-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const [signal, code] of Object.entries(stopCodes)) process.once(signal, () => process.exit(code));
  return folder;
}

export const base: Benchmark = {
  name: 'base',
  what: 'the bases side by side: lines at the recorded cursors, adapted',
  takes: ['recordings', 'model', 'bases', 'only', 'places', 'minutes'],
  run,
};

async function run(options: BenchOptions, keep: Keep): Promise<Figures> {
  const wanted = options.only?.split(',') ?? sections.map(({ name }) => name);
  const unknown = wanted.find((name) => !sections.some((section) => section.name === name));
  if (unknown !== undefined) {
    throw new Error(`There is no section '${unknown}'. There are: ${sections.map(({ name }) => name).join(', ')}.`);
  }
  const bases = listBases(options.model ?? [], options.bases?.split(','));
  const scratch = scratchFolder();
  const recordings = readRecordings(options.recordings, ['public', 'renamed']);
  const context: BaseContext = {
    bases,
    minutes: options.minutes,
    scratch,
    prepared: preparer(recordings, options.places, scratch),
  };
  const about = {
    cores: physicalCores(),
    processor: cpus()[0]?.model.trim() ?? '',
    ...Object.fromEntries(
      bases.map(({ name, parameters, contextTokens, tokenizer }) => [
        name,
        { parameters, 'context-tokens': contextTokens, vocabulary: tokenizer.vocabularySize },
      ]),
    ),
  };
  printFigures('bases', about);
  const figures: Record<string, Figures> = { bases: about };
  for (const section of sections) {
    if (!wanted.includes(section.name)) continue;
    const keepRows = (rows: Figures) => keep(kebab({ ...figures, [section.name]: rows }));
    figures[section.name] = await runSection(section, context, keepRows);
  }
  return kebab(figures);
}

async function runSection({ name, what, run }: Section, context: BaseContext, keep: Keep): Promise<Figures> {
  const figures: Record<string, Figures> = {};
  const table = new Table(labels);
  console.log(`\n${name}: ${what}`);
  const started = performance.now();
  await run(context, (names, row) => {
    put(figures, names, row);
    table.row(names.join(': '), row);
    keep(figures);
  });
  console.log(`  (${((performance.now() - started) / 1000).toFixed(0)} s)`);
  return figures;
}
