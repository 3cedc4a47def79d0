// Real commits, hunk by hunk: which next edits are offered, and how often they are the author's.

import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { root } from '../../build/paths.ts';
import { quantile } from '../../src/common/quality.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import { nextEdits } from '../../src/workspace/edits/next-edits.ts';
import { shippedTokenizer } from '../common/shipped.ts';
import type { Benchmark, BenchOptions, Figures, Keep } from '../figures.ts';
import { kebab, put, Table } from '../print.ts';
import { type Commit, commitsOf, withRepositories } from './commits.ts';
import { byRules, figuresOf, inputsOf, type Replayed, replay, sameAgain } from './next.ts';
import type { Order } from './replay.ts';

const ASKED = [
  { name: 'product', ask: byRules },
  { name: 'same again', ask: sameAgain },
] as const;
const ORDERS: readonly Order[] = ['top-down', 'shuffled'];
/** Repositories on which score-weights.ts was fitted: their figures prove nothing. */
const FITTED_ON = ['hono'];
/** Tokens of the folder in which the time is measured. */
const TOKENS = 1_000_000;

export const replayed: Benchmark = {
  name: 'replay',
  what: "commits of 2026 applied hunk by hunk: next edits offered, right ones, time; beside 'the last edit again'",
  takes: ['repositories', 'only'],
  run,
};

async function run({ repositories, only }: BenchOptions, keep: Keep): Promise<Figures> {
  const figures: Record<string, Figures> = {};
  const table = new Table({
    'exact-share': 'exact',
    'location-right-share': 'location',
    'precision-of-all': 'of all',
    'repeating-hunks': 'repeating',
    'recall-of-repeating': 'recall',
    'steps-with-offer-share': 'steps',
  });
  const show = (names: readonly string[], row: Figures) => {
    table.row(names.join(': '), row);
    put(figures, names, row);
  };
  await withRepositories(repositories ?? join(root, 'bench/data/commits'), only?.split(','), async (paths) => {
    const all = new Map<string, Replayed[]>();
    const add = (key: string, one: Replayed) => all.set(key, [...(all.get(key) ?? []), one]);
    let largest: Commit | undefined;
    for (const path of paths) {
      const own = new Map<string, Replayed[]>();
      let repository = '';
      for (const commit of commitsOf(path)) {
        repository = commit.repository;
        if (commit.tree.size > (largest?.tree.size ?? 0)) largest = commit;
        for (const order of ORDERS)
          for (const { name, ask } of ASKED) {
            const one = await replay(commit, order, ask);
            const key = `${name}\n${order}`;
            own.set(key, [...(own.get(key) ?? []), one]);
            if (!FITTED_ON.includes(commit.repository)) add(key, one);
          }
      }
      for (const [key, list] of own) show([repository, ...key.split('\n')], figuresOf(list));
      keep(kebab(figures));
    }
    for (const [key, list] of all) show(['not fitted on', ...key.split('\n')], figuresOf(list));
    if (largest) show(['a million tokens'], await timed(largest));
  });
  return kebab(figures);
}

/** The time of one question in a folder of a million tokens: copies of a repository's files. */
async function timed(commit: Commit): Promise<Figures> {
  const tokenizer = shippedTokenizer();
  const files = [...commit.tree].map(([path, text]) => ({ path, text }));
  const tokens = files.reduce((sum, { text }) => sum + tokenizer.encode(text).length, 0);
  const copies = Array.from({ length: Math.ceil(TOKENS / tokens) }, (_, copy) =>
    files.map(({ path, text }) => ({ path: copy === 0 ? path : `copy-${copy}/${path}`, text })),
  ).flat();
  const model = NgramModel.build(copies, tokenizer);
  const times: number[] = [];
  for (const order of ORDERS)
    for (const input of await inputsOf(commit, order)) {
      for (const { path, text } of input.documents) model.setOpenFile(path, text);
      const began = performance.now();
      await nextEdits({ ...input, filesWith: (word) => model.filesWith(word) });
      times.push(performance.now() - began);
    }
  return {
    tokens: model.tokenCount,
    questions: times.length,
    'p50-ms': quantile(times, 0.5),
    'p95-ms': quantile(times, 0.95),
  };
}
