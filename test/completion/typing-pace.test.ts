// Measures how often the user stops typing, and at how many of these stops a call would be worth its price.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TypingPace } from '../../src/completion/typing-pace.ts';
import { query } from './harness.ts';

/** Types this many keys, one per second. */
function typing(keys: number): TypingPace {
  const pace = new TypingPace();
  for (let i = 0; i <= keys; i++) pace.recordKeystroke(query('x'.repeat(i + 1), '\n'), 1000 * i, 360);
  return pace;
}

test('calls per hour depend on the judgements of the stops, and stops per hour do not', () => {
  const pace = typing(150);
  assert.equal(pace.stopsAnHour, 3600);
  assert.equal(pace.callsAnHour, undefined, 'nothing was judged');
  for (let i = 0; i < 10; i++) pace.recordDecision(i < 3);
  assert.equal(pace.callsAnHour, 1080);
  for (let i = 0; i < 30; i++) pace.recordDecision(true);
  assert.equal(pace.stopsAnHour, 3600);
});

test('both figures are undefined until enough keys were typed', () => {
  const pace = typing(100);
  pace.recordDecision(true);
  assert.deepEqual([pace.stopsAnHour, pace.callsAnHour], [undefined, undefined]);
});

test("the time that is waited for an acceptance does not count the user's absences", () => {
  const pace = new TypingPace();
  for (let i = 0; i < 5; i++) pace.recordAcceptance(400);
  pace.recordAcceptance(60_000);
  pace.recordAcceptance(60_000);
  assert.equal(pace.acceptanceMs, 400);
});
