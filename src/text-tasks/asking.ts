// The large model's part of a run: it labels a random sample, then doubtful texts, each after the user accepts the price.
import type { Failure } from '../common/errors.ts';
import { isAnswerTask } from '../prompts/label/task.ts';
import { type AskOutcome, askAbout, formsFor, promptsFor } from './ask-sample.ts';
import { keyOf } from './labels/extract.ts';
import type { TaskModel } from './learned.ts';
import { openSample, type TaskData } from './random-sample.ts';
import type { TaskRunDeps } from './run-deps.ts';
import type { TaskFolder } from './task-folder.ts';

export type ReportStage = (stage: string, done?: number, total?: number) => void;

/** Number of texts in one call of `ask`. */
const TEXTS_PER_CALL = 200;
/** Number of prompts from which the price of all is estimated. */
const PRICED_TEXTS = 200;

/** The large model's part of a run, with its two price questions. */
export class LargeModelPart {
  spentUsd = 0;
  stopped: Failure | undefined;
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
    const prompts = promptsFor({ task, texts: priced, known, form: formsFor(known) }, llm.facts);
    const unanswered = prompts.filter(({ prompt }) => !llm.knows?.(prompt));
    return unanswered.reduce((sum, { prompt }) => sum + llm.estimateUsd(prompt), 0) / prompts.length;
  }

  /**
   * Asks about random texts to learn from, until `sample` texts have been asked about in all runs, and about `more` texts
   * beyond those.
   */
  async askSample(sample: number, more: number, reportStage: ReportStage): Promise<void> {
    const { taskData, deps, folder } = this;
    if (!deps.llm) return;
    const asked = [...taskData.known.values()].filter(({ paid }) => paid).length;
    const texts = openSample(folder.task, taskData).slice(0, Math.max(0, sample - asked) + more);
    if (texts.length === 0) return;
    const usd = (this.priceOf(texts) ?? 0) * texts.length;
    if (await deps.confirm({ what: 'sample', texts: texts.length, usd }))
      await this.ask(texts, (done) => reportStage(`${this.activity} a sample`, done, texts.length), true);
    else this.declined = asked < sample;
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
    isRandom = false,
  ): Promise<AskOutcome | undefined> {
    const { folder, deps, taskData } = this;
    if (!deps.llm) return undefined;
    const { task } = folder;
    const { known } = taskData;
    const request = { root: folder.reader.root, task, texts, known, form: formsFor(known), isRandom };
    const outcome = await askAbout(request, deps.llm, deps.signal, onProgress);
    this.spentUsd += outcome.costUsd;
    this.stopped ??= outcome.stopped;
    return outcome;
  }
}
