// The pair of specialist and API on the recorded cursors: what the coupling saves and costs. Fitted on half of the recorded files, reported on the other.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listBases } from '../base/bases.ts';
import type { Base } from '../base/types.ts';
import { withEngines } from '../common/engines.ts';
import { readRecordings } from '../common/recordings.ts';
import type { Benchmark, BenchOptions, Figures, Keep } from '../figures.ts';
import { kebab, Table } from '../print.ts';
import { ALLOWED, type Judged, judged } from './judged.ts';
import { draftPackage, type Package } from './positions.ts';
import { replayed } from './replay.ts';
import { adaptedTo, untrained } from './specialists.ts';
import { API_MS, aboveRow, calibrationRow, latencyRow, savedRow, type Worth } from './tables.ts';

export const adapt: Benchmark = {
  name: 'adapt',
  what: 'specialist and API together on recorded answers: calls saved, waiting, calibration; with --minutes the specialist is adapted first',
  takes: ['recordings', 'bases', 'minutes'],
  run,
};

const worths: readonly Worth[] = ['lines', 'characters'];

async function run({ recordings: folder, bases: names, minutes }: BenchOptions, keep: Keep): Promise<Figures> {
  const recordings = await replayed(readRecordings(folder, ['public', 'renamed']));
  const figures: Record<string, Figures> = {};
  const scratch = mkdtempSync(join(tmpdir(), 'easy-adaptation-bench-'));
  try {
    for (const base of listBases([], names?.split(','))) {
      const packages = await withEngines(async (engines) => {
        const all: Package[] = [];
        for (const each of recordings) {
          const made =
            minutes === undefined
              ? untrained(base, each.recording)
              : await adaptedTo(base, each.recording, minutes, scratch);
          all.push(await draftPackage(engines, base, each, made, scratch));
        }
        return all;
      });
      figures[base.name] = tablesOf(base, packages, minutes);
      keep(pairOf(figures));
    }
    return pairOf(figures);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The largest base serves where a machine is quick enough; the others are beside it. */
function pairOf(figures: Record<string, Figures>): Figures {
  const largest = Object.values(figures).at(-1) as { readonly overall: Figures } | undefined;
  return largest ? { ...largest.overall, bases: figures } : {};
}

const NOT_MEASURED = 'not measured';

export function tablesOf({ name }: Base, packages: readonly Package[], minutes: number | undefined): Figures {
  console.log(`\n${name}, ${minutes === undefined ? 'as shipped' : `adapted for ${minutes} min`}, with n-grams`);
  const positions = new Map(packages.map((one) => [one, judged(one)]));
  const of = (kind: Package['kind']) => packages.filter((one) => one.kind === kind);
  const both = [...of('public'), ...of('renamed')];
  const figures: Record<string, Figures> = {};
  const table = (title: string, rows: readonly (readonly [string, Figures | undefined])[]) => {
    const printed = new Table();
    console.log(`\n${title}`);
    for (const [row, values] of rows) printed.row(row, values ?? { places: NOT_MEASURED });
    figures[title] = Object.fromEntries(rows.map(([row, values]) => [row, values ?? NOT_MEASURED]));
  };
  const judgedIn = (ones: readonly Package[]) => ones.flatMap((one) => positions.get(one) as Judged[]);
  const rowsOf = (ones: readonly Package[], row: (of: readonly Judged[]) => Figures) =>
    ones.map((one) => [one.name, row(judgedIn([one]))] as const);
  const measured = (kind: Package['kind'], row: (of: readonly Judged[]) => Figures) =>
    of(kind).length === 0 ? undefined : row(judgedIn(of(kind)));

  for (const worth of worths) {
    const saved = rowsOf(of('public'), (each) => savedRow(each, worth));
    table(`calls saved, ${worth}, at most ${ALLOWED} under the API`, [
      ...saved,
      ['mean of the published', meanOf(saved.map(([, row]) => row))],
      ['renamed', measured('renamed', (each) => savedRow(each, worth))],
    ]);
    table(
      `waiting at the balanced setting, ${worth}; the API ${API_MS.first} ms to the first byte, ${API_MS.whole} to the end`,
      [
        ...rowsOf(of('public'), (each) => latencyRow(each, worth)),
        ['published', measured('public', (each) => latencyRow(each, worth))],
        ['renamed', measured('renamed', (each) => latencyRow(each, worth))],
      ],
    );
    table(`the likelier one answers, ${worth}`, [
      ['published', measured('public', (each) => aboveRow(each, worth))],
      ['renamed', measured('renamed', (each) => aboveRow(each, worth))],
    ]);
  }
  table('calibration', [...rowsOf(both, calibrationRow), ['published', measured('public', calibrationRow)]]);
  const trained = packages.flatMap(({ trainingBytes }) => (trainingBytes === undefined ? [] : [trainingBytes]));
  if (trained.length > 0)
    table('memory of training, GB of the process on the CPU', [[name, { gb: Math.max(...trained) / 1e9 }]]);
  const [first] = Object.values(figures) as [Figures];
  const row = (of('public').length > 0 ? first['mean of the published'] : first.renamed) as Figures;
  const overall: Figures = {
    'coupled-exact-match': row['coupled-exact-match'] as number,
    'api-exact-match': row['api-exact-match'] as number,
    'calls-saved': (row['calls-saved'] as Figures).value as number,
  };
  return { overall, ...kebab(figures) };
}

/** Of rows with the same keys, number by number; undefined without rows. */
function meanOf(rows: readonly Figures[]): Figures | undefined {
  const [first] = rows;
  if (first === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(first)
      .filter(([key]) => !['low', 'high', 'places'].includes(key))
      .map(([key, value]) => {
        const own = rows.map((row) => row[key]);
        if (typeof value === 'object') return [key, meanOf(own as Figures[]) as Figures];
        return [key, (own as number[]).reduce((sum, each) => sum + each, 0) / rows.length];
      }),
  );
}
