// Asks the API to complete a sample of held-out positions: the labels for fitting p(API right).
// The recording client stores every answer before the next request.

import { type LabelOutcome, labelBatch } from '../../llm/label.ts';
import type { Prompt } from '../../llm/protocol/prompt.ts';
import type { LlmAnswer, LlmClient } from '../../llm/types.ts';
import { cleanAnswer } from '../../prompts/completion/clean.ts';
import { matchesTruth } from '../../prompts/completion/judge.ts';
import type { ApiLabels, LabeledPosition, Labels, ScoredPosition } from '../report/scored.ts';
import type { LearnStages, Run, ToAsk } from './stage-outputs.ts';
import type { Tell } from './stage-runner.ts';

/** Concurrent requests: enough to hide latency, few enough for the rate limit of a new key. */
const concurrency = 4;

/** Undefined without an API. Stored answers are not paid for again. */
export async function labelsOf(runner: LearnStages, tell: Tell): Promise<ApiLabels | undefined> {
  const labelingPlan = await runner.get('labelingPlan');
  if (labelingPlan === undefined) return undefined;
  const { llm } = labelingPlan;
  const scored = [...(await runner.get('ngramsAtValidation')), ...(await runner.get('ngramsAtTest'))];
  const byExample = new Map(scored.map((position) => [position.example, position]));
  // One count over both, so that the time left does not start again with the second.
  const count = new AnswerCount(labelingPlan.validation.length + labelingPlan.test.length, tell);
  const ask = async (positions: readonly ToAsk[]): Promise<Labels> => {
    const labelled: LabeledPosition[] = [];
    const outcome = await askAll(runner.run, llm, positions, count, ({ example }, answer) => {
      const position = byExample.get(example) as ScoredPosition;
      const text = cleanAnswer(answer.text, position.draftPosition);
      labelled.push({ scored: position, answer: { ...answer, text }, right: matchesTruth(text, position.truth) });
    });
    return { labelled, failed: outcome.failed, stopped: outcome.stopped?.message };
  };
  const validation = await ask(labelingPlan.validation);
  const test = validation.stopped === undefined ? await ask(labelingPlan.test) : undefined;
  const stopped = validation.stopped ?? test?.stopped;
  if (stopped !== undefined) runner.run.notes.push(`Asking the API stopped early: ${stopped}`);
  return { model: llm.model, validation, test };
}

/** Counts the answers so far and their cost. */
export class AnswerCount {
  private readonly total: number;
  private readonly report: Tell;
  private done = 0;
  private spentUsd = 0;

  constructor(total: number, report: Tell) {
    this.total = total;
    this.report = report;
  }

  tell(detail: string): void {
    this.report({ done: this.done, total: this.total, detail });
  }

  add({ costUsd }: LlmAnswer): void {
    this.done += 1;
    this.spentUsd += costUsd;
    this.tell(this.spentUsd === 0 ? '' : `$${this.spentUsd.toFixed(4)}`);
  }
}

/** Calls `onAnswer` with each answer as it arrives (see `labelBatch`), and adds the cost to the run. */
export async function askAll<T extends { readonly prompt: Prompt }>(
  { signal, paid }: Run,
  llm: LlmClient,
  items: readonly T[],
  count: AnswerCount,
  onAnswer: (item: T, answer: LlmAnswer) => void,
): Promise<LabelOutcome> {
  const outcome = await labelBatch(
    llm,
    items.map(({ prompt }) => prompt),
    {
      ...{ concurrency, signal },
      onRetry: ({ message }) => count.tell(message),
      onAnswer: (index, answer) => {
        onAnswer(items[index] as T, answer);
        count.add(answer);
      },
    },
  );
  paid.answers += outcome.answered;
  paid.usd += outcome.costUsd;
  return outcome;
}
