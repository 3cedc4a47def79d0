// Sends many prompts to a large model, a few at a time. Retries a busy API and stops only if continuing is useless.
import { type Clock, systemClock } from '../common/clock.ts';
import type { Failure, Result } from '../common/errors.ts';
import { pauseAfter } from './backoff.ts';
import { failureKinds, givenUp } from './protocol/failures.ts';
import type { LlmAnswer, LlmClient, Prompt } from './protocol/models.ts';

export interface LabelOptions {
  /** Number of concurrent prompts, at least 1. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** Called for each answer when it arrives; `index` is that of its prompt. An exception ends the batch. */
  readonly onAnswer: (index: number, answer: LlmAnswer) => void;
  /** Called before the pause that precedes another attempt. */
  readonly onRetry?: (failure: Failure) => void;
  readonly clock?: Clock;
  /** 0..1 */
  readonly random?: () => number;
}

export interface LabelOutcome {
  readonly answered: number;
  /** Prompts without an answer after all retries. */
  readonly failed: number;
  /** The failure that ended the batch early, or undefined. */
  readonly stopped: Failure | undefined;
  /** Cost of all prompts, including incomplete answers. */
  readonly costUsd: number;
}

/** Longest pause, ms. If a server asks for a longer one, the batch stops, and a later run continues. */
const maxPauseMs = 10 * 60_000;
/** After this many failed prompts in a row, or if all of fewer failed, the API is considered unavailable. */
const maxConsecutiveFailures = 8;

/**
 * A free answer that begins so late, ms, comes from a machine of the user's own, where further prompts would queue.
 * From then on one is asked at a time.
 */
const SLOW_MS = 5_000;

/** Passes on every answer at once, so that paid answers survive an early end. Rejects only when cancelled. */
export async function labelBatch(
  llm: Pick<LlmClient, 'ask'>,
  prompts: readonly Prompt[],
  options: LabelOptions,
): Promise<LabelOutcome> {
  return new Batch(llm, prompts, options).run();
}

class Batch {
  private readonly llm: Pick<LlmClient, 'ask'>;
  private readonly prompts: readonly Prompt[];
  private readonly options: LabelOptions;
  private readonly clock: Clock;
  private next = 0;
  private answered = 0;
  private failed = 0;
  private consecutiveFailures = 0;
  private costUsd = 0;
  private stopped: Failure | undefined;
  private isSlow = false;
  /** In-flight calls, and prompts that wait until one of these calls releases its reservation. */
  private inFlight = 0;
  private settled = Promise.withResolvers<void>();
  /** All workers share one pause, because a busy API is busy for every request. */
  private pauseUntil = 0;

  constructor(llm: Pick<LlmClient, 'ask'>, prompts: readonly Prompt[], options: LabelOptions) {
    this.llm = llm;
    this.prompts = prompts;
    this.options = options;
    this.clock = options.clock ?? systemClock;
  }

  async run(): Promise<LabelOutcome> {
    const count = Math.max(1, Math.min(this.options.concurrency, this.prompts.length));
    const workers = Array.from({ length: count }, (_, index) => this.work(index === 0));
    // Wait for all workers even if one throws, because in-flight calls are paid for.
    for (const outcome of await Promise.allSettled(workers)) if (outcome.status === 'rejected') throw outcome.reason;
    const { answered, failed, stopped, costUsd } = this;
    return { answered, failed, stopped, costUsd };
  }

  private async work(isFirst: boolean): Promise<void> {
    while (this.next < this.prompts.length && this.stopped === undefined && (isFirst || !this.isSlow)) {
      this.options.signal.throwIfAborted();
      await this.label(this.next++);
    }
  }

  /** Asks until there is an answer, the attempts are used up, or the batch ends. */
  private async label(index: number): Promise<void> {
    for (let attempt = 1; this.stopped === undefined; attempt++) {
      await this.pause();
      if (this.stopped !== undefined) return;
      const result = await this.ask(this.prompts[index] as Prompt);
      if (result.ok) return this.take(index, result.value);
      // In-flight calls reserve more than they will cost, so wait for one to settle.
      if (result.error.code === 'over-budget' && this.inFlight > 0) {
        await this.settled.promise;
        attempt--;
      } else if (!this.mayRetry(result.error, attempt)) return;
    }
  }

  private async pause(): Promise<void> {
    const { clock } = this;
    for (let wait = this.pauseUntil - clock.now(); wait > 0; wait = this.pauseUntil - clock.now())
      await clock.sleep(wait, this.options.signal);
  }

  private async ask(prompt: Prompt): Promise<Result<LlmAnswer>> {
    this.inFlight++;
    let isRefused = false;
    try {
      const onLost = (lost: LlmAnswer) => (this.costUsd += lost.costUsd);
      const result = await this.llm.ask(prompt, this.options.signal, undefined, onLost);
      isRefused = !result.ok && result.error.code === 'over-budget';
      return result;
    } finally {
      this.inFlight--;
      // A refused call had no reservation: waking the others would make them ask each other for ever.
      if (!isRefused) this.wake();
    }
  }

  /** Lets those ask again that wait for a reservation to be released. */
  private wake(): void {
    this.settled.resolve();
    this.settled = Promise.withResolvers();
  }

  private take(index: number, answer: LlmAnswer): void {
    this.answered++;
    this.consecutiveFailures = 0;
    this.costUsd += answer.costUsd;
    this.isSlow ||= answer.costUsd === 0 && !answer.fromStore && answer.firstTokenMs > SLOW_MS;
    this.options.onAnswer(index, answer);
  }

  /** Whether another attempt follows, after a pause. Ends the batch if continuing is useless. */
  private mayRetry(error: Failure, attempt: number): boolean {
    const { random = Math.random, onRetry } = this.options;
    const { stops, retries = 0 } = failureKinds[error.code] ?? {};
    if (stops) return this.giveUp(error);
    if (attempt > retries) {
      this.failed++;
      this.consecutiveFailures++;
      const most = Math.min(maxConsecutiveFailures, this.prompts.length);
      return this.consecutiveFailures >= most && this.giveUp(error);
    }
    const pause = pauseAfter(error, attempt, random()) ?? 0;
    if (pause > maxPauseMs) return this.giveUp(error);
    onRetry?.(error);
    this.pauseUntil = Math.max(this.pauseUntil, this.clock.now() + pause);
    return true;
  }

  private giveUp(failure: Failure): false {
    this.stopped ??= givenUp(failure);
    this.wake();
    return false;
  }
}
