// How the user types: stops are his own whatever was worth a call at them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TypingPace } from '../../src/completion/typing-pace.ts';
import { query } from './harness.ts';

/** So many keys, a second apart. */
function typing(keys: number): TypingPace {
  const pace = new TypingPace();
  for (let i = 0; i <= keys; i++) pace.key(query('x'.repeat(i + 1), '\n'), 1000 * i, 360);
  return pace;
}

test('stops an hour are told apart from the calls that were worth it: those hang on a slider that may be moved', () => {
  const pace = typing(150);
  assert.equal(pace.stopsAnHour, 3600);
  assert.equal(pace.callsAnHour, undefined, 'nothing was judged');
  for (let i = 0; i < 10; i++) pace.judge(i < 3);
  assert.equal(pace.callsAnHour, 1080);
  for (let i = 0; i < 30; i++) pace.judge(true);
  assert.equal(pace.stopsAnHour, 3600);
});

test('nothing is said while little was typed', () => {
  const pace = typing(100);
  pace.judge(true);
  assert.deepEqual([pace.stopsAnHour, pace.callsAnHour], [undefined, undefined]);
});
