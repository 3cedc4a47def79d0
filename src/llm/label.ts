// Asks a large model much at once: a few at a time, patient with a busy API, giving up only where going on is useless.
import { type Clock, systemClock } from '../common/clock.ts';
import type { Failure } from '../common/errors.ts';
import { pauseAfter } from './backoff.ts';
import { failureKinds } from './protocol/failure-kinds.ts';
import type { Prompt } from './protocol/prompt.ts';
import type { LlmAnswer, LlmClient } from './types.ts';

export interface LabelOptions {
  /** Prompts under way at once, at least 1. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** Each answer as it comes; `index` is its prompt's. What it throws ends the batch. */
  readonly onAnswer: (index: number, answer: LlmAnswer) => void;
  readonly onFailure?: (index: number, failure: Failure) => void;
  /** How many answers of a batch are waited for. */
  readonly onWait?: (open: number) => void;
  readonly clock?: Clock;
  /** 0..1 */
  readonly random?: () => number;
}

export interface LabelOutcome {
  readonly answered: number;
  /** Prompts that were asked, several times where that could help, and got no answer. */
  readonly failed: number;
  /** Prompts that were not asked to the end any more, because of `stopped`. */
  readonly skipped: number;
  /** Why it ended early; undefined when it did not. */
  readonly stopped: Failure | undefined;
  /** Of all that was asked, answers that broke off included. */
  readonly costUsd: number;
}

/** A server that asks to wait longer than this, ms, is not waited for: what it answered is kept, and a later run goes on. */
const longestWait = 10 * 60_000;
/** This many requests in a row without any answer: the API is not there. */
const patience = 8;

/** Every answer is handed on as it comes, so what was paid for is kept when the batch ends early. Rejects only when cancelled. */
export async function labelBatch(
  llm: Pick<LlmClient, 'ask' | 'prepare'>,
  prompts: readonly Prompt[],
  { concurrency, signal, onAnswer, onFailure, onWait, clock = systemClock, random = Math.random }: LabelOptions,
): Promise<LabelOutcome> {
  let next = 0;
  let answered = 0;
  let failures = 0;
  let inARow = 0;
  let costUsd = 0;
  let stopped: Failure | undefined;
  // How many are at the API now, and who waits for one of them to come back with the change.
  let underWay = 0;
  let waiting: (() => void)[] = [];
  const returned = () => new Promise<void>((resolve) => waiting.push(resolve));
  // One pause for all: a busy API is busy for every request.
  let pauseUntil = 0;

  const prepared = await llm.prepare?.(prompts, signal, onWait);
  if (prepared?.ok === false) stopped = prepared.error;

  const ask = async (index: number): Promise<void> => {
    const prompt = prompts[index] as Prompt;
    for (let attempt = 1; stopped === undefined; attempt++) {
      for (let wait = pauseUntil - clock.now(); wait > 0; wait = pauseUntil - clock.now())
        await clock.sleep(wait, signal);
      if (stopped !== undefined) return;
      underWay++;
      const result = await llm
        .ask(prompt, signal, undefined, (lost) => (costUsd += lost.costUsd))
        .finally(() => {
          underWay--;
          for (const wake of waiting) wake();
          waiting = [];
        });
      if (result.ok) {
        answered++;
        inARow = 0;
        costUsd += result.value.costUsd;
        onAnswer(index, result.value);
        return;
      }
      const { error } = result;
      // What the others have set aside is more than they will cost.
      if (error.code === 'over-budget' && underWay > 0) {
        await returned();
        attempt--;
        continue;
      }
      const { stops, again = 0 } = failureKinds[error.code] ?? {};
      if (stops) {
        stopped ??= error;
        return;
      }
      if (attempt > again) {
        failures++;
        inARow++;
        onFailure?.(index, error);
        if (inARow >= patience) stopped ??= error;
        return;
      }
      const pause = pauseAfter(error, attempt, random()) ?? 0;
      if (pause > longestWait) {
        stopped ??= error;
        return;
      }
      pauseUntil = Math.max(pauseUntil, clock.now() + pause);
    }
  };
  const worker = async () => {
    while (next < prompts.length && stopped === undefined) {
      signal.throwIfAborted();
      await ask(next++);
    }
  };
  // All of them are waited for, whatever one of them throws: what is under way is being paid for.
  const workers = Array.from({ length: Math.max(1, Math.min(concurrency, prompts.length)) }, worker);
  for (const done of await Promise.allSettled(workers)) if (done.status === 'rejected') throw done.reason;
  return { answered, failed: failures, skipped: prompts.length - answered - failures, stopped, costUsd };
}
