// Real commits, hunk by hunk: which next edits are offered, and how often they are the author's.

import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { root } from '../../build/paths.ts';
import { quantile } from '../../src/common/quality.ts';
import { nextEdits } from '../../src/edits/rules/repeated.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import type { Tokenizer } from '../../src/text/tokenizer/bpe.ts';
import { listBases } from '../base/bases.ts';
import type { Base } from '../base/types.ts';
import { shippedTokenizer } from '../common/shipped.ts';
import { meaning } from '../edits/meaning.ts';
import type { Benchmark, BenchOptions, Figures, Keep } from '../figures.ts';
import { kebab, put, Table } from '../print.ts';
import { OBJECTIVE_LABELS } from '../typing/objective.ts';
import { type AgainLine, againFigures, typeAgain } from './again.ts';
import { type Commit, commitsOf, withRepositories } from './commits.ts';
import { CALL_PAUSES, callFigures, type TypedCommit, typeForCalls } from './edit-calls.ts';
import { byRules, figuresOf, inputsOf, type Replayed, replay, sameAgain } from './next.ts';
import type { Order } from './replay.ts';
import { HISTORIES, rememberingTokenizer, type TypedHunk, typeCommit, typedCommits, typedFigures } from './typed.ts';

const ASKED = [
  { name: 'product', ask: byRules },
  { name: 'same again', ask: sameAgain },
] as const;
const COMMITTED = join(root, 'bench/data/commits');
const ORDERS: readonly Order[] = ['top-down', 'shuffled'];
/** Repositories on which choice.json was fitted: their figures prove nothing. */
const FITTED_ON = ['hono', 'fastify', 'vue', 'echo', 'axum', 'python-sdk', 'ruff-vscode'];
/** Tokens of the folder in which the time is measured. */
const TOKENS = 1_000_000;
/** Questions that are timed, and the most of one commit and order. */
const QUESTIONS = 120;
const OF_ONE = 3;
/** What `--only` calls the typed hunks, and their repositories behind a colon. */
const TYPED = /^typed(?::(.*))?$/;
/** What `--only` calls the lines that come again. */
const AGAIN = /^again(?::(.*))?$/;
/** What `--only` calls the edits that a large model draws from the last ones. */
const MEANING = /^meaning(?::(.*))?$/;
/** What `--only` calls the calls for edits while hunks are typed. */
const CALLS = /^edit-calls(?::(.*))?$/;
/** Commits of each repository whose hunks are typed. */
const COMMITS = 20;
/** No base answers. */
const NGRAMS_ALONE = 'none';

export const replayed: Benchmark = {
  name: 'replay',
  what: "commits of 2026 applied hunk by hunk: next edits offered, right ones, time; '--only typed': hunks typed with and without edit history; '--only meaning': edits by a large model; '--only edit-calls': after which pause to ask for one",
  takes: ['repositories', 'only', 'bases', 'places', 'into'],
  run,
};

function run(options: BenchOptions, keep: Keep): Promise<Figures> {
  const meant = MEANING.exec(options.only ?? '');
  if (meant) return meaning(options, meant[1]?.split(','));
  if (AGAIN.test(options.only ?? '')) return again(options, keep);
  if (CALLS.test(options.only ?? '')) return calls(options, keep);
  return TYPED.test(options.only ?? '') ? typed(options, keep) : offered(options, keep);
}

/**
 * Types some commits of each repository.
 * @param pattern of `--only`
 * @param found is given what was found in each repository
 */
async function overCommits<T>(
  { repositories, only = '', bases = NGRAMS_ALONE, places = COMMITS }: BenchOptions,
  pattern: RegExp,
  what: string,
  type: (commit: Commit, tokenizer: Tokenizer, base: Base | undefined) => Promise<readonly T[]>,
  found: (repository: string, own: readonly T[]) => void,
): Promise<void> {
  const names = pattern.exec(only)?.[1]?.split(',');
  const base = bases === NGRAMS_ALONE ? undefined : listBases([], [bases])[0];
  const tokenizer = rememberingTokenizer(base?.tokenizer ?? shippedTokenizer());
  console.log(`${what}, base ${bases}, ${places} commits of each repository`);
  await withRepositories(repositories ?? COMMITTED, names, async (paths) => {
    for (const path of paths) {
      const own: T[] = [];
      const commits = typedCommits([...commitsOf(path)], places);
      for (const commit of commits) own.push(...(await type(commit, tokenizer, base)));
      found(commits[0]?.repository ?? path, own);
    }
  });
}

/** The hunks of some commits of each repository, typed with and without edit history. */
async function typed(options: BenchOptions, keep: Keep): Promise<Figures> {
  const figures: Record<string, Figures> = {};
  const table = new Table(OBJECTIVE_LABELS);
  const show = (name: string, hunks: readonly TypedHunk[]) => {
    for (const history of HISTORIES)
      for (const kind of ['all', 'replacing', 'inserting']) {
        const own = hunks.filter((hunk) => hunk.history === history && (kind === 'all' || hunk.kind === kind));
        const row = typedFigures(own);
        table.row([name, history, kind].join(': '), row);
        put(figures, [name, history, kind], row);
      }
  };
  const others: TypedHunk[] = [];
  await overCommits(options, TYPED, 'typed hunks', typeCommit, (name, own) => {
    show(name, own);
    if (!FITTED_ON.includes(name)) others.push(...own);
    keep(kebab({ typed: figures }));
  });
  show('not fitted on', others);
  return kebab({ typed: figures });
}

/** Lines that were inserted earlier in the same commit. */
async function again(options: BenchOptions, keep: Keep): Promise<Figures> {
  const figures: Record<string, Figures> = {};
  const table = new Table();
  const all: AgainLine[] = [];
  await overCommits(options, AGAIN, 'lines that come again', typeAgain, (name, own) => {
    all.push(...own);
    const row = againFigures(own);
    Object.assign(figures, { [name]: row, all: againFigures(all) });
    table.row(name, row);
    keep(kebab({ again: figures }));
  });
  table.row('all', figures.all ?? {});
  return kebab({ again: figures });
}

/** Calls for edits, by the pause before them. */
async function calls(options: BenchOptions, keep: Keep): Promise<Figures> {
  const all: TypedCommit[] = [];
  await overCommits(options, CALLS, 'calls for edits', typeForCalls, (_, own) => void all.push(...own));
  const table = new Table();
  const figures: Record<string, Figures> = {};
  for (const inBlank of [true, false])
    for (const pause of CALL_PAUSES) {
      const name = `${inBlank ? 'anywhere' : 'not in a blank line'}, after ${pause} ms`;
      figures[name] = callFigures(all, pause, inBlank);
      table.row(name, figures[name]);
    }
  keep(kebab(figures));
  return kebab({ 'edit-calls': figures });
}

async function offered({ repositories, only }: BenchOptions, keep: Keep): Promise<Figures> {
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
  await withRepositories(repositories ?? COMMITTED, only?.split(','), async (paths) => {
    const all = new Map<string, Replayed[]>();
    const add = (key: string, one: Replayed) => all.set(key, [...(all.get(key) ?? []), one]);
    let largest: readonly Commit[] = [];
    for (const path of paths) {
      const commits = [...commitsOf(path)];
      if ((commits.at(-1)?.tree.size ?? 0) > (largest.at(-1)?.tree.size ?? 0)) largest = commits;
      const own = new Map<string, Replayed[]>();
      let repository = '';
      for (const commit of commits) {
        repository = commit.repository;
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
    if (largest.length > 0) show(['a million tokens'], await timed(largest));
  });
  return kebab(figures);
}

/** The time of one question in a folder of a million tokens: copies of the files before the last commit. */
async function timed(commits: readonly Commit[]): Promise<Figures> {
  const tokenizer = shippedTokenizer();
  const files = [...(commits.at(-1) as Commit).tree].map(([path, text]) => ({ path, text }));
  const tokens = files.reduce((sum, { text }) => sum + tokenizer.encode(text).length, 0);
  const copies = Array.from({ length: Math.ceil(TOKENS / tokens) }, (_, copy) =>
    files.map(({ path, text }) => ({ path: copy === 0 ? path : `copy-${copy}/${path}`, text })),
  ).flat();
  const model = NgramModel.build(copies, tokenizer);
  const wall: number[] = [];
  const processor: number[] = [];
  for (const commit of commits.toReversed())
    for (const order of ORDERS) {
      const inputs = await inputsOf(commit, order);
      const step = Math.ceil(inputs.length / OF_ONE);
      for (const input of inputs.filter((_, i) => (inputs.length - 1 - i) % step === 0)) {
        if (wall.length === QUESTIONS) continue;
        for (const { path, text } of input.documents) model.setOpenFile(path, text);
        const [began, before] = [performance.now(), process.threadCpuUsage()];
        await nextEdits({ ...input, filesWith: (word) => model.filesWith(word) });
        wall.push(performance.now() - began);
        const { user, system } = process.threadCpuUsage(before);
        processor.push((user + system) / 1000);
      }
      for (const { path } of inputs.at(-1)?.documents ?? []) model.setOpenFile(path, undefined);
    }
  return {
    tokens: model.tokenCount,
    questions: wall.length,
    'p50-ms': quantile(wall, 0.5),
    'p95-ms': quantile(wall, 0.95),
    'processor-p50-ms': quantile(processor, 0.5),
    'processor-p95-ms': quantile(processor, 0.95),
  };
}
