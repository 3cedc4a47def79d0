// Wraps a large model: stores every paid answer before it is returned, and never spends more than the budget.
import { createHash } from 'node:crypto';
import { messageOf, ok, type Result } from '../common/errors.ts';
import { type Log, silentLog } from '../common/log.ts';
import type { Ledger, PaidCall, Purpose } from '../common/paid-call.ts';
import { plainText } from '../common/plain-text.ts';
import type { BatchFile, OpenBatch } from './batch-file.ts';
import type { Budget, BudgetReservation } from './budget.ts';
import { MessageBatches, reservationOf } from './message-batches.ts';
import type { ModelFacts } from './protocol/models.ts';
import { mostTokens, type Prompt } from './protocol/prompt.ts';
import { StreamedLlm } from './streamed.ts';
import type { LlmAnswer, LlmClient } from './types.ts';

/** The part of the store that is needed here. Synchronous: a call is on disk when `settle` returns. */
export interface PaidCallStore extends Ledger {
  findTeacherCall(requestHash: string): PaidCall | undefined;
}

export interface RecordingOptions {
  /** 'labelling' reuses paid answers from the store. */
  readonly purpose: Purpose;
  /** The workspace folder. */
  readonly folder: string;
  /** The budget; it must use the same store. */
  readonly budget: Budget;
  readonly log?: Log;
  /** Wall clock, ms since 1970. */
  readonly now?: () => number;
}

export class RecordingLlm implements LlmClient {
  private readonly llm: LlmClient;
  private readonly store: PaidCallStore;
  private readonly options: RecordingOptions;
  private file: BatchFile | undefined;
  private warned = false;
  /** Whether new requests are submitted in batches. */
  private submitsBatches = false;
  /** Pending batches of earlier runs. */
  private openBatches: readonly OpenBatch[] = [];
  /** Cost of batch answers that were not returned by `ask` yet, by hash. */
  private readonly batchCosts = new Map<string, number>();

  constructor(llm: LlmClient, store: PaidCallStore, options: RecordingOptions) {
    this.llm = llm;
    this.store = store;
    this.options = options;
  }

  get model(): string {
    return this.llm.model;
  }

  get facts(): ModelFacts {
    return this.llm.facts;
  }

  knows(prompt: Prompt): boolean {
    const hash = this.hash(prompt);
    return (
      this.storedCall(hash) !== undefined || this.openBatches.some(({ questions }) => Object.hasOwn(questions, hash))
    );
  }

  get awaited(): number {
    return this.openBatches.reduce((sum, { questions }) => sum + Object.keys(questions).length, 0);
  }

  estimateUsd(prompt: Prompt): number {
    return this.llm.estimateUsd(prompt);
  }

  ceilingUsd(prompt: Prompt): number {
    return this.llm.ceilingUsd(prompt);
  }

  async ask(
    prompt: Prompt,
    signal: AbortSignal,
    onText?: (textSoFar: string) => void,
    onLost?: (paid: LlmAnswer) => void,
  ): Promise<Result<LlmAnswer>> {
    signal.throwIfAborted();
    const hash = this.hash(prompt);
    const storedCall = this.storedCall(hash);
    if (storedCall !== undefined) {
      // The cost of a batch answer is reported once, with the answer.
      const costUsd = this.batchCosts.get(hash) ?? 0;
      this.batchCosts.delete(hash);
      return ok({ ...fromStore(storedCall, prompt, this.facts), costUsd });
    }
    const reservation = this.options.budget.reserve(this.llm.ceilingUsd(prompt), this.options.purpose, this.model);
    if (!reservation.ok) return reservation;
    let paid: PaidCall | undefined;
    try {
      const result = await this.llm.ask(prompt, signal, onText, (lost) => {
        // Stored with another hash, so that an incomplete answer is never reused for the same request.
        paid = this.rowOf(`partial:${hash}`, prompt.about, lost);
        onLost?.(lost);
      });
      if (result.ok) paid = this.rowOf(hash, prompt.about, result.value);
      return result;
    } finally {
      this.settle(reservation.value, paid);
    }
  }

  /** Makes `prepare` use batches if the provider has them. @param file stores the submitted batches */
  waitForBatches(file: BatchFile): void {
    this.file = file;
    this.submitsBatches = true;
  }

  /**
   * Resumes the batches of an earlier run, which are paid for. Finished answers are stored when this returns. The
   * others are awaited later and not requested again. Rejects only when cancelled.
   */
  async resumeBatches(file: BatchFile, signal: AbortSignal): Promise<void> {
    if (!file.exists) return;
    const batches = await this.batches(file, new Map(), 0);
    const openBatches = await batches?.keepFinished(signal);
    if (openBatches?.ok === false) this.options.log?.error(openBatches.error.message);
    if (!openBatches?.ok) return;
    this.file = file;
    this.openBatches = openBatches.value;
  }

  async prepare(
    prompts: readonly Prompt[],
    signal: AbortSignal,
    onWait?: (pending: number) => void,
  ): Promise<Result<true>> {
    const { file, openBatches, submitsBatches } = this;
    if (!file || (!submitsBatches && openBatches.length === 0)) return ok(true);
    const questions = new Map(prompts.map((prompt) => [this.hash(prompt), prompt]));
    const batches = await this.batches(file, questions);
    if (!batches) return ok(true);
    const result = await (submitsBatches
      ? batches.fetch(questions, signal, onWait)
      : batches.wait(openBatches, signal, onWait));
    if (result.ok) this.openBatches = [];
    return result;
  }

  /** The batches of the provider; undefined if it has none. */
  private async batches(
    file: BatchFile,
    questions: ReadonlyMap<string, Prompt>,
    maxRetries?: number,
  ): Promise<MessageBatches | undefined> {
    const { llm } = this;
    const { budget } = this.options;
    const client = llm instanceof StreamedLlm ? await llm.batches() : undefined;
    if (!client || !(llm instanceof StreamedLlm)) return undefined;
    const priceFactor = llm.batchPriceFactor;
    return new MessageBatches({
      ...{ client, file, budget, model: this.model, clock: llm.clock, ...(maxRetries !== undefined && { maxRetries }) },
      ceilingUsd: (prompt) => llm.ceilingUsd(prompt) * priceFactor,
      isKnown: (hash) => this.storedCall(hash) !== undefined,
      keep: (hash, path, pieces) => {
        const prompt = questions.get(hash);
        const text = llm.answerFrom(pieces, priceFactor, prompt);
        // An unreadable answer was paid for too, so it counts with its maximum cost.
        const maxCostUsd = prompt ? llm.ceilingUsd(prompt) * priceFactor : 0;
        const answer = text.ok ? text.value : { ...emptyAnswer, model: this.model, costUsd: maxCostUsd };
        budget.settle(reservationOf(hash), this.rowOf(text.ok ? hash : `partial:${hash}`, path, answer));
        this.batchCosts.set(hash, answer.costUsd);
      },
    });
  }

  private hash(prompt: Prompt): string {
    return promptHash(this.model, prompt, this.facts);
  }

  private storedCall(hash: string): PaidCall | undefined {
    if (this.options.purpose !== 'labelling') return undefined;
    try {
      return this.store.findTeacherCall(hash);
    } catch (error) {
      this.options.log?.error('Stored API answers cannot be read; asking again', error);
      return undefined;
    }
  }

  private settle(reservation: BudgetReservation, paid: PaidCall | undefined): void {
    try {
      reservation.settle(paid);
    } catch (error) {
      // The store rejected the row (it keeps rows by itself if the disk fails). The paid answer is still returned.
      const { log = silentLog } = this.options;
      log.error(`An API answer could not be stored: ${messageOf(error)}`, error);
    }
  }

  private rowOf(requestHash: string, path: string, answer: LlmAnswer): PaidCall {
    // Warn only once, because such a server miscounts every time.
    if (answer.overcounted !== undefined && !this.warned) this.options.log?.warn(answer.overcounted);
    this.warned ||= answer.overcounted !== undefined;
    const { purpose, folder, now = Date.now } = this.options;
    return {
      at: now(),
      requestHash,
      purpose,
      folder,
      path,
      model: answer.model,
      text: answer.text,
      ...answer.usage,
      costUsd: answer.costUsd,
      latencyMs: answer.latencyMs,
    };
  }
}

/** SHA-256 of everything that determines the answer: the model and the prompt's text, regardless of cache marks. */
export function promptHash(model: string, prompt: Prompt, facts: ModelFacts): string {
  const { system, user, prefill, stop, infill } = prompt;
  const parts = [
    facts.asked ?? model,
    system.text,
    user.map((block) => block.text).join(''),
    prefill,
    stop,
    mostTokens(prompt, facts),
    ...(infill?.suffix === undefined ? [] : [infill.suffix]),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

const emptyAnswer = {
  text: '',
  usage: { inputTokens: 0, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 0 },
  costUsd: 0,
  latencyMs: 0,
  firstTokenMs: 0,
  truncated: false,
} as const;

function fromStore({ text, model, latencyMs, outputTokens }: PaidCall, prompt: Prompt, facts: ModelFacts): LlmAnswer {
  // The stop reason is not stored, so an answer of maximum length counts as truncated.
  const truncated = outputTokens >= mostTokens(prompt, facts);
  // The stored text may be raw if an earlier version stored it, or a run that did not make the request.
  const answer = prompt.read(plainText(text));
  return { ...emptyAnswer, text: answer, model, latencyMs, firstTokenMs: latencyMs, truncated, fromStore: true };
}
