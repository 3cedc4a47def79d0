// The large model's part of a run: it labels a sample, then doubtful texts, each after the user accepts the price.
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

/** Concurrent requests. */
const CHUNK = 200;
/** Prompts that estimate the price of all. */
const PRICED = 200;

/** The large model's part of a run, with its two price questions. */
export class LlmPart {
  spentUsd = 0;
  stopped: Failure | undefined;
  /** A user who declines the sample is not asked about the rest. */
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

  /** Mean price of a request, US dollars; undefined: no API or no texts. */
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

  /** In two rounds: diverse texts, then texts for which a model trained on these is unsure. */
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

  /** Asks about doubtful texts. Returns the mean price of one, if there are any. */
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
      // Texts spread over the whole task, because their length and price depend on where they are.
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
