// Cancellation of a run: where long synchronous work notices it, and the failure that it yields.

import { failed } from '../common/errors.ts';

export const cancelled = failed('cancelled', 'Cancelled. What was there before is unchanged.');

/** Yields to the event loop, so that messages arrive. Rejects with the signal's reason when cancelled. */
export async function turn(signal?: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
}
