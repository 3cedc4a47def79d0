// The typist of the benchmark: what it types is what stood there, as an editor takes it, the same for the same seed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visitsTo } from '../../bench/common/typist.ts';

const text = Array.from({ length: 60 }, (_, i) => `const value${i} = read(${i}, [one, "two"], 'three');`).join('\n');
const visits = visitsTo([{ path: 'src/a.ts', text }], 20, 1);

test('at the end of a visit the file is whole again', () => {
  assert.equal(visits.length, 20);
  for (const { prefix, suffix, keys } of visits) {
    assert.notEqual(prefix + suffix, text);
    const last = keys.at(-1);
    assert.equal(`${last?.prefix}${last?.suffix}`, text);
  }
});

test('every key goes on by one character, or a line end with its indent, and closing brackets come by themselves', () => {
  let closed = 0;
  for (const { prefix, suffix, keys } of visits) {
    let before = prefix;
    for (const key of keys) {
      const typed = key.prefix.slice(before.length);
      assert.ok(key.prefix.startsWith(before) && (typed.length === 1 || /^\n\s*$/.test(typed)), JSON.stringify(typed));
      assert.ok(key.suffix.endsWith(suffix));
      closed += Number(key.suffix.length > suffix.length);
      assert.ok(key.afterMs >= 90 && key.afterMs <= 3000);
      before = key.prefix;
    }
  }
  assert.ok(closed > 100);
});

test('the same seed types the same, another one elsewhere', () => {
  assert.deepEqual(visitsTo([{ path: 'src/a.ts', text }], 20, 1), visits);
  assert.notDeepEqual(visitsTo([{ path: 'src/a.ts', text }], 20, 2), visits);
});
