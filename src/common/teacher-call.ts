// A paid call as it is kept: written by the teacher, stored by the store, known to both. Times are ms since 1970.

export interface TeacherCall {
  readonly at: number;
  /** SHA-256 of model and prompt: the same question is not paid for twice. */
  readonly requestHash: string;
  readonly purpose: 'completion' | 'labelling';
  readonly folder: string;
  readonly path: string;
  readonly model: string;
  readonly text: string;
  readonly inputTokens: number;
  readonly cacheWriteTokens: number;
  readonly cacheReadTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
  readonly latencyMs: number;
}
