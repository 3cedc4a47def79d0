// Sends many prompts to a large model, a few at a time. Retries a busy API and stops only if continuing is useless.
import { type Clock, systemClock } from '../common/clock.ts';
import type { Failure } from '../common/errors.ts';
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
  const { concurrency, signal, onAnswer, onRetry } = options;
  const { clock = systemClock, random = Math.random } = options;
  let next = 0;
  let answered = 0;
  let failedPrompts = 0;
  let consecutiveFailures = 0;
  let costUsd = 0;
  let stopped: Failure | undefined;
  let isSlow = false;
  // In-flight calls, and prompts that wait until one of these calls releases its reservation.
  let inFlight = 0;
  let settled = Promise.withResolvers<void>();
  const giveUp = (failure: Failure) => {
    stopped ??= givenUp(failure);
  };
  // All workers share one pause, because a busy API is busy for every request.
  let pauseUntil = 0;

  const ask = async (index: number): Promise<void> => {
    const prompt = prompts[index] as Prompt;
    for (let attempt = 1; stopped === undefined; attempt++) {
      for (let wait = pauseUntil - clock.now(); wait > 0; wait = pauseUntil - clock.now())
        await clock.sleep(wait, signal);
      if (stopped !== undefined) return;
      inFlight++;
      const result = await llm
        .ask(prompt, signal, undefined, (lost) => (costUsd += lost.costUsd))
        .finally(() => {
          inFlight--;
          settled.resolve();
          settled = Promise.withResolvers();
        });
      if (result.ok) {
        answered++;
        consecutiveFailures = 0;
        costUsd += result.value.costUsd;
        isSlow ||= result.value.costUsd === 0 && !result.value.fromStore && result.value.firstTokenMs > SLOW_MS;
        onAnswer(index, result.value);
        return;
      }
      const { error } = result;
      // In-flight calls reserve more than they will cost, so wait for one to settle.
      if (error.code === 'over-budget' && inFlight > 0) {
        await settled.promise;
        attempt--;
        continue;
      }
      const { stops, retries = 0 } = failureKinds[error.code] ?? {};
      if (stops) return giveUp(error);
      if (attempt > retries) {
        failedPrompts++;
        consecutiveFailures++;
        if (consecutiveFailures >= Math.min(maxConsecutiveFailures, prompts.length)) giveUp(error);
        return;
      }
      const pause = pauseAfter(error, attempt, random()) ?? 0;
      if (pause > maxPauseMs) return giveUp(error);
      onRetry?.(error);
      pauseUntil = Math.max(pauseUntil, clock.now() + pause);
    }
  };
  const worker = async (index: number) => {
    while (next < prompts.length && stopped === undefined && (index === 0 || !isSlow)) {
      signal.throwIfAborted();
      await ask(next++);
    }
  };
  // Wait for all workers even if one throws, because in-flight calls are paid for.
  const workers = Array.from({ length: Math.max(1, Math.min(concurrency, prompts.length)) }, (_, index) =>
    worker(index),
  );
  for (const outcome of await Promise.allSettled(workers)) if (outcome.status === 'rejected') throw outcome.reason;
  return { answered, failed: failedPrompts, stopped, costUsd };
}
