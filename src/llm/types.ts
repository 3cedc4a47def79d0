// The interface of the large model behind an API.
import type { Result } from '../common/errors.ts';
import type { LlmUsage, ModelFacts, Prompt } from './protocol/models.ts';

export interface LlmAnswer {
  /** The answer as `Prompt.read` extracts it, not cleaned for display. '' if it is empty or the model refused. */
  readonly text: string;
  readonly model: string;
  readonly usage: LlmUsage;
  readonly costUsd: number;
  readonly latencyMs: number;
  readonly firstTokenMs: number;
  /** Whether the length limit cut the answer. */
  readonly truncated: boolean;
  /** A sentence for the user if the server counted more than the maximum. The cost is then the maximum. */
  readonly overcounted?: string;
  /** The model declined (stop reason 'refusal'); `text` is ''. */
  readonly refused?: boolean;
  /** The answer is from the store, so nothing was paid now. */
  readonly fromStore?: boolean;
}

export interface LlmClient {
  readonly model: string;
  /** Properties of the model that are needed to build a prompt. */
  readonly facts: ModelFacts;
  /**
   * Requests one answer. Cancellation rejects with the signal's reason; every other failure is a value.
   * @param onText gets the raw text so far while it streams. Use it to show progress, not to show the text.
   * @param onLost gets the cost of an answer that is not returned because it was cancelled, timed out or broke off.
   *   If the progress of the model is unknown, this is the maximum cost. That is the case for thinking models, and for
   *   connections that broke before the first event. Called at most once, before the promise settles.
   */
  ask(
    prompt: Prompt,
    signal: AbortSignal,
    onText?: (textSoFar: string) => void,
    onLost?: (paid: LlmAnswer) => void,
  ): Promise<Result<LlmAnswer>>;
  /** Whether the answer is stored, so that it costs nothing more. Absent if nothing is stored. */
  knows?(prompt: Prompt): boolean;
  /** Expected cost of the answer, US dollars, from token estimates and the price table. Ignores stored answers. */
  estimateUsd(prompt: Prompt): number;
  /** Maximum cost: one token for each byte of the prompt, and an answer of maximum length, including thinking. */
  ceilingUsd(prompt: Prompt): number;
}

/** How to reach a large model. Plain data, because it is sent to a job's process. Never log or store it. */
export interface LlmSettings {
  /** Id in the table of providers. Default: its first row. */
  readonly provider?: string;
  readonly apiKey: string;
  /** Absent or '': the address in the environment variable, or else the provider's. */
  readonly baseUrl?: string;
  /** '' for the default model. */
  readonly model: string;
  /** Timeout of one whole answer, ms. */
  readonly timeoutMs: number;
}
