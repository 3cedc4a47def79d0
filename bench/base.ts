// The base model: bits per character on text it has never seen, lines at the recorded cursors, adaptation, int4 against fp32, latency.
// Rules: nothing is fitted on what is measured. No file that a recording names is learned from, counted, or fitted on.

import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parameterCount } from '../src/arch/parameters.ts';
import { physicalCores } from '../src/common/threads.ts';
import { loadModel } from '../src/package/folder.ts';
import { adapted } from './base/adapted.ts';
import { agreement } from './base/agreement.ts';
import { bits } from './base/bits.ts';
import { latency } from './base/latency.ts';
import { lines } from './base/lines.ts';
import { prompts } from './base/prompts.ts';
import { shows } from './base/shows.ts';
import type { BaseContext, Show } from './base/types.ts';
import { readTokenizer } from './ngram.ts';
import { printFigures, Table } from './print.ts';
import { recordingsFolder } from './recordings.ts';
import type { BenchOptions, Figures } from './types.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

interface Section {
  readonly name: string;
  /** Printed above its rows: what is measured, and what each row may see. */
  readonly what: string;
  /** Runs only where --only names it. */
  readonly onDemand?: true;
  readonly run: (context: BaseContext, show: Show) => Promise<void>;
}

const sections: readonly Section[] = [
  {
    name: 'bits',
    what: `bits per character (code points) of whole files that the base never saw; fp32, overlapping windows
  held-out: packages kept out of the corpus. recorded: those of the recordings, likewise kept out.
  The model sees one file at a time and its name. xz -9 and PPMd see all files as one stream, and nothing before it.`,
    run: bits,
  },
  {
    name: 'lines',
    what: `the rest of the line at the recorded cursors; weights as the product serves them
  n-gram indexes, and snippets come from, the package's files that no recording names; 'fitted' learned its weights on a fifth
  of those, not in its index while it learned; 'shipped' learned nothing of the package. The base has seen no file of it.
  p@10: precision at 10 % coverage by the specialist's own estimate; low@10: by the lowest token probability;
  rescued: share of all places where it is right and the recorded large model wrong. Every cursor is cold: it waits for the whole prompt.`,
    run: lines,
  },
  {
    name: 'adapted',
    what: `the product's own adaptation run on each package, without the files that recordings name; then its lines there, weights as the product serves them
  loss: nats a token on recorded files (about 60,000 characters), fp32; own-: what the run saw on files it held out itself: its
  transformer's loss, and of the mixture at places in its test files exact match and loss.
  used: what the run left in use, which the last rows measure. base + n-gram: mixture fitted on files of the package, as in 'lines'.`,
    run: adapted,
  },
  {
    name: 'agreement',
    what: 'the same greedy line as fp32, base with suffix, at recorded cursors; and the loss on recorded files',
    run: agreement,
  },
  {
    name: 'latency',
    what: 'waiting on this machine, ms, through the engine process; weights and threads as in the product',
    run: latency,
  },
  {
    name: 'prompts',
    what: `what the prompt is worth: loss on the true rest of the line at the recorded cursors and on its end, nats a token; int8
  mixed: the gate between both models is fitted on half of the files and measured on the other half. On demand only.`,
    onDemand: true,
    run: prompts,
  },
  {
    name: 'shows',
    what: `a typist at work, in real time: keys 170 ms apart with pauses, jumps between places of the recorded files, closing brackets as editors
  make them, VS Code's own 50 ms before it asks. with-neural: the share of what came on the screen that the neural model had its say in.
  p50, p95: from the key to the text. replaced: another text in place of one that could be seen (never). On demand only.`,
    onDemand: true,
    run: shows,
  },
];

const labels: Readonly<Record<string, string>> = {
  'exact-match': 'exact',
  'edit-similarity': 'similar',
  'right-where-large-model-is-wrong': 'rescued',
  'latency-p50-ms': 'p50-ms',
  'latency-p95-ms': 'p95-ms',
  ...Object.fromEntries(
    [10, 20, 30, 50].flatMap((share) => [
      [`precision/at-${share}`, `p@${share}`],
      [`precision-by-lowest-token/at-${share}`, `low@${share}`],
    ]),
  ),
};

export async function baseBench({ recordings, model, places, minutes, only }: BenchOptions): Promise<Figures> {
  const folder = model?.[0] ?? join(root, 'models/small');
  // A base with words of its own has them beside it.
  const own = join(folder, 'tokenizer.json');
  const tokenizerPath = existsSync(own) ? own : join(root, 'models/small/tokenizer.json');
  const context: BaseContext = {
    model: folder,
    tokenizerPath,
    tokenizer: readTokenizer(tokenizerPath),
    recordings: recordings ?? recordingsFolder,
    places,
    minutes,
  };
  if (!existsSync(join(context.model, 'model.safetensors'))) {
    throw new Error(`There is no model.safetensors in ${context.model}: name the folder of a base with --model.`);
  }
  const wanted = only?.split(',') ?? sections.filter(({ onDemand }) => !onDemand).map(({ name }) => name);
  const unknown = wanted.find((name) => !sections.some((section) => section.name === name));
  if (unknown !== undefined) {
    throw new Error(`There is no section '${unknown}'. There are: ${sections.map(({ name }) => name).join(', ')}.`);
  }
  const { config } = loadModel(context.model);
  const machine = { cores: physicalCores(), processor: cpus()[0]?.model.trim() ?? '' };
  const figures: Record<string, Figures> = {
    base: { parameters: parameterCount(config), 'context-tokens': config.contextLength, ...machine },
  };
  printFigures('base', figures.base as Figures);
  for (const { name, what, run } of sections) {
    if (!wanted.includes(name)) continue;
    const rows: Record<string, Figures> = {};
    const table = new Table(labels);
    console.log(`\n${name}: ${what}`);
    const started = performance.now();
    await run(context, (title, values) => {
      rows[title] = values;
      table.row(title, values);
    });
    console.log(`  (${((performance.now() - started) / 1000).toFixed(0)} s)`);
    figures[name] = rows;
  }
  return figures;
}
