// The calls of the large model in a run: about a random sample, then about doubtful texts, and what they cost. Each
// answer is stored as it comes, and no text is asked about twice in a form.
import type { Failure } from '../common/errors.ts';
import { labelBatch } from '../llm/label.ts';
import type { LlmClient } from '../llm/protocol/models.ts';
import type { EvidenceForm } from '../prompts/label/label-prompt.ts';
import { chooseForm, preferForm, ROUND } from './choose-form.ts';
import { promptOf, readAnswer, TextEvidence } from './evidence.ts';
import { addLabel, appendLabel, type StoredLabel } from './given-labels.ts';
import { keyOf } from './labels/extract.ts';
import { comparedTexts, openSample, type TaskData } from './random-sample.ts';
import type { TaskModel } from './rows.ts';
import { isAnswerTask } from './task-file.ts';
import type { TaskFolder } from './task-folder.ts';

export type TaskLlm = Pick<LlmClient, 'ask' | 'facts' | 'knows' | 'estimateUsd'>;

/** The next part of a run, with its price in money or time. The user is asked to approve it. */
export interface TextSpending {
  /** 'sample': random texts to learn from; 'rest': doubtful texts; 'states': texts for the base to read. */
  readonly what: 'sample' | 'rest' | 'states';
  readonly texts: number;
  readonly usd: number;
  /** Estimated seconds. Absent: unknown, because the model has not answered in this run yet. */
  readonly seconds?: number;
  /** All texts of the task are asked about, so that no call is saved. */
  readonly isAll?: boolean;
}

export type ReportStage = (stage: string, done?: number, total?: number) => void;

/** Number of texts in one call of `ask`. */
const TEXTS_PER_CALL = 200;
/** Number of prompts from which the price of all is estimated. */
const PRICED_TEXTS = 200;
/** Number of calls in flight. */
const CONCURRENCY = 10;

/** A text, and what is shown beside it. */
interface AskedText {
  readonly text: string;
  readonly form: EvidenceForm;
}

/** The random texts of a run to ask about, to learn from. */
interface PlannedSample {
  readonly spending: TextSpending;
  /** The texts that are not compared. */
  readonly texts: readonly string[];
  /** Calls at most. */
  readonly calls: number;
  readonly sample: number;
  /** Whether the task's sample is incomplete without them: then doubtful texts are not asked about either. */
  readonly isNeeded: boolean;
}

interface DoubtfulTexts {
  readonly spending: TextSpending;
  /** Keys of the texts. */
  readonly keys: ReadonlySet<number>;
  /** Mean price of a request, US dollars. */
  readonly price: number;
  readonly form: EvidenceForm;
}

/** The large model's calls of a run. The caller has the user agree to what each `spending` costs. */
export class LargeModelCalls {
  spentUsd = 0;
  /** Why no more is asked. */
  stopped: Failure | undefined;
  /** Answers of this run, and the seconds that they took. */
  private readonly measured = { answers: 0, seconds: 0 };
  private readonly folder: TaskFolder;
  private readonly llm: TaskLlm;
  private readonly taskData: TaskData;
  private readonly signal: AbortSignal;
  private readonly reportStage: ReportStage;
  /** The same for all prompts of the run: labels of the API do not change it. */
  private readonly evidence: TextEvidence;

  constructor(folder: TaskFolder, llm: TaskLlm, taskData: TaskData, signal: AbortSignal, reportStage: ReportStage) {
    this.folder = folder;
    this.llm = llm;
    this.taskData = taskData;
    this.signal = signal;
    this.reportStage = reportStage;
    this.evidence = new TextEvidence(folder.task, taskData.known, taskData.unlabelled);
  }

  /**
   * Random texts to learn from, until `sample` texts have been asked about in all runs, and `more` texts beyond those.
   * The first ones that people labelled are asked about in several forms, of which one will serve. Undefined: none.
   */
  planSample(sample: number, more: number): PlannedSample | undefined {
    const { known } = this.taskData;
    const { task } = this.folder;
    const asked = [...known.values()].filter(({ paid }) => paid).length;
    const texts = openSample(task, this.taskData).slice(0, Math.max(0, sample - asked) + more);
    const compared = this.toCompare(sample);
    const both = new Set(compared.map(({ text }) => text));
    const { open, winner } = chooseForm(task, known);
    const plain = texts.filter((text) => !both.has(text)).map((text) => ({ text, form: open.at(-1) ?? winner }));
    const items = [...compared, ...plain];
    if (items.length === 0) return undefined;
    const usd = (this.meanPrice(items) ?? 0) * items.length;
    const isAll = texts.length > 0 && both.size + plain.length + asked >= this.taskData.texts;
    const spending = { what: 'sample', texts: both.size + plain.length, usd, ...(isAll && { isAll }) } as const;
    return { spending, texts, calls: items.length, sample, isNeeded: asked < sample };
  }

  async askSample({ texts, calls, sample }: PlannedSample): Promise<void> {
    const { known } = this.taskData;
    let done = 0;
    const ask = async (items: readonly AskedText[]) => {
      await this.ask(items, 'a sample', done, calls, true);
      done += items.length;
    };
    const tried = new Set<string>();
    while (!this.stopped) {
      const next = this.toCompare(sample, ROUND, tried);
      if (next.length === 0) break;
      await ask(next);
      for (const { text } of next) tried.add(text);
    }
    const form = chooseForm(this.folder.task, known).winner;
    preferForm(known, form);
    const left = texts.filter((text) => known.get(keyOf(text))?.paid === undefined && !tried.has(text));
    if (!this.stopped) await ask(left.map((text) => ({ text, form })));
  }

  /**
   * The next texts for comparing forms, in each form that may serve and has no answer. @param tried texts to leave out
   */
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

  /** The texts that are in doubt and that were not asked about. Undefined: none, or no more is asked. */
  async findDoubtful(learned: TaskModel, form: EvidenceForm): Promise<DoubtfulTexts | undefined> {
    if (this.stopped) return undefined;
    const keys = new Set<number>();
    const pricedTexts: string[] = [];
    let checked = 0;
    for await (const { text, inDoubt } of learned.rows(this.folder.texts(this.signal))) {
      checked += 1;
      if (checked % 1000 === 0) this.reportStage('Looking for doubtful texts', checked, this.taskData.texts);
      if (!inDoubt || learned.known.get(keyOf(text))?.paid) continue;
      keys.add(keyOf(text));
      // Texts spread over the whole task, because their length and price depend on where they are.
      if (pricedTexts.length < 2 * PRICED_TEXTS) pricedTexts.push(text);
      else if (keyOf(text) % keys.size < 2 * PRICED_TEXTS) pricedTexts[keyOf(text) % (2 * PRICED_TEXTS)] = text;
    }
    const price = this.meanPrice(pricedTexts.map((text) => ({ text, form })));
    if (price === undefined) return undefined;
    const { answers, seconds } = this.measured;
    const spending = {
      ...({ what: 'rest', texts: keys.size, usd: price * keys.size } as const),
      ...(answers > 0 && { seconds: (seconds / answers) * keys.size }),
    };
    return { spending, keys, price, form };
  }

  async askDoubtful({ keys, form }: DoubtfulTexts): Promise<void> {
    let done = 0;
    let chunk: AskedText[] = [];
    const ask = async () => {
      await this.ask(chunk, 'the doubtful texts', done, keys.size);
      done += chunk.length;
      chunk = [];
    };
    for await (const { text } of this.folder.texts(this.signal)) {
      if (this.stopped) return;
      if (keys.has(keyOf(text))) chunk.push({ text, form });
      if (chunk.length === TEXTS_PER_CALL) await ask();
    }
    if (!this.stopped && chunk.length > 0) await ask();
  }

  /** Mean price of asking about a text that has no label, US dollars; undefined: there is none. */
  priceOfOpen(form: EvidenceForm): number | undefined {
    const { unlabelled, known } = this.taskData;
    return this.meanPrice(unlabelled.flatMap((text) => (known.has(keyOf(text)) ? [] : [{ text, form }])));
  }

  private meanPrice(items: readonly AskedText[]): number | undefined {
    if (items.length === 0) return undefined;
    const step = Math.max(1, items.length / PRICED_TEXTS);
    const count = Math.min(PRICED_TEXTS, items.length);
    const prompts = Array.from({ length: count }, (_, i) => {
      const { text, form } = items[Math.floor(i * step)] as AskedText;
      return promptOf(this.folder.task, text, this.evidence, form, this.llm.facts);
    });
    const unanswered = prompts.filter((prompt) => !this.llm.knows?.(prompt));
    return unanswered.reduce((sum, prompt) => sum + this.llm.estimateUsd(prompt), 0) / prompts.length;
  }

  /**
   * Each answer is stored as it comes. Rejects when cancelled. @param isRandom whether they are the next in random
   * order
   */
  private async ask(items: readonly AskedText[], of: string, done: number, all: number, isRandom = false) {
    const { evidence, llm, signal } = this;
    const { known } = this.taskData;
    const { task, reader } = this.folder;
    const stage = `${isAnswerTask(task) ? 'The large model answers' : 'The large model labels'} ${of}`;
    const open = items.filter(({ text, form }) => known.get(keyOf(text))?.answers?.[form] === undefined);
    const prompts = open.map(({ text, form }) => promptOf(task, text, evidence, form, llm.facts));
    let answered = 0;
    const began = performance.now();
    const { costUsd, stopped } = await labelBatch(llm, prompts, {
      concurrency: CONCURRENCY,
      signal,
      onAnswer: (index, { text: answer, model, costUsd: usd }) => {
        const { text, form } = open[index] as AskedText;
        const label = readAnswer(task, answer);
        // Which texts people labelled is no random choice.
        const random = isRandom && known.get(keyOf(text))?.person === undefined;
        const stored: StoredLabel = { text, label, by: 'api', model, form, usd, ...(random && { random }) };
        appendLabel(reader.root, task.name, stored);
        addLabel(known, stored);
        answered += 1;
        this.reportStage(stage, done + answered, all);
      },
    });
    this.measured.answers += answered;
    this.measured.seconds += (performance.now() - began) / 1000;
    this.spentUsd += costUsd;
    this.stopped ??= stopped;
  }
}
