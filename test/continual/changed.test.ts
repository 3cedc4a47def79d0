// Which files an adaptation that goes on learns, and what is replayed beside them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changedSince, halfAndHalf, tokensIn, toReplay } from '../../src/continual/changed.ts';
import type { HarvestedFile } from '../../src/harvest/types.ts';
import type { Sample } from '../../src/lessons/samples.ts';

function file(path: string, changedAt: number | undefined, length = 100): HarvestedFile {
  const rest = { languageId: 'typescript', kind: 'code', hash: path, split: 'train', secrets: 0 } as const;
  return { path, text: 'x'.repeat(length), ...rest, ...(changedAt !== undefined && { changedAt }) };
}
const samples = (count: number, tokens: number): Sample[] =>
  Array.from({ length: count }, (_, i) => ({ ids: new Int32Array(tokens).fill(i) }));
const paths = (files: readonly HarvestedFile[]) => files.map(({ path }) => path);

test('what changed later than that, the last first; of very much no more than can be learned', () => {
  const files = [file('a', 5), file('b', 20), file('c', 10), file('d', undefined), file('e', 30), file('f', 20)];
  assert.deepEqual(paths(changedSince(files, 10)), ['e', 'b', 'f']);
  assert.deepEqual(changedSince(files, 30), []);
  const large = [file('old', 1, 300_000), file('new', 3, 200_000), file('mid', 2, 150_000)];
  assert.deepEqual(paths(changedSince(large, 0)), ['new', 'mid']);
  assert.deepEqual(paths(changedSince([file('huge', 1, 1e6)], 0)), ['huge'], 'one at least');
});

test('what is replayed did not change, is from all over, and is the same each time', () => {
  const files = Array.from({ length: 100 }, (_, i) => file(`f${i}`, i));
  const changed = changedSince(files, 89);
  assert.equal(changed.length, 10);
  const replayed = toReplay(files, changed);
  assert.equal(replayed.length, 20);
  assert.ok(replayed.every((each) => !changed.includes(each)));
  assert.ok(
    replayed.some((each) => (each.changedAt as number) < 30) &&
      replayed.some((each) => (each.changedAt as number) > 60),
  );
  assert.deepEqual(toReplay(files, changed), replayed);
  assert.deepEqual(toReplay(changed, changed), []);
});

test('half of the tokens are of what changed, where the rest of the folder has as many', () => {
  const changed = samples(10, 50);
  const mixed = halfAndHalf(changed, samples(100, 40));
  assert.deepEqual(mixed.slice(0, 10), changed);
  const again = tokensIn(mixed) - tokensIn(changed);
  assert.ok(again <= 500 && again > 450, `${again}`);
  assert.deepEqual(halfAndHalf(changed, samples(100, 40)), mixed);
  assert.equal(tokensIn(halfAndHalf(changed, samples(3, 40))), 500 + 120, 'all of it where there is less');
  assert.deepEqual(halfAndHalf(changed, []), changed);
});
