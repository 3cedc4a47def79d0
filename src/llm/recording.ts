// Wraps a large model: stores every paid answer before it is returned, and never spends more than the budget.
import { createHash } from 'node:crypto';
import { messageOf, ok, type Result } from '../common/errors.ts';
import { type Log, silentLog } from '../common/log.ts';
import type { Ledger, PaidCall, Purpose } from '../common/paid-call.ts';
import type { Budget, BudgetReservation } from './budget.ts';
import { type ModelFacts, mostTokens, type Prompt } from './protocol/models.ts';
import type { LlmAnswer, LlmClient } from './types.ts';

/** The part of the store that is needed here. Synchronous: a call is on disk when `settle` returns. */
export interface PaidCallStore extends Ledger {
  findLlmCall(requestHash: string): PaidCall | undefined;
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
  private warned = false;

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
    return this.storedCall(this.hash(prompt)) !== undefined;
  }

  estimateUsd(prompt: Prompt): number {
    return this.llm.estimateUsd(prompt);
  }

  ceilingUsd(prompt: Prompt): number {
    return this.llm.ceilingUsd(prompt);
  }

  async ask(...[prompt, signal, onText, onLost]: Parameters<LlmClient['ask']>): Promise<Result<LlmAnswer>> {
    signal.throwIfAborted();
    const hash = this.hash(prompt);
    const storedCall = this.storedCall(hash);
    if (storedCall !== undefined) return ok(fromStore(storedCall, prompt, this.facts));
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

  private hash(prompt: Prompt): string {
    return promptHash(this.model, prompt, this.facts);
  }

  private storedCall(hash: string): PaidCall | undefined {
    if (this.options.purpose !== 'labelling') return undefined;
    try {
      return this.store.findLlmCall(hash);
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

function fromStore({ text, model, latencyMs, outputTokens }: PaidCall, prompt: Prompt, facts: ModelFacts): LlmAnswer {
  // The stop reason is not stored, so an answer of maximum length counts as truncated.
  const truncated = outputTokens >= mostTokens(prompt, facts);
  const usage = { inputTokens: 0, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 0 };
  const times = { latencyMs, firstTokenMs: latencyMs };
  return { text, model, usage, costUsd: 0, ...times, truncated, fromStore: true };
}
