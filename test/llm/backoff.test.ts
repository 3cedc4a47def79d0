// Pauses after failures.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { systemClock } from '../../src/common/clock.ts';
import type { ErrorCode, Failure } from '../../src/common/errors.ts';
import { Backoff, pauseAfter } from '../../src/llm/backoff.ts';
import { ManualClock } from '../fakes/clock.ts';

function failure(code: ErrorCode, retryAfterMs?: number): Failure {
  return retryAfterMs === undefined ? { code, message: code } : { code, message: code, retryAfterMs };
}

function fresh() {
  const clock = new ManualClock(1000);
  return { clock, backoff: new Backoff({ clock, random: () => 1 }) };
}

test('pauses double, keep their jitter within half, and end at five minutes', () => {
  const actual = [1, 2, 3].map((n) => pauseAfter(failure('overloaded'), n, 1));
  assert.deepEqual(actual, [2000, 4000, 8000]);
  assert.equal(pauseAfter(failure('overloaded'), 1, 0), 1000);
  assert.equal(pauseAfter(failure('overloaded'), 60, 1), 300_000);
});

test("no request is sent before the server's retry-after", () => {
  assert.equal(pauseAfter(failure('rate-limited', 60_000), 1, 0), 60_000);
  assert.equal(pauseAfter(failure('rate-limited', 10), 1, 1), 2000);
});

test('the breaker closes after the pause, and success resets the failures', async () => {
  const { clock, backoff } = fresh();
  assert.equal(backoff.ready, true);
  assert.equal(backoff.failed(failure('overloaded')), 3000);
  assert.equal(backoff.ready, false);
  assert.equal(backoff.reason?.code, 'overloaded');
  await clock.advance(2000);
  assert.equal(backoff.ready, true);
  assert.equal(backoff.retryAtMs, undefined);
  backoff.failed(failure('overloaded'));
  assert.equal(backoff.retryAtMs, 7000);
  await clock.advance(4000);
  backoff.succeeded();
  backoff.failed(failure('overloaded'));
  assert.equal(backoff.retryAtMs, 9000);
});

test('concurrent requests that fail together count as one failure', () => {
  const { backoff } = fresh();
  for (let n = 0; n < 5; n++) backoff.failed(failure('network'));
  assert.ok((backoff.retryAtMs ?? 0) <= 1000 + 4000);
});

test('a refused key keeps the breaker open until the key changes', async () => {
  const { clock, backoff } = fresh();
  assert.equal(backoff.failed(failure('bad-key')), Number.POSITIVE_INFINITY);
  backoff.failed(failure('timeout'));
  backoff.succeeded();
  await clock.advance(1e9);
  assert.equal(backoff.ready, false);
  assert.equal(backoff.reason?.code, 'bad-key');
  backoff.reset();
  assert.equal(backoff.ready, true);
});

test("failures that are not the API's fault cause no pause", () => {
  const { backoff } = fresh();
  for (const code of ['cancelled', 'over-budget', 'no-consent'] as const) backoff.failed(failure(code));
  assert.equal(backoff.ready, true);
});

test('a pause of weeks or without end causes no busy loop', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const ended: string[] = [];
  const stop = new AbortController();
  const weeks = systemClock.sleep(2 ** 32, stop.signal).then(() => ended.push('weeks'));
  const never = systemClock.sleep(Number.POSITIVE_INFINITY, stop.signal).catch(() => ended.push('stopped'));
  mock.timers.tick(2 ** 31);
  await Promise.resolve();
  assert.deepEqual(ended, []);
  for (const ms of [2 ** 31, 10, 10]) mock.timers.tick(ms);
  await weeks;
  assert.deepEqual(ended, ['weeks']);
  stop.abort();
  await never;
  assert.deepEqual(ended, ['weeks', 'stopped']);
});
