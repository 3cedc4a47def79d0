// Dependencies of a text task's run: API, base, and the user's approval.
import type { Progress } from '../common/progress.ts';
import type { LlmClient } from '../llm/types.ts';
import type { ReadStates } from './deep-reading.ts';

export type TaskLlm = Pick<LlmClient, 'ask' | 'facts' | 'knows' | 'estimateUsd'>;

/** The next part of a run, with its price in money or time. The user is asked to approve it. */
export interface TextSpending {
  /** 'sample': random texts to learn from; 'rest': doubtful texts; 'states': texts for the base to read. */
  readonly what: 'sample' | 'rest' | 'states';
  readonly texts: number;
  readonly usd: number;
  /** Estimated seconds, if it takes long. */
  readonly seconds?: number;
}

export interface TaskRunDeps {
  /** The large model; absent: local only. The caller has the user's consent. */
  readonly llm?: TaskLlm | undefined;
  /** Reads hidden states of the base; absent: only the n-grams are trained. */
  readonly readStates?: ReadStates | undefined;
  /** Number of texts to ask about beyond the sample of the task, to learn from; absent: none. */
  readonly more?: number;
  /** Label also if the local model is alone and has learned from too few labels; absent: end with advice. */
  readonly acceptsFew?: boolean;
  readonly confirm: (spending: TextSpending) => Promise<boolean>;
  readonly signal: AbortSignal;
  readonly progress?: Progress;
  /** Wall clock, ms since 1970. */
  readonly now?: () => number;
}
