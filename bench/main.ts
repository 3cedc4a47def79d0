// npm run bench -- NAME [--json FILE] [options of the benchmark]: the benchmarks, one row and one file each.

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { baseBench } from './base/main.ts';
import { couplingBench } from './coupling/main.ts';
import { engineBench } from './engine/main.ts';
import type { BenchOptions, Figures } from './figures.ts';
import { learningBench } from './learning/main.ts';
import { ngramBench } from './ngram/main.ts';
import { safetyBench } from './safety/main.ts';

interface Bench {
  readonly name: string;
  readonly what: string;
  /** Options that it takes, beside --json. */
  readonly takes: readonly (keyof BenchOptions)[];
  readonly run: (options: BenchOptions) => Promise<Figures>;
}

const benches: readonly Bench[] = [
  {
    name: 'engine',
    what: 'the neural engine: training, decoding, waiting, memory; PyTorch beside it',
    takes: [],
    run: engineBench,
  },
  {
    name: 'ngram',
    what: 'the instant specialist on recorded cursors, and on a million tokens',
    takes: ['recordings'],
    run: ngramBench,
  },
  {
    name: 'coupling',
    what: 'who answers at the recorded cursors: deferral curves, calibration',
    takes: ['recordings'],
    run: couplingBench,
  },
  {
    name: 'base',
    what: 'the bases side by side: bits per character, lines at the recorded cursors, adapted, latency, size',
    takes: ['recordings', 'model', 'bases', 'only', 'places', 'characters', 'minutes'],
    run: baseBench,
  },
  {
    name: 'learning',
    what: 'what an adaptation learns first where time does not last for all; --only names packages',
    takes: ['recordings', 'model', 'only'],
    run: learningBench,
  },
  {
    name: 'safety',
    what: 'the campaign against the extension: what was tried, what held',
    takes: ['only'],
    run: safetyBench,
  },
];

const optionHelp: Readonly<Record<keyof BenchOptions, string>> = {
  recordings: '--recordings FOLDER',
  model: '--model FOLDER ...',
  bases: '--bases NAME,...',
  only: '--only SECTION,...',
  places: '--places COUNT',
  characters: '--characters COUNT',
  minutes: '--minutes COUNT',
};

const usage = 'usage: npm run bench -- NAME [--json FILE] [OPTIONS]';

function help(): string {
  const rows = benches.map(({ name, what, takes }) => {
    const options = takes.map((option) => `[${optionHelp[option]}]`).join(' ');
    return `  ${name.padEnd(10)} ${what}${options === '' ? '' : `\n${' '.repeat(13)}${options}`}`;
  });
  return [usage, '', ...rows].join('\n');
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

/** Or not given. */
function isCount(text: string | undefined): boolean {
  const number = numberOf(text);
  return number === undefined || (Number.isInteger(number) && number > 0);
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'string' },
      help: { type: 'boolean' },
      recordings: { type: 'string' },
      model: { type: 'string', multiple: true },
      bases: { type: 'string' },
      only: { type: 'string' },
      places: { type: 'string' },
      characters: { type: 'string' },
      minutes: { type: 'string' },
    },
  });
  const { json, help: wantsHelp, ...given } = values;
  const name = positionals[0];
  if (name === undefined || wantsHelp) {
    console.log(help());
    return 0;
  }
  const bench = benches.find((row) => row.name === name);
  if (bench === undefined || positionals.length > 1) {
    const names = benches.map((row) => row.name).join(', ');
    console.error(`${usage}\nThere is no benchmark '${positionals.slice(0, 2).join(' ')}'. There are: ${names}.`);
    return 2;
  }
  const foreign = (Object.keys(given) as (keyof BenchOptions)[]).find((option) => !bench.takes.includes(option));
  if (foreign !== undefined) {
    console.error(`${usage}\nThe benchmark '${name}' does not take --${foreign}.`);
    return 2;
  }
  const counts = (['places', 'characters'] as const).find((option) => !isCount(given[option]));
  if (counts !== undefined) {
    console.error(`${usage}\n--${counts} is a whole number from 1.`);
    return 2;
  }
  const minutes = numberOf(given.minutes);
  if (minutes !== undefined && !(minutes > 0)) {
    console.error(`${usage}\n--minutes is a number above 0.`);
    return 2;
  }
  const { recordings, model, bases, only } = given;
  const [places, characters] = [given.places, given.characters].map(numberOf);
  const figures = await bench.run({ recordings, model, bases, only, places, characters, minutes });
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(figures, undefined, 2)}\n`);
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
