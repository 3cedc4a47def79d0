// Between two long synchronous steps: lets the thread's messages in, a cancellation among them.

/** Gives the event loop a turn. Rejects with the signal's reason when cancelled. */
export async function turn(signal?: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
}
