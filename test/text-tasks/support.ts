// A folder with text tasks for tests, and a large model that answers by a function.
import { ok, type Result, unwrap } from '../../src/common/errors.ts';
import { type LlmAnswer, type Prompt, unknownModel } from '../../src/llm/protocol/models.ts';
import type { TextSpending } from '../../src/text-tasks/large-model-calls.ts';
import { runTask, type TaskRunDeps } from '../../src/text-tasks/task.ts';
import type { LabelTask } from '../../src/text-tasks/task-file.ts';
import { TaskFolder } from '../../src/text-tasks/task-folder.ts';
import type { TaskReport } from '../../src/text-tasks/task-report.ts';
import type { HarvestOptions } from '../../src/workspace/files/harvest-types.ts';
import { llmAnswer } from '../fakes/llm.ts';
import { Tree } from '../support/tree.ts';

export const labelsOf = (...names: string[]) => names.map((name) => ({ name, meaning: `It is a ${name}.` }));

/** A task that is in no folder. */
export function labelTask(name = 'issues'): LabelTask {
  return { name, instruction: 'Sort.', labels: labelsOf('bug', 'wish'), source: { kind: 'lines', path: 'issues.txt' } };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const out: T[] = [];
  for await (const item of items) out.push(item);
  return out;
}

export class TaskTree extends Tree {
  /** Writes a task that labels texts as 'bug' or 'wish', unless its parts say otherwise. */
  task(name: string, parts: object): void {
    const labels = 'output' in parts ? undefined : labelsOf('bug', 'wish');
    this.write({ [`${this.pathOf(name)}.json`]: JSON.stringify({ instruction: 'Sort.', labels, ...parts }) });
  }

  /** Without its ending. */
  pathOf(name: string): string {
    return `.easyadaptation/tasks/${name}`;
  }

  tryOpen(name: string, harvest: Partial<HarvestOptions> = { trusted: true }): Promise<Result<TaskFolder>> {
    return TaskFolder.open({ root: this.root, harvest, secrets: [] }, name);
  }

  async open(name: string): Promise<TaskFolder> {
    return unwrap(await this.tryOpen(name));
  }

  async texts(name: string): Promise<string[]> {
    return (await collect((await this.open(name)).texts())).map(({ text }) => text);
  }

  /** @param deps the user agrees to everything, and there is no large model, unless they say otherwise */
  async run(name: string, deps: Partial<TaskRunDeps> = {}, sample?: number): Promise<TaskReport> {
    const all = { confirm: async () => true, signal: new AbortController().signal, ...deps };
    return unwrap(await runTask(await this.open(name), all, sample));
  }
}

/** @param answerOf a text, or more of the answer @param usd of an answer */
export function fakeTaskLlm(answerOf: (prompt: Prompt, count: number) => string | Partial<LlmAnswer>, usd = 0.001) {
  const prompts: Prompt[] = [];
  const ask = async (prompt: Prompt, signal: AbortSignal) => {
    signal.throwIfAborted();
    prompts.push(prompt);
    const answer = answerOf(prompt, prompts.length);
    return ok(llmAnswer('', { model: 'm', costUsd: usd, ...(typeof answer === 'string' ? { text: answer } : answer) }));
  };
  return { prompts, ask, facts: unknownModel, estimateUsd: () => usd };
}

export const userOf = ({ user }: Prompt): string => user.map(({ text }) => text).join('');

/** Records what the user is asked to confirm. @param wanted default: everything */
export function confirming(wanted: (spending: TextSpending) => boolean = () => true) {
  const confirmed: TextSpending[] = [];
  return { confirmed, confirm: async (spending: TextSpending) => confirmed.push(spending) > 0 && wanted(spending) };
}
