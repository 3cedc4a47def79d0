// A fake store of paid calls in memory. It counts like the real one, and fails on request.
import { monthOf, type PaidCall, type Reservation, type Reserved } from '../../src/common/paid-call.ts';
import type { PaidCallStore } from '../../src/llm/recording.ts';

export class FakeLedger implements PaidCallStore {
  readonly calls: PaidCall[] = [];
  readonly open = new Map<string, Reservation>();
  /** The result of `reserve`; undefined: it counts. */
  refuses: Exclude<Reserved, { ok: true }> | undefined;
  /** Whether `settle` throws, as if the database rejected the row. */
  broken = false;

  findLlmCall(hash: string): PaidCall | undefined {
    return this.calls.findLast((call) => call.requestHash === hash);
  }

  reserve(reservation: Reservation, limitUsd: number): Reserved {
    if (this.refuses !== undefined) return this.refuses;
    const spentUsd = this.spentInMonth(reservation.at);
    if (spentUsd + reservation.usd > limitUsd) return { ok: false, why: 'limit', spentUsd };
    this.open.set(reservation.id, reservation);
    return { ok: true };
  }

  settle(id: string, paid: PaidCall | undefined): void {
    if (this.broken) throw new Error('disk full');
    this.open.delete(id);
    if (paid !== undefined) this.calls.push(paid);
  }

  spentInMonth(at: number): number {
    const paid = this.calls.filter((call) => monthOf(call.at) >= monthOf(at)).map(({ costUsd }) => costUsd);
    return [...paid, ...[...this.open.values()].map(({ usd }) => usd)].reduce((sum, usd) => sum + usd, 0);
  }
}
