// npm run bench -- NAME [--json FILE] [--recordings FOLDER]: the benchmarks, one row and one file each.

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { couplingBench } from './coupling.ts';
import { engineBench } from './engine.ts';
import { ngramBench } from './ngram.ts';

export interface BenchOptions {
  /** Folder of recorded completions, in the format of shared/bench; undefined: the default one. */
  readonly recordings: string | undefined;
}

/** Numbers and texts by kebab-case key, nested. */
export type Figures = { readonly [key: string]: number | string | Figures };

interface Bench {
  readonly name: string;
  readonly what: string;
  readonly run: (options: BenchOptions) => Promise<Figures>;
}

const benches: readonly Bench[] = [
  {
    name: 'engine',
    what: 'the neural engine: training, decoding, waiting, memory; PyTorch beside it',
    run: engineBench,
  },
  { name: 'ngram', what: 'the instant specialist on recorded cursors, and on a million tokens', run: ngramBench },
  { name: 'coupling', what: 'who answers at the recorded cursors: deferral curves, calibration', run: couplingBench },
];

const usage = 'usage: npm run bench -- NAME [--json FILE] [--recordings FOLDER]';

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'string' }, recordings: { type: 'string' }, help: { type: 'boolean' } },
  });
  const name = positionals[0];
  if (name === undefined || values.help) {
    console.log([usage, '', ...benches.map((row) => `  ${row.name.padEnd(10)} ${row.what}`)].join('\n'));
    return 0;
  }
  const bench = benches.find((row) => row.name === name);
  if (bench === undefined || positionals.length > 1) {
    const names = benches.map((row) => row.name).join(', ');
    console.error(`${usage}\nThere is no benchmark '${positionals.slice(0, 2).join(' ')}'. There are: ${names}.`);
    return 2;
  }
  const figures = await bench.run({ recordings: values.recordings });
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(figures, undefined, 2)}\n`);
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
