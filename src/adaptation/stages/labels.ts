// Asks the API to complete a sample of held-out positions: the labels for fitting p(API right).
// The recording client stores every answer before the next request.

import { type LabelOutcome, labelBatch } from '../../llm/label.ts';
import type { Prompt } from '../../llm/protocol/prompt.ts';
import type { LlmAnswer, LlmClient } from '../../llm/types.ts';
import { cleanAnswer } from '../../prompts/completion/clean.ts';
import { completionPrompt } from '../../prompts/completion/completion-prompt.ts';
import type { CursorExample } from '../../prompts/completion/cursor-examples.ts';
import { matchesTruth } from '../../prompts/completion/judge.ts';
import { type ApiLabels, allLabels, type LabeledPosition, type Labels, type ScoredPosition } from '../report/scored.ts';
import { labelRequest } from './labeling-plan.ts';
import { draftsToShow, servedDrafts } from './served-drafts.ts';
import type { Asked, LearnStages, Run, ToAsk } from './stage-outputs.ts';
import type { Tell } from './stage-runner.ts';

/** Concurrent requests: enough to hide latency, few enough for the rate limit of a new key. */
const concurrency = 4;

/**
 * Asks what completions will ask: with the drafts of the model that was chosen. Undefined without an API. Stored answers
 * are not paid for again.
 */
export async function labelsOf(runner: LearnStages, tell: Tell): Promise<ApiLabels | undefined> {
  const plan = await runner.get('labelingPlan');
  if (plan === undefined) return undefined;
  const { llm, approved } = plan;
  const drafts = await servedDrafts(runner);
  const index = await runner.get('index');
  const draftsAt = draftsToShow(drafts);
  const scoredAt = new Map([...drafts.choose, ...drafts.test].map((scored) => [scored.example, scored]));
  const informed = (examples: readonly CursorExample[]) =>
    examples.map((example) => {
      const scored = scoredAt.get(example) as ScoredPosition;
      return { example, prompt: completionPrompt(labelRequest(example, index, draftsAt(scored)), llm.facts) };
    });
  const arms = { validation: informed(plan.validation), test: informed(plan.test), bare: plan.bare };
  // One count over all, so that the time left does not start again.
  const count = new AnswerCount(Object.values(arms).flat().length, tell);
  let stopped: string | undefined;
  const ask = async (positions: readonly ToAsk[]): Promise<Labels | undefined> => {
    if (stopped !== undefined) return undefined;
    const labelled: LabeledPosition[] = [];
    const known = approved ? positions : positions.filter(({ prompt }) => llm.knows?.(prompt));
    const outcome = await askAll(runner.run, llm, known, count, ({ example }, answer) => {
      const scored = scoredAt.get(example) as ScoredPosition;
      const text = cleanAnswer(answer.text, scored.draftPosition);
      labelled.push({ scored, answer: { ...answer, text }, right: matchesTruth(text, scored.truth) });
    });
    stopped = outcome.stopped?.message;
    return { labelled, failed: outcome.failed, stopped };
  };
  const validation = (await ask(arms.validation)) as Labels;
  const test = await ask(arms.test);
  const bare = await ask(arms.bare);
  if (stopped !== undefined) runner.run.notes.push(`Asking the API stopped early: ${stopped}`);
  return { model: llm.model, validation, test, bare };
}

/** Whether all was asked and answered, for a later run over the same folder. */
export async function askedOf(runner: LearnStages): Promise<Asked> {
  const plan = await runner.get('labelingPlan');
  const labels = await runner.get('labels');
  const asked = labels ? allLabels(labels) : [];
  const answered = asked.reduce((sum, { labelled }) => sum + labelled.length, 0);
  const planned = plan === undefined ? 0 : plan.validation.length + plan.test.length + plan.bare.length;
  return { whole: plan !== undefined && answered === planned, as: plan?.heldOut };
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
