// Has the API complete a sample of held-out places: the labels that p(API right) is fitted on.
// Every answer is in the store before the next is asked for (the large model's recording decorator sees to it).

import { counted } from '../../common/format.ts';
import { type LabelOutcome, labelBatch } from '../../llm/label.ts';
import type { Prompt } from '../../llm/protocol/prompt.ts';
import type { LlmAnswer, LlmClient } from '../../llm/types.ts';
import { cleanAnswer } from '../../prompts/completion/clean.ts';
import { judge } from '../../prompts/completion/judge.ts';
import type { ApiLabels, LabelledPlace, Labels, ScoredPlace } from '../report/scored.ts';
import type { LearnStages, Run, ToAsk } from './stage-outputs.ts';
import type { Tell } from './stage-runner.ts';

/** How many requests are under way at once: enough to hide the API's latency, few enough for a new key's rate limit. */
const concurrency = 4;

/** Undefined where it is not asked; what it was asked before is in the store, and not paid for again. */
export async function labelsOf(runner: LearnStages, tell: Tell): Promise<ApiLabels | undefined> {
  const asking = await runner.get('asking');
  if (asking === undefined) return undefined;
  const { llm } = asking;
  const scored = [...(await runner.get('calibrated')), ...(await runner.get('measured'))];
  const byExample = new Map(scored.map((place) => [place.example, place]));
  // One count over both: time that is left does not begin again with the second.
  const count = new Answered(asking.validation.length + asking.test.length, tell);
  const ask = async (places: readonly ToAsk[]): Promise<Labels> => {
    const labelled: LabelledPlace[] = [];
    const outcome = await askAll(runner.run, llm, places, count, ({ example }, answer) => {
      const place = byExample.get(example) as ScoredPlace;
      const text = cleanAnswer(answer.text, place.asked);
      labelled.push({ scored: place, answer: { ...answer, text }, ...judge(text, place.truth) });
    });
    return { labelled, failed: outcome.failed, stopped: outcome.stopped?.message };
  };
  const validation = await ask(asking.validation);
  const test = validation.stopped === undefined ? await ask(asking.test) : undefined;
  const stopped = validation.stopped ?? test?.stopped;
  if (stopped !== undefined) runner.run.notes.push(`Asking the API stopped early: ${stopped}`);
  return { model: llm.model, validation, test };
}

/** Answers so far, and what they cost. */
export class Answered {
  private readonly total: number;
  private readonly to: Tell;
  private done = 0;
  private spent = 0;

  constructor(total: number, to: Tell) {
    this.total = total;
    this.to = to;
  }

  tell(detail: string): void {
    this.to({ done: this.done, total: this.total, detail });
  }

  add({ costUsd }: LlmAnswer): void {
    this.done += 1;
    this.spent += costUsd;
    this.tell(`$${this.spent.toFixed(4)}`);
  }
}

/** Each answer as it comes; see `labelBatch`. What it costs is the run's. */
export async function askAll<T extends { readonly prompt: Prompt }>(
  { signal, paid }: Run,
  llm: LlmClient,
  items: readonly T[],
  count: Answered,
  onAnswer: (item: T, answer: LlmAnswer) => void,
): Promise<LabelOutcome> {
  const outcome = await labelBatch(
    llm,
    items.map(({ prompt }) => prompt),
    {
      ...{ concurrency, signal },
      onWait: (open) => count.tell(`waiting for a batch of ${counted(open, 'answer')}`),
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
