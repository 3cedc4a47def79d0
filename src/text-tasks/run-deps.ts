// What a run of a text task works with: who is asked, who reads, and what is said before either.
import type { Progress } from '../common/progress.ts';
import type { LlmClient } from '../llm/types.ts';
import type { ReadStates } from './deep-reading.ts';

export type TaskLlm = Pick<LlmClient, 'ask' | 'prepare' | 'facts' | 'knows' | 'estimateUsd'>;

/** What is about to be paid for, in money or in time. */
export interface TextSpending {
  /** 'sample': texts that teach; 'rest': those that stay in doubt; 'states': texts that the base reads here. */
  readonly what: 'sample' | 'rest' | 'states';
  readonly texts: number;
  readonly usd: number;
  /** That it takes here, where it takes long. */
  readonly seconds?: number;
}

export interface TaskRunDeps {
  /** Absent: local only. The caller has the user's consent. */
  readonly llm?: TaskLlm | undefined;
  /** Absent: there is no base, and the n-grams are all that is learned. */
  readonly readStates?: ReadStates | undefined;
  readonly confirm: (spending: TextSpending) => Promise<boolean>;
  readonly signal: AbortSignal;
  readonly progress?: Progress;
  /** ms since 1970. */
  readonly now?: () => number;
}
