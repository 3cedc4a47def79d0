// In-flight calls of the large model: how long a call lives that no request waits for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InFlightCalls } from '../../src/suggest/in-flight-calls.ts';
import { ManualClock } from '../fakes/clock.ts';
import { position } from './harness.ts';

/** A call that answers nothing; requests come and go. */
function begin() {
  const clock = new ManualClock();
  const calls = new InFlightCalls(
    clock,
    () => 10_000,
    () => {},
  );
  let sent: AbortSignal | undefined;
  const call = calls.start(
    position,
    (signal) => {
      sent = signal;
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    },
    false,
  );
  const waitFor = async (ms: number) => {
    const request = new AbortController();
    const waiting = calls.wait(call, position, request.signal).catch(() => {});
    await clock.advance(ms);
    request.abort();
    await waiting;
  };
  return { clock, waitFor, isAborted: () => sent?.aborted };
}

test('the grace period of a call begins when its last request leaves, not when the call begins', async () => {
  const { clock, waitFor, isAborted } = begin();
  await waitFor(190);
  await clock.advance(190);
  assert.equal(isAborted(), false);
  await clock.advance(20);
  assert.equal(isAborted(), true);
});

test('a request that joins within the grace period ends it, and the next one is whole', async () => {
  const { clock, waitFor, isAborted } = begin();
  await waitFor(50);
  await clock.advance(150);
  await waitFor(20);
  await clock.advance(190);
  assert.equal(isAborted(), false);
  await clock.advance(20);
  assert.equal(isAborted(), true);
});
