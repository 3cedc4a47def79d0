// Rows for the store's tests.
import type { CompletionRow, LlmCallRow, Store } from '../../src/storage/types.ts';

export function llmCall(changes: Partial<LlmCallRow> = {}): LlmCallRow {
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

export function completion(changes: Partial<CompletionRow> = {}): CompletionRow {
  return {
    id: 'c1',
    at: 1000,
    folder: '/work/project',
    path: 'src/a.ts',
    languageId: 'typescript',
    line: 3,
    source: 'specialist',
    model: 'n-gram',
    text: 'return 1;',
    latencyMs: 4,
    cached: 0,
    costUsd: 0,
    savedUsd: 0.002,
    pSpecialist: 0.8,
    pApi: 0.9,
    decision: '{}',
    outcome: 'pending',
    taken: 0,
    ...changes,
  };
}

/** Those of the folder that the rows above are of, oldest first. */
export function completionsOf(store: Store): readonly CompletionRow[] {
  return store.rowsOf('/work/project').completions;
}
