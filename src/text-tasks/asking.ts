// The large model's part of a run: a sample, then what stays in doubt; each after its price was agreed to.
import type { Failure } from '../common/errors.ts';
import { isAnswerTask } from '../prompts/label/task.ts';
import { type AskOutcome, askAbout, exampleCounts, promptsFor, sampleOf } from './ask-sample.ts';
import { learn } from './kinds.ts';
import { keyOf } from './labels/extract.ts';
import { FEWEST_LABELLED, type Gathered } from './learn-task.ts';
import type { TaskModel } from './learned.ts';
import type { TaskRunDeps } from './run-deps.ts';
import type { TaskFolder } from './task-folder.ts';

export type Say = (stage: string, done?: number, total?: number) => void;

/** Asked about at once. */
const CHUNK = 200;
/** Texts whose prompts are made for the price of many. */
const PRICED = 200;

/** The large model's part of a run: two questions of money, and what comes of them. */
export class LlmPart {
  spentUsd = 0;
  stopped: Failure | undefined;
  /** Who does not want a sample asked about will not want all of it. */
  private declined = false;
  private readonly folder: TaskFolder;
  private readonly deps: TaskRunDeps;
  private readonly gathered: Gathered;

  constructor(folder: TaskFolder, deps: TaskRunDeps, gathered: Gathered) {
    this.folder = folder;
    this.deps = deps;
    this.gathered = gathered;
  }

  /** For people. */
  private get does(): string {
    return isAnswerTask(this.folder.task) ? 'The large model answers' : 'The large model labels';
  }

  /** Mean of a question about one of the texts, US dollars; undefined: there is nobody to ask, or nothing. */
  priceOf(texts: readonly string[]): number | undefined {
    const { llm } = this.deps;
    if (!llm || texts.length === 0) return undefined;
    const step = Math.max(1, texts.length / PRICED);
    const some = Array.from(
      { length: Math.min(PRICED, texts.length) },
      (_, i) => texts[Math.floor(i * step)] as string,
    );
    const { task } = this.folder;
    const { known } = this.gathered;
    const prompts = promptsFor({ task, texts: some, known, examples: exampleCounts(known) }, llm.facts);
    const unknown = prompts.filter(({ prompt }) => !llm.knows?.(prompt));
    return unknown.reduce((sum, { prompt }) => sum + llm.estimateUsd(prompt), 0) / prompts.length;
  }

  /** In two rounds: texts of every kind, then such as a specialist that has learned from these doubts. */
  async sample(wanted: number, say: Say): Promise<void> {
    const { gathered, deps } = this;
    const asked = [...gathered.known.values()].filter(({ paid }) => paid).length;
    const count = Math.min(wanted - asked, sampleOf(gathered, wanted).length);
    if (!deps.llm || count <= 0) return;
    const first = sampleOf(gathered, Math.ceil(count / 2));
    const usd = (this.priceOf(first) ?? 0) * count;
    this.declined = !(await deps.confirm({ what: 'sample', texts: count, usd }));
    if (this.declined) return;
    const stage = `${this.does} a sample`;
    await this.ask(first, (done) => say(stage, done, count));
    const labelled = [...gathered.known.values()].filter(({ person, api }) => (person ?? api) !== undefined);
    if (this.stopped || labelled.length < FEWEST_LABELLED) return;
    const second = sampleOf(gathered, count - first.length, learn(this.folder.task, gathered));
    await this.ask(second, (done) => say(stage, first.length + done, count));
  }

  /** Asks about the texts that stay in doubt; what one of them costs, where there are any. */
  async rest(learned: TaskModel, say: Say): Promise<{ price: number | undefined }> {
    const { folder, deps, gathered } = this;
    if (!deps.llm || this.stopped || this.declined) return { price: undefined };
    const keys = new Set<number>();
    const some: string[] = [];
    let looked = 0;
    for await (const { text, inDoubt } of learned.rows(folder.texts(deps.signal))) {
      looked += 1;
      if (looked % 1000 === 0) say('Looking for what is in doubt', looked, gathered.texts);
      if (!inDoubt || learned.known.get(keyOf(text))?.paid) continue;
      keys.add(keyOf(text));
      // A few of the whole: the price of texts hangs on their length, and their length on where they stand.
      if (some.length < 2 * PRICED) some.push(text);
      else if (keyOf(text) % keys.size < 2 * PRICED) some[keyOf(text) % (2 * PRICED)] = text;
    }
    const price = this.priceOf(some);
    if (price === undefined) return { price };
    if (!(await deps.confirm({ what: 'rest', texts: keys.size, usd: price * keys.size }))) return { price };
    let done = 0;
    const ask = async (texts: string[]) => {
      await this.ask(texts, (answered) => say(`${this.does} what is in doubt`, done + answered, keys.size));
      done += texts.length;
    };
    let chunk: string[] = [];
    for await (const { text } of folder.texts(deps.signal)) {
      if (this.stopped) break;
      if (!keys.has(keyOf(text))) continue;
      chunk.push(text);
      if (chunk.length < CHUNK) continue;
      await ask(chunk);
      chunk = [];
    }
    if (!this.stopped && chunk.length > 0) await ask(chunk);
    return { price };
  }

  private async ask(texts: readonly string[], onProgress: (done: number) => void): Promise<AskOutcome | undefined> {
    const { folder, deps, gathered } = this;
    if (!deps.llm) return undefined;
    const { task } = folder;
    const { known } = gathered;
    const request = { root: folder.reader.root, task, texts, known, examples: exampleCounts(known) };
    const outcome = await askAbout(request, deps.llm, deps.signal, onProgress);
    this.spentUsd += outcome.costUsd;
    this.stopped ??= outcome.stopped;
    return outcome;
  }
}
