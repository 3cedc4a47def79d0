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
  private submits = false;
  /** Pending batches of earlier runs. */
  private open: readonly OpenBatch[] = [];
  /** Cost of batch answers that were not returned by `ask` yet, by hash. */
  private readonly fetched = new Map<string, number>();

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
    return this.known(hash) !== undefined || this.open.some(({ questions }) => Object.hasOwn(questions, hash));
  }

  get awaited(): number {
    return this.open.reduce((sum, { questions }) => sum + Object.keys(questions).length, 0);
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
    const known = this.known(hash);
    if (known !== undefined) {
      // The cost of a batch answer is reported once, with the answer.
      const costUsd = this.fetched.get(hash) ?? 0;
      this.fetched.delete(hash);
      return ok({ ...fromStore(known, prompt, this.facts), costUsd });
    }
    const reservation = this.options.budget.reserve(this.llm.ceilingUsd(prompt), this.options.purpose, this.model);
    if (!reservation.ok) return reservation;
    let paid: PaidCall | undefined;
    try {
      const result = await this.llm.ask(prompt, signal, onText, (lost) => {
        // Stored with another hash, so that an incomplete answer is never reused for the same request.
        paid = this.row(`partial:${hash}`, prompt.about, lost);
        onLost?.(lost);
      });
      if (result.ok) paid = this.row(hash, prompt.about, result.value);
      return result;
    } finally {
      this.settle(reservation.value, paid);
    }
  }

  /** Makes `prepare` use batches if the provider has them. @param file stores the submitted batches */
  waitForBatches(file: BatchFile): void {
    this.file = file;
    this.submits = true;
  }

  /**
   * Resumes the batches of an earlier run, which are paid for. Finished answers are stored when this returns. The
   * others are awaited later and not requested again. Rejects only when cancelled.
   */
  async takeUpBatches(file: BatchFile, signal: AbortSignal): Promise<void> {
    if (!file.exists) return;
    const batches = await this.batches(file, new Map(), 0);
    const open = await batches?.takeUp(signal);
    if (open?.ok === false) this.options.log?.error(open.error.message);
    if (!open?.ok) return;
    this.file = file;
    this.open = open.value;
  }

  async prepare(
    prompts: readonly Prompt[],
    signal: AbortSignal,
    onWait?: (open: number) => void,
  ): Promise<Result<true>> {
    const { file, open, submits } = this;
    if (!file || (!submits && open.length === 0)) return ok(true);
    const questions = new Map(prompts.map((prompt) => [this.hash(prompt), prompt]));
    const batches = await this.batches(file, questions);
    if (!batches) return ok(true);
    const fetched = await (submits ? batches.fetch(questions, signal, onWait) : batches.wait(open, signal, onWait));
    if (fetched.ok) this.open = [];
    return fetched;
  }

  /** Undefined if the provider has no batches. */
  private async batches(
    file: BatchFile,
    questions: ReadonlyMap<string, Prompt>,
    patience?: number,
  ): Promise<MessageBatches | undefined> {
    const { llm } = this;
    const { budget } = this.options;
    const client = llm instanceof StreamedLlm ? await llm.batches() : undefined;
    if (!client || !(llm instanceof StreamedLlm)) return undefined;
    const share = llm.batchPriceFactor;
    return new MessageBatches({
      ...{ client, file, budget, model: this.model, clock: llm.clock, ...(patience !== undefined && { patience }) },
      ceilingUsd: (prompt) => llm.ceilingUsd(prompt) * share,
      isKnown: (hash) => this.known(hash) !== undefined,
      keep: (hash, path, pieces) => {
        const prompt = questions.get(hash);
        const read = llm.answerFrom(pieces, share, prompt);
        // An unreadable answer was paid for too, so it counts with its maximum cost.
        const unreadTerms = prompt ? llm.ceilingUsd(prompt) * share : 0;
        const answer = read.ok ? read.value : { ...nothing, model: this.model, costUsd: unreadTerms };
        budget.settle(reservationOf(hash), this.row(read.ok ? hash : `partial:${hash}`, path, answer));
        this.fetched.set(hash, answer.costUsd);
      },
    });
  }

  private hash(prompt: Prompt): string {
    return promptHash(this.model, prompt, this.facts);
  }

  private known(hash: string): PaidCall | undefined {
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

  private row(requestHash: string, path: string, answer: LlmAnswer): PaidCall {
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
  const question = [
    facts.asked ?? model,
    system.text,
    user.map((block) => block.text).join(''),
    prefill,
    stop,
    mostTokens(prompt, facts),
    ...(infill?.suffix === undefined ? [] : [infill.suffix]),
  ];
  return createHash('sha256').update(JSON.stringify(question)).digest('hex');
}

const nothing = {
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
  const read = prompt.read(plainText(text));
  return { ...nothing, text: read, model, latencyMs, firstTokenMs: latencyMs, truncated, fromStore: true };
}
