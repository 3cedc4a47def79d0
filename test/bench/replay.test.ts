// The replay of commits: hunks read from a diff, offers judged against the rest, and hunks that repeat earlier ones.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shippedTokenizer } from '../../bench/common/shipped.ts';
import { type Commit, hunksOf } from '../../bench/replay/commits.ts';
import { byRules, figuresOf, replay, sameAgain } from '../../bench/replay/next.ts';
import { orderOf, ReplayedCommit, repeatingHunks } from '../../bench/replay/replay.ts';
import { typeCommit, typedFigures } from '../../bench/replay/typed.ts';

const FILE = 'src/a.ts';
const TEXT = ['const one = old(1);', '', 'const two = old(2);', '', 'const three = old(3);', '', 'end();', ''].join(
  '\n',
);

const commit: Commit = {
  ...{ repository: 'test', id: 'abcdef0123', subject: 'Rename old' },
  tree: new Map([[FILE, TEXT]]),
  hunks: [
    { path: FILE, start: 0, removed: ['const one = old(1);'], inserted: ['const one = fresh(1);'] },
    { path: FILE, start: 2, removed: ['const two = old(2);'], inserted: ['const two = fresh(2);'] },
    { path: FILE, start: 4, removed: ['const three = old(3);'], inserted: ['const three = fresh(3);', 'log(three);'] },
    { path: FILE, start: 6, removed: [], inserted: ['begin();'] },
  ],
};

test('reads hunks of a diff without context, insertions before the line that they precede', () => {
  const diff = [
    'diff --git a/src/a.ts b/src/a.ts',
    '--- a/src/a.ts',
    '+++ b/src/a.ts',
    '@@ -3 +3,2 @@ head',
    '-old',
    '+new',
    '+more',
    '@@ -7,0 +9 @@',
    '+added',
    '',
  ].join('\n');
  assert.deepEqual(hunksOf(diff), [
    { path: FILE, start: 2, removed: ['old'], inserted: ['new', 'more'] },
    { path: FILE, start: 7, removed: [], inserted: ['added'] },
  ]);
});

test('applies hunks in any order to the same text', () => {
  const texts = (['top-down', 'shuffled'] as const).map((order) => {
    const state = new ReplayedCommit(commit);
    for (const index of orderOf(commit, order)) state.apply(index);
    return state.textOf(FILE);
  });
  assert.equal(texts[0], texts[1]);
  assert.ok(texts[0]?.includes('const three = fresh(3);\nlog(three);\n\nbegin();\nend();'));
});

test('judges an offer by what it leaves of the remaining hunks', () => {
  const state = new ReplayedCommit(commit);
  state.apply(0);
  const text = state.textOf(FILE);
  const offer = (word: string, line: string, replacement: string) => {
    const start = text.indexOf(word, text.indexOf(line));
    return state.judge({ path: FILE, start, end: start + word.length, replacement });
  };
  assert.deepEqual(offer('old', 'const two', 'fresh'), { kind: 'exact', hunk: 1 });
  assert.deepEqual(offer('old', 'const three', 'fresh'), { kind: 'part', hunk: 2 });
  assert.deepEqual(offer('old', 'const three', 'other'), { kind: 'place', hunk: 2 });
  assert.deepEqual(offer('fresh', 'const one', 'old'), { kind: 'wrong', hunk: undefined });
});

test('counts hunks of which every change repeats an earlier one', () => {
  assert.deepEqual([...repeatingHunks(commit, [0, 1, 2, 3])], [1]);
  assert.deepEqual([...repeatingHunks(commit, [2, 1, 0, 3])], [1, 0]);
});

test('the rules and the last edit again find the third of three equal hunks', async () => {
  const names = ['one', 'two', 'three'];
  const equal: Commit = {
    ...commit,
    tree: new Map([[FILE, names.map((name) => `const ${name} = old(${name});\n\n`).join('')]]),
    hunks: names.map((name, i) => ({
      ...{ path: FILE, start: 2 * i },
      removed: [`const ${name} = old(${name});`],
      inserted: [`const ${name} = fresh(${name});`],
    })),
  };
  for (const ask of [byRules, sameAgain]) {
    const { steps, repeating } = await replay(equal, 'top-down', ask);
    assert.equal(repeating, 2);
    assert.deepEqual(steps.at(-1)?.verdicts, [{ kind: 'exact', hunk: 2 }]);
  }
});

test('types the hunks with and without the history of the earlier ones', async () => {
  const line = 'const result = await repository.collectEverything(options, signal);';
  const path = (name: string) => `src/${name}.ts`;
  const names = ['one', 'two', 'three'];
  const same: Commit = {
    ...commit,
    tree: new Map(names.map((name) => [path(name), `start(${name});\nprepare(everything, now);\nend();\n`])),
    hunks: names.map((name) => ({ path: path(name), start: 2, removed: [], inserted: [line] })),
  };
  const typed = await typeCommit(same, shippedTokenizer(), undefined, ['no history', 'earlier edits']);
  assert.deepEqual(
    typed.map(({ history, kind }) => [history, kind]),
    [0, 1].flatMap(() => [
      ['no history', 'inserting'],
      ['earlier edits', 'inserting'],
    ]),
  );
  const characters = typed.map((hunk) => typedFigures([hunk]).characters);
  assert.deepEqual(characters, Array(4).fill(line.length));
  const [without = Number.NaN, knowing = Number.NaN] = typed.slice(2).map(({ keys }) => keys);
  assert.ok(knowing <= without, `${knowing} keys instead of ${without}`);
});

test('shares of precision, place and recall are of the first offers', () => {
  const step = (kinds: readonly ('exact' | 'part' | 'place' | 'wrong')[]) => ({
    ...{ commit, order: 'top-down' as const, language: 'typescript', ms: 1 },
    verdicts: kinds.map((kind) => ({ kind, hunk: 0 })),
  });
  const steps = [step(['exact', 'wrong']), step(['part']), step(['place']), step(['wrong']), step([])];
  const figures = figuresOf([{ steps, repeating: 4, recalled: 1, hunks: 6 }]);
  assert.equal(figures.precision, 0.5);
  assert.equal(figures['location-right-share'], 0.75);
  assert.equal(figures['precision-of-all'], 0.4);
  assert.equal(figures['recall-of-repeating'], 0.25);
  assert.equal(figures['steps-with-offer-share'], 0.8);
});
