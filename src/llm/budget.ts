// The spending limit. What a call may cost at most is set aside in the ledger before it goes out, so that calls side by
// side, in this process or another, cannot pass the limit together.
import { randomUUID } from 'node:crypto';
import { type Clock, systemClock } from '../common/clock.ts';
import { failed, ok, type Result } from '../common/errors.ts';
import type { Ledger, PaidCall, Purpose } from '../common/paid-call.ts';

/** Money set aside for one call. */
export interface Held {
  /** The call is over; its row, or undefined where it was not paid for. Only the first time counts. */
  settle(paid: PaidCall | undefined): void;
}

/** How long money stays set aside, and under which name where somebody else may settle it. */
export interface ReservationTerm {
  readonly id: string;
  readonly leaseMs: number;
}

/** No call lasts this long, ms: its time limit is 2 minutes at most. */
const callMs = 10 * 60_000;

/** A limit for the calendar month, US dollars. */
export class Budget {
  private readonly ledger: () => Ledger;
  private readonly clock: Clock;
  private limit: number;
  /** What the last call that was refused might have cost; 0 where none was. */
  private refused = 0;

  /** @param ledger looked up at every use: it may be opened late */
  constructor(ledger: () => Ledger, limitUsd: number, clock: Clock = systemClock) {
    this.ledger = ledger;
    this.limit = limitUsd;
    this.clock = clock;
  }

  get limitUsd(): number {
    return this.limit;
  }

  setLimit(limitUsd: number): void {
    this.limit = limitUsd;
  }

  /** What was refused is asked about otherwise now: with another model, at another address. */
  reset(): void {
    this.refused = 0;
  }

  /** This month, by everyone who uses the same ledger, what is set aside included. */
  get spentUsd(): number {
    return this.ledger().spentInMonth(this.clock.now());
  }

  /** What is left is too little for the calls that are made. */
  get exhausted(): boolean {
    const left = this.limit - this.spentUsd;
    return left <= 0 || left < this.refused;
  }

  /** Sets aside what a call may cost at most. */
  reserve(usd: number, purpose: Purpose, model: string, lease: Partial<ReservationTerm> = {}): Result<Held> {
    const { id = randomUUID(), leaseMs = callMs } = lease;
    const at = this.clock.now();
    const ledger = this.ledger();
    const reserved = ledger.reserve({ id, at, until: at + leaseMs, purpose, model, usd }, this.limit);
    if (!reserved.ok) {
      if (reserved.why === 'unwritable') return failed('unwritable', reserved.message);
      if (reserved.why === 'busy')
        return failed('overloaded', 'Another window is writing to the store. Requests go on after a pause.');
      this.refused = usd;
      return failed('over-budget', this.wording(usd, reserved.spentUsd));
    }
    this.refused = 0;
    let open = true;
    return ok({
      settle: (paid) => {
        if (open) ledger.settle(id, paid);
        open = false;
      },
    });
  }

  /** Of what was reserved under this name, perhaps by a process that is gone. */
  settle(id: string, paid: PaidCall | undefined): void {
    this.ledger().settle(id, paid);
  }

  private wording(usd: number, spentUsd: number): string {
    return (
      `The spending limit of ${dollars(this.limit)} a month is reached: ${dollars(spentUsd)} is spent or set aside, ` +
      `and this question may cost up to ${dollars(usd)}. ` +
      'Raise it (setting easyAdaptation.apiBudget, --budget on the command line), or go on locally until next month.'
    );
  }
}

/** Enough digits to see a single call. */
export function dollars(usd: number): string {
  return `$${usd.toFixed(usd < 0.1 ? 4 : 2)}`;
}
