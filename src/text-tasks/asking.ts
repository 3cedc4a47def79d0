// The large model's part of a run: it labels a random sample, then doubtful texts, each after the user accepts the price.
// It keeps to a budget, stores each answer as it comes, and asks about no text twice in a form.
import type { Failure } from '../common/errors.ts';
import type { Progress } from '../common/progress.ts';
import { labelBatch } from '../llm/label.ts';
import type { LlmClient } from '../llm/protocol/models.ts';
import type { EvidenceForm } from '../prompts/label/label-prompt.ts';
import { isAnswerTask, type TextTask } from '../prompts/label/task.ts';
import { chooseForm, preferForm, ROUND } from './choose-form.ts';
import type { ReadStates } from './deep-reading.ts';
import { addLabel, appendLabel, type KnownLabels, type StoredLabel } from './given-labels.ts';
import { promptOf, readAnswer, type TaskModel, TextEvidence } from './kinds.ts';
import { keyOf } from './labels/extract.ts';
import { comparedTexts, openSample, type TaskData } from './random-sample.ts';
import type { TaskFolder } from './task-folder.ts';

export type TaskLlm = Pick<LlmClient, 'ask' | 'facts' | 'knows' | 'estimateUsd'>;

/** The next part of a run, with its price in money or time. The user is asked to approve it. */
export interface TextSpending {
  /** 'sample': random texts to learn from; 'rest': doubtful texts; 'states': texts for the base to read. */
  readonly what: 'sample' | 'rest' | 'states';
  readonly texts: number;
  readonly usd: number;
  /** Estimated seconds, if it takes long. */
  readonly seconds?: number;
}

export interface TaskRunDeps {
  /** The large model; absent: local only. The caller has the user's consent. */
  readonly llm?: TaskLlm | undefined;
  /** Reads hidden states of the base; absent: only the n-grams are trained. */
  readonly readStates?: ReadStates | undefined;
  /** Number of texts to ask about beyond the sample of the task, to learn from; absent: none. */
  readonly more?: number;
  /** Label also if the local model is alone and has learned from too few labels; absent: end with advice. */
  readonly acceptsFew?: boolean;
  readonly confirm: (spending: TextSpending) => Promise<boolean>;
  readonly signal: AbortSignal;
  readonly progress?: Progress;
  /** Wall clock, ms since 1970. */
  readonly now?: () => number;
}

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
  private evidence: TextEvidence | undefined;
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
    const { winner: serves } = chooseForm(this.folder.task, this.taskData.known);
    return this.meanPrice(texts.map((text) => ({ text, form: serves })));
  }

  private meanPrice(items: readonly AskedText[]): number | undefined {
    const { llm } = this.deps;
    if (!llm || items.length === 0) return undefined;
    const step = Math.max(1, items.length / PRICED_TEXTS);
    const priced = Array.from(
      { length: Math.min(PRICED_TEXTS, items.length) },
      (_, i) => items[Math.floor(i * step)] as AskedText,
    );
    const prompts = priced.map(({ text, form }) =>
      promptOf(this.folder.task, text, this.shownEvidence(), form, llm.facts),
    );
    const unanswered = prompts.filter((prompt) => !llm.knows?.(prompt));
    return unanswered.reduce((sum, prompt) => sum + llm.estimateUsd(prompt), 0) / prompts.length;
  }

  /** The same for all prompts of the run: labels of the API do not change it. */
  private shownEvidence(): TextEvidence {
    const { known, unlabelled } = this.taskData;
    this.evidence ??= new TextEvidence(this.folder.task, known, unlabelled);
    return this.evidence;
  }

  /**
   * Asks about random texts to learn from, until `sample` texts have been asked about in all runs, and about `more` texts
   * beyond those. The first ones that people labelled are asked about in several forms, of which one will serve.
   */
  async askSample(sample: number, more: number, reportStage: ReportStage): Promise<void> {
    const { taskData, deps, folder } = this;
    if (!deps.llm) return;
    const { known } = taskData;
    const asked = [...known.values()].filter(({ paid }) => paid).length;
    const texts = openSample(folder.task, taskData).slice(0, Math.max(0, sample - asked) + more);
    const compared = this.toCompare(sample);
    const both = new Set(compared.map(({ text }) => text));
    const { open, winner: serves } = chooseForm(folder.task, known);
    const plain = texts.filter((text) => !both.has(text)).map((text) => ({ text, form: open.at(-1) ?? serves }));
    const items = [...compared, ...plain];
    if (items.length === 0) return;
    const usd = (this.meanPrice(items) ?? 0) * items.length;
    if (!(await deps.confirm({ what: 'sample', texts: both.size + plain.length, usd }))) {
      this.declined = asked < sample;
      return;
    }
    const onProgress = (done: number) => reportStage(`${this.activity} a sample`, done, items.length);
    let done = 0;
    const tried = new Set<string>();
    while (!this.stopped) {
      const next = this.toCompare(sample, ROUND, tried);
      if (next.length === 0) break;
      await this.ask(next, (answered) => onProgress(done + answered), true);
      done += next.length;
      for (const { text } of next) tried.add(text);
    }
    const form = chooseForm(folder.task, known).winner;
    preferForm(known, form);
    const left = texts.filter((text) => known.get(keyOf(text))?.paid === undefined && !tried.has(text));
    const asking = left.map((text) => ({ text, form }));
    if (!this.stopped) await this.ask(asking, (answered) => onProgress(done + answered), true);
  }

  /** The next texts for comparing forms, in each form that may serve and has no answer. @param tried texts to leave out */
  private toCompare(sample: number, most = sample, tried: ReadonlySet<string> = new Set()): AskedText[] {
    const { task } = this.folder;
    const { known } = this.taskData;
    const { open } = chooseForm(task, known);
    const first = comparedTexts(task, known).slice(0, sample);
    const missing = first.map(({ text, answers }) =>
      tried.has(text) ? [] : open.flatMap((form) => (answers?.[form] === undefined ? [{ text, form }] : [])),
    );
    return missing
      .filter((items) => items.length > 0)
      .slice(0, most)
      .flat();
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
    const form = chooseForm(folder.task, taskData.known).winner;
    const ask = async (texts: string[]) => {
      const items = texts.map((text) => ({ text, form }));
      await this.ask(items, (answered) =>
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

  private async ask(items: readonly AskedText[], onProgress: (done: number) => void, isRandom = false): Promise<void> {
    const { folder, deps, taskData } = this;
    if (!deps.llm) return;
    const { task, reader } = folder;
    const request = { root: reader.root, task, items, known: taskData.known, evidence: this.shownEvidence(), isRandom };
    const outcome = await askAbout(request, deps.llm, deps.signal, onProgress);
    this.spentUsd += outcome.costUsd;
    this.stopped ??= outcome.stopped;
  }
}

/** A text, and what is shown beside it. */
export interface AskedText {
  readonly text: string;
  readonly form: EvidenceForm;
}

export interface AskRequest {
  readonly root: string;
  readonly task: TextTask;
  readonly items: readonly AskedText[];
  readonly evidence: TextEvidence;
  /** Known labels; the API's labels are added to them. */
  readonly known: Map<number, KnownLabels>;
  /** Whether the texts are the next ones in random order. */
  readonly isRandom?: boolean;
}

export interface AskOutcome {
  readonly asked: number;
  readonly costUsd: number;
  /** Why the calls ended early; undefined if they are complete. */
  readonly stopped: Failure | undefined;
}

/** Number of calls in flight. */
const CONCURRENCY = 10;
/** @param llm refuses requests beyond the budget. Rejects when cancelled; earlier answers are stored. */
export async function askAbout(
  request: AskRequest,
  llm: Pick<LlmClient, 'ask' | 'facts'>,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<AskOutcome> {
  const { root, task, known, evidence, isRandom } = request;
  const open = request.items.filter(({ text, form }) => known.get(keyOf(text))?.answers?.[form] === undefined);
  const prompts = open.map(({ text, form }) => promptOf(task, text, evidence, form, llm.facts));
  let answered = 0;
  const outcome = await labelBatch(llm, prompts, {
    concurrency: CONCURRENCY,
    signal,
    onAnswer: (index, { text: answer, model, costUsd: usd }) => {
      const { text, form } = open[index] as AskedText;
      const label = readAnswer(task, answer);
      // Which texts people labelled is no random choice.
      const random = isRandom === true && known.get(keyOf(text))?.person === undefined;
      const stored: StoredLabel = { text, label, by: 'api', model, form, usd, ...(random && { random }) };
      appendLabel(root, task.name, stored);
      addLabel(known, stored);
      answered += 1;
      onProgress(answered, prompts.length);
    },
  });
  return { asked: prompts.length, costUsd: outcome.costUsd, stopped: outcome.stopped };
}
