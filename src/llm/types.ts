// The large model behind an API, as the rest of the code sees it.
import type { Result } from '../common/errors.ts';
import type { LlmUsage, ModelFacts } from './protocol/models.ts';
import type { Prompt } from './protocol/prompt.ts';
import type { TokenOdds } from './protocol/wire.ts';

export interface LlmAnswer {
  /** What the prompt reads in what the model wrote: whoever shows or judges it cleans it. '' where that is nothing, or it refused. */
  readonly text: string;
  readonly model: string;
  readonly usage: LlmUsage;
  readonly costUsd: number;
  readonly latencyMs: number;
  readonly firstTokenMs: number;
  /** Cut short by its length limit. */
  readonly truncated: boolean;
  /** The cost is a careful guess: the stream was ended before its usage came, or the model has no known price. */
  readonly costEstimated?: boolean;
  /** The server counted more than the call may cost, and the cost is that most; a sentence for the user. */
  readonly overcounted?: string;
  /** The model declined (stop reason 'refusal'); `text` is ''. */
  readonly refused?: boolean;
  /** Of its text, the wire's marks included, where they were asked for and told. */
  readonly tokens?: readonly TokenOdds[];
  /** Answered from the store: nothing was paid now. */
  readonly fromStore?: boolean;
}

export interface LlmClient {
  readonly model: string;
  /** What whoever words a prompt has to know of the model. */
  readonly facts: ModelFacts;
  /**
   * One answer. `onText` gets the text so far as it streams, not cleaned yet: for showing that something comes, not
   * for showing it. Cancellation rejects with the signal's reason; every other failure is a value.
   * @param onLost gets what was (or may have been) paid for an answer that is not returned: cancelled, timed out, broken off. Where nobody
   *   can tell how far a model had come, that is its whole limit: one that thinks, or one whose connection was reset before it said
   *   anything. Called at most once, before the promise settles.
   */
  ask(
    prompt: Prompt,
    signal: AbortSignal,
    onText?: (textSoFar: string) => void,
    onLost?: (paid: LlmAnswer) => void,
  ): Promise<Result<LlmAnswer>>;
  /**
   * Has the answers to many at once in the store when it returns, where whoever made it chose to wait for a lower price; what is missing is
   * asked one by one then. Absent: it has nothing to prepare. Rejects only when cancelled.
   * @param onWait how many answers are waited for
   */
  prepare?(prompts: readonly Prompt[], signal: AbortSignal, onWait?: (open: number) => void): Promise<Result<true>>;
  /** The answer is in the store, or comes with a batch that is out: nothing is paid for it. Absent: nothing is kept. */
  knows?(prompt: Prompt): boolean;
  /** Answers that come with batches of earlier runs, see `prepare`. Absent: none. */
  readonly awaited?: number;
  /** What its answer costs, whether or not it is known, from token estimates and the price table, US dollars. */
  estimateUsd(prompt: Prompt): number;
  /** What it may cost at most: every byte of the prompt a token, the answer as long as it may be, thinking included. */
  ceilingUsd(prompt: Prompt): number;
}

/** How to reach a large model. Plain data: it crosses to a job's process. Never logged, never stored. */
export interface LlmSettings {
  /** Of the table of providers; absent: the first of it. */
  readonly provider?: string;
  readonly apiKey: string;
  /** Absent or '': the environment's, else the provider's own. */
  readonly baseUrl?: string;
  /** '': the default model. */
  readonly model: string;
  /** For one whole answer, ms. */
  readonly timeoutMs: number;
}
