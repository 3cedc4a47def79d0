// Wraps a large model: stores every paid answer before it is returned, and never spends more than the budget. While the
// disk fails or is busy, an answer waits in memory instead. The ledger reserves the maximum cost of a call before it is
// sent. Concurrent calls of all processes together therefore cannot exceed the limit of a month. A run may have a limit
// of its own, for what it books in the ledger.
import { createHash, randomUUID } from 'node:crypto';
import { type Clock, systemClock } from '../common/clock.ts';
import { failed, messageOf, ok, type Result } from '../common/errors.ts';
import { type Log, silentLog } from '../common/log.ts';
import { isAmount, type Ledger, type PaidCall, type Purpose } from '../common/paid-call.ts';
import { goesOn } from './protocol/failures.ts';
import { type LlmAnswer, type LlmClient, type ModelFacts, mostTokens, type Prompt } from './protocol/models.ts';

/** The reservation of one call. */
interface BudgetReservation {
  /**
   * Ends the reservation with the call's row, or undefined if nothing was paid. Only the first call has an effect. A
   * cost that is no amount counts as the reservation.
   */
  settle(paid: PaidCall | undefined): void;
}

/** The spending limits of a calendar month and of a run, US dollars. */
export class Budget {
  private readonly ledger: () => Ledger;
  private readonly clock: Clock;
  private limit: number;
  private readonly runLimit: number;
  /** What this run has booked in the ledger and not settled for less, US dollars. */
  private bookedUsd = 0;
  /** Maximum cost of the last refused call; 0 if no call was refused. */
  private refused = 0;

  /**
   * @param ledger called at every use, because the ledger may be opened later
   * @param limitUsd of the month; one that is no amount allows nothing
   * @param runUsd limit of the calls through this object; absent: the month's alone
   */
  constructor(ledger: () => Ledger, limitUsd: number, clock: Clock = systemClock, runUsd?: number) {
    this.ledger = ledger;
    this.limit = isAmount(limitUsd) ? limitUsd : 0;
    this.runLimit = runUsd === undefined ? Number.POSITIVE_INFINITY : isAmount(runUsd) ? runUsd : 0;
    this.clock = clock;
  }

  get limitUsd(): number {
    return this.limit;
  }

  setLimit(limitUsd: number): void {
    this.limit = isAmount(limitUsd) ? limitUsd : 0;
  }

  /** Forgets the refused call, after a change of the model or the address. */
  reset(): void {
    this.refused = 0;
  }

  /** This month's spending by all users of the ledger, including reservations. */
  get spentUsd(): number {
    return this.ledger().spentInMonth(this.clock.now());
  }

  /** Whether the remaining budget is too small for another call. */
  get exhausted(): boolean {
    const left = this.limit - this.spentUsd;
    return left <= 0 || left < this.refused;
  }

  /** Reserves the maximum cost of a call. Fails with 'bad-request' if `usd` is no amount. */
  reserve(usd: number, purpose: Purpose, model: string): Result<BudgetReservation> {
    if (!isAmount(usd))
      return failed(
        'bad-request',
        `The price of a request to ${model} is no amount of money (${usd}), so it was not sent. Choose another model.`,
      );
    if (this.bookedUsd + usd > this.runLimit) return failed('over-budget', this.runMessage(usd));
    const id = randomUUID();
    const at = this.clock.now();
    const ledger = this.ledger();
    const reserved = ledger.reserve({ id, at, purpose, model, usd }, this.limit);
    if (!reserved.ok) {
      if (reserved.why === 'unwritable') return failed('unwritable', reserved.message);
      if (reserved.why === 'busy') return failed('overloaded', `Another window is writing to the store. ${goesOn}`);
      this.refused = usd;
      return failed('over-budget', this.limitMessage(usd, reserved.spentUsd));
    }
    this.refused = 0;
    this.bookedUsd += usd;
    let open = true;
    return ok({
      settle: (paid) => {
        if (!open) return;
        const costUsd = paid && isAmount(paid.costUsd) ? paid.costUsd : usd;
        // If it throws, the reservation stays in the ledger, and in the run's sum.
        ledger.settle(id, paid && { ...paid, costUsd });
        open = false;
        this.bookedUsd += (paid ? costUsd : 0) - usd;
      },
    });
  }

  private runMessage(usd: number): string {
    return (
      `The limit of ${dollars(this.runLimit)} for this run is reached: ${dollars(this.bookedUsd)} is spent or reserved, ` +
      `and the next request may cost up to ${dollars(usd)}. Run it again to continue, or raise the limit ` +
      '(setting easyAdaptation.adaptBudget, --run-budget on the command line).'
    );
  }

  private limitMessage(usd: number, spentUsd: number): string {
    return (
      `The spending limit of ${dollars(this.limit)} a month is reached: ${dollars(spentUsd)} is spent or reserved, ` +
      `and this request may cost up to ${dollars(usd)}. ` +
      'Raise it (setting easyAdaptation.apiBudget, --budget on the command line), or continue locally until next month.'
    );
  }
}

/** Formats a price with enough digits for a single call. */
export function dollars(usd: number): string {
  return `$${usd.toFixed(usd < 0.1 ? 4 : 2)}`;
}

/** The part of the store that is needed here. After `settle`, a call is on disk, or waits in memory to be written. */
export interface PaidCallStore extends Ledger {
  findLlmCall(requestHash: string): PaidCall | undefined;
}

interface RecordingOptions {
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
    const purpose = prompt.purpose ?? this.options.purpose;
    const reservation = this.options.budget.reserve(this.llm.ceilingUsd(prompt), purpose, this.model);
    if (!reservation.ok) return reservation;
    let paid: PaidCall | undefined;
    try {
      const result = await this.llm.ask(prompt, signal, onText, (lost) => {
        // Stored with another hash, so that an incomplete answer is never reused for the same request.
        paid = this.rowOf(`partial:${hash}`, prompt, lost);
        onLost?.(lost);
      });
      if (result.ok) paid = this.rowOf(hash, prompt, result.value);
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

  private rowOf(requestHash: string, { about: path, purpose }: Prompt, answer: LlmAnswer): PaidCall {
    // Warn only once, because such a server miscounts every time.
    if (answer.overcounted !== undefined && !this.warned) this.options.log?.warn(answer.overcounted);
    this.warned ||= answer.overcounted !== undefined;
    const { folder, now = Date.now } = this.options;
    return {
      at: now(),
      requestHash,
      purpose: purpose ?? this.options.purpose,
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
