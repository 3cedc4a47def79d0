// Cancellation of a run: its failure, and the check during long synchronous work.

import { failed } from '../../common/errors.ts';

export const cancelled = failed('cancelled', 'Cancelled. The earlier state is unchanged.');

/** Yields to the event loop, so that messages arrive. Rejects with the signal's reason when cancelled. */
export async function yieldToEvents(signal?: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
}
