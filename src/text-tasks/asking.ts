// The large model's part of a run: it labels a sample, then doubtful texts, each after the user accepts the price.
import type { Failure } from '../common/errors.ts';
import { isAnswerTask } from '../prompts/label/task.ts';
import { type AskOutcome, askAbout, exampleCounts, promptsFor } from './ask-sample.ts';
import { BATCH, TextChooser } from './choose-texts.ts';
import { keyOf } from './labels/extract.ts';
import type { TaskData } from './learn-task.ts';
import type { TaskModel } from './learned.ts';
import type { TaskRunDeps } from './run-deps.ts';
import type { TaskFolder } from './task-folder.ts';
import type { SampleReport } from './task-report.ts';

export type ReportStage = (stage: string, done?: number, total?: number) => void;

/** Number of texts in one call of `ask`. */
const TEXTS_PER_CALL = 200;
/** Number of prompts from which the price of all is estimated. */
const PRICED_TEXTS = 200;

/** The large model's part of a run, with its two price questions. */
export class LargeModelPart {
  spentUsd = 0;
  stopped: Failure | undefined;
  /** How many texts were asked about to learn from. Undefined: no large model, or nothing left to ask. */
  sample: SampleReport | undefined;
  /** A user who declines the sample is not asked about the rest. */
  private declined = false;
  private readonly folder: TaskFolder;
  private readonly deps: TaskRunDeps;
  private readonly taskData: TaskData;

  constructor(folder: TaskFolder, deps: TaskRunDeps, taskData: TaskData) {
    this.folder = folder;
    this.deps = deps;
    this.taskData = taskData;
  }

  /** The stage for the progress message. */
  private get activity(): string {
    return isAnswerTask(this.folder.task) ? 'The large model answers' : 'The large model labels';
  }

  /** Mean price of a request, US dollars; undefined: no API or no texts. */
  priceOf(texts: readonly string[]): number | undefined {
    const { llm } = this.deps;
    if (!llm || texts.length === 0) return undefined;
    const step = Math.max(1, texts.length / PRICED_TEXTS);
    const priced = Array.from(
      { length: Math.min(PRICED_TEXTS, texts.length) },
      (_, i) => texts[Math.floor(i * step)] as string,
    );
    const { task } = this.folder;
    const { known } = this.taskData;
    const prompts = promptsFor({ task, texts: priced, known, examples: exampleCounts(known) }, llm.facts);
    const unanswered = prompts.filter(({ prompt }) => !llm.knows?.(prompt));
    return unanswered.reduce((sum, { prompt }) => sum + llm.estimateUsd(prompt), 0) / prompts.length;
  }

  /**
   * Asks about texts to learn from, a batch at a time, until `limit` texts have been asked about in all runs, or until the
   * next batch is expected to gain less than its price.
   */
  async askSample(limit: number, reportStage: ReportStage): Promise<void> {
    const { taskData, deps } = this;
    if (!deps.llm) return;
    const chooser = new TextChooser(this.folder.task, taskData);
    const { open } = chooser;
    const count = Math.min(limit - this.askedCount, open.length);
    if (count <= 0 || !this.isWorthAsking(chooser, limit)) return;
    const usd = (this.priceOf(open) ?? 0) * count;
    this.declined = !(await deps.confirm({ what: 'sample', texts: count, usd }));
    if (this.declined) return;
    const stage = `${this.activity} a sample`;
    for (let done = 0; done < count && !this.stopped; ) {
      const batch = chooser.next(Math.min(BATCH, count - done));
      if (batch.length === 0) return;
      const random = new Set(batch.flatMap(({ text, isRandom }) => (isRandom ? [text] : [])));
      const texts = batch.map(({ text }) => text);
      await this.ask(texts, (answered) => reportStage(stage, done + answered, count), random);
      done += batch.length;
      if (!this.isWorthAsking(chooser, limit)) {
        reportStage(`${this.askedCount} texts were asked about: more would gain less than they cost`);
        return;
      }
    }
  }

  private get askedCount(): number {
    return [...this.taskData.known.values()].filter(({ paid }) => paid).length;
  }

  /** Whether the next batch gains its price, or too few texts were asked about to tell. Sets `sample`. */
  private isWorthAsking(chooser: TextChooser, limit: number): boolean {
    const price = BATCH * (this.deps.callPrice ?? 0);
    // Every gain is worth a price of 0 or less, and takes time to estimate.
    const outlook = price > 0 ? chooser.outlook() : undefined;
    this.sample = { asked: this.askedCount, limit, ...(outlook && { ...outlook, price }) };
    return outlook === undefined || outlook.gain >= price;
  }

  /** Asks about doubtful texts. Returns the mean price of one request, if any text is doubtful. */
  async askDoubtful(learned: TaskModel, reportStage: ReportStage): Promise<{ price: number | undefined }> {
    const { folder, deps, taskData } = this;
    if (!deps.llm || this.stopped || this.declined) return { price: undefined };
    const keys = new Set<number>();
    const pricedTexts: string[] = [];
    let checked = 0;
    for await (const { text, inDoubt } of learned.rows(folder.texts(deps.signal))) {
      checked += 1;
      if (checked % 1000 === 0) reportStage('Looking for doubtful texts', checked, taskData.texts);
      if (!inDoubt || learned.known.get(keyOf(text))?.paid) continue;
      keys.add(keyOf(text));
      // Texts spread over the whole task, because their length and price depend on where they are.
      if (pricedTexts.length < 2 * PRICED_TEXTS) pricedTexts.push(text);
      else if (keyOf(text) % keys.size < 2 * PRICED_TEXTS) pricedTexts[keyOf(text) % (2 * PRICED_TEXTS)] = text;
    }
    const price = this.priceOf(pricedTexts);
    if (price === undefined) return { price };
    if (!(await deps.confirm({ what: 'rest', texts: keys.size, usd: price * keys.size }))) return { price };
    let done = 0;
    const ask = async (texts: string[]) => {
      await this.ask(texts, (answered) =>
        reportStage(`${this.activity} the doubtful texts`, done + answered, keys.size),
      );
      done += texts.length;
    };
    let chunk: string[] = [];
    for await (const { text } of folder.texts(deps.signal)) {
      if (this.stopped) break;
      if (!keys.has(keyOf(text))) continue;
      chunk.push(text);
      if (chunk.length < TEXTS_PER_CALL) continue;
      await ask(chunk);
      chunk = [];
    }
    if (!this.stopped && chunk.length > 0) await ask(chunk);
    return { price };
  }

  private async ask(
    texts: readonly string[],
    onProgress: (done: number) => void,
    random: ReadonlySet<string> = new Set(),
  ): Promise<AskOutcome | undefined> {
    const { folder, deps, taskData } = this;
    if (!deps.llm) return undefined;
    const { task } = folder;
    const { known } = taskData;
    const request = { root: folder.reader.root, task, texts, known, examples: exampleCounts(known), random };
    const outcome = await askAbout(request, deps.llm, deps.signal, onProgress);
    this.spentUsd += outcome.costUsd;
    this.stopped ??= outcome.stopped;
    return outcome;
  }
}
