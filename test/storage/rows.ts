// Rows for the store's tests.
import type { PaidCall } from '../../src/common/paid-call.ts';
import type { Store } from '../../src/storage/store.ts';

export function llmCall(changes: Partial<PaidCall> = {}): PaidCall {
  return {
    at: 1000,
    requestHash: 'hash',
    purpose: 'completion',
    folder: '/work/project',
    path: 'src/a.ts',
    model: 'large',
    text: 'return 1;',
    inputTokens: 100,
    cacheWriteTokens: 0,
    cacheReadTokens: 50,
    outputTokens: 4,
    costUsd: 0.01,
    latencyMs: 800,
    ...changes,
  };
}

/** Those of the row's folder, oldest first. */
export function llmCallsOf(store: Store): readonly PaidCall[] {
  return store.rowsOf('/work/project').llmCalls;
}
