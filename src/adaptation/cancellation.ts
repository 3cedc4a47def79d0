// Cancellation of a run: a place to notice it between two long synchronous steps, and what it yields.

import { failed } from '../common/errors.ts';

export const cancelled = failed('cancelled', 'Cancelled. What was there before is unchanged.');

/** Gives the event loop a turn, so that the thread's messages come in. Rejects with the signal's reason when cancelled. */
export async function turn(signal?: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
}
