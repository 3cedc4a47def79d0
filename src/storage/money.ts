// What was paid and what is set aside: the ledger's tables.

import { type Ledger, monthOf, type Reservation, type Reserved } from '../common/paid-call.ts';
import type { Database } from './database.ts';
import { MovedError } from './sqlite-errors.ts';
import type { TeacherCallRow } from './types.ts';

/** Clocks of one machine differ by less, ms: it may have been in another time zone. */
const longestSkewMs = 86_400_000;
/** Sums of fractions differ by less. */
const leastUsd = 1e-9;

export class Money implements Ledger {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  reserve(reservation: Reservation, limitUsd: number): Reserved {
    const { database } = this;
    let carried: ReadonlyMap<string, number> = new Map();
    const spentUsd = database.durably(() => {
      this.expire(reservation.at);
      carried = this.carryBack(monthOf(reservation.at));
      const spent = this.spentInMonth(reservation.at);
      if (spent + reservation.usd > limitUsd) return spent;
      database.insert('reservations', reservation);
      return undefined;
    });
    const told = carried.size === 0 ? {} : { notice: aheadNotice(carried) };
    if (spentUsd !== undefined) return { ok: false, why: 'limit', spentUsd, ...told };
    const kept = database.number('SELECT usd AS value FROM reservations WHERE id = ?', reservation.id);
    if (kept !== reservation.usd) throw new MovedError('what was written is not there');
    return { ok: true, ...told };
  }

  settle(id: string, paid: TeacherCallRow | undefined): void {
    const { database } = this;
    database.durably(() => {
      database.run('DELETE FROM reservations WHERE id = ?', id);
      // It came after all, from a machine that slept: what was counted for it is not counted twice.
      const late = database.rows<TeacherCallRow>(
        'DELETE FROM teacherCalls WHERE requestHash = ? RETURNING *',
        unsettled(id),
      );
      for (const call of late) this.spend(call.at, -call.costUsd);
      if (paid !== undefined) this.pay(paid);
    });
  }

  spentInMonth(at: number): number {
    const { database } = this;
    const month = monthOf(at);
    const ahead = [...this.notCarried(month).values()].reduce((sum, usd) => sum + usd, 0);
    return (
      (database.number('SELECT sum(usd) AS value FROM spending WHERE month = ?', month) ?? 0) +
      (database.number('SELECT sum(usd) AS value FROM carriedSpending WHERE countedIn = ?', month) ?? 0) +
      ahead +
      (database.number('SELECT sum(usd) AS value FROM reservations') ?? 0)
    );
  }

  findTeacherCall(requestHash: string): TeacherCallRow | undefined {
    return this.database.rows<TeacherCallRow>(
      'SELECT * FROM teacherCalls WHERE requestHash = ? ORDER BY at DESC, rowid DESC LIMIT 1',
      requestHash,
    )[0];
  }

  /** US dollars by month, for a store that takes over. Throws where the table cannot be read. */
  spending(): Map<string, number> {
    const rows = this.database.rows<{ month: string; usd: number }>('SELECT month, usd FROM spending');
    return new Map(rows.map(({ month, usd }) => [month, usd]));
  }

  /** What another store knew of these months, where it knew of more: a new file gives no new money. */
  carry(known: ReadonlyMap<string, number>): void {
    for (const [month, usd] of known) {
      this.database.run(
        'INSERT INTO spending VALUES (?, ?) ON CONFLICT (month) DO UPDATE SET usd = max(usd, excluded.usd)',
        month,
        usd,
      );
    }
  }

  /**
   * Counts what was spent under a clock that was ahead in this month, once. It stays counted in its own month: if it is this month's clock
   * that is wrong, nothing is given back.
   */
  private carryBack(month: string): ReadonlyMap<string, number> {
    const carried = this.notCarried(month);
    for (const [later, usd] of carried)
      this.database.run(
        'INSERT INTO carriedSpending VALUES (?, ?, ?) ON CONFLICT (month, countedIn) DO UPDATE SET usd = usd + excluded.usd',
        later,
        month,
        usd,
      );
    return carried;
  }

  /** US dollars of later months that no earlier month has counted, by month. */
  private notCarried(month: string): Map<string, number> {
    const rows = this.database.rows<{ month: string; usd: number }>(
      `SELECT month, usd - (SELECT coalesce(sum(usd), 0) FROM carriedSpending WHERE carriedSpending.month = spending.month) AS usd
       FROM spending WHERE month > ?`,
      month,
    );
    return new Map(rows.filter(({ usd }) => usd > leastUsd).map((row) => [row.month, row.usd]));
  }

  /**
   * Reservations that nobody is left to settle become calls without an answer: it may have been paid for. One from tomorrow was made under
   * a clock that was ahead, and would stay until that day.
   */
  private expire(now: number): void {
    const left = this.database.rows<Reservation>(
      'DELETE FROM reservations WHERE until < ? OR at > ? RETURNING *',
      now,
      now + longestSkewMs,
    );
    for (const reservation of left) this.pay(unanswered(reservation));
  }

  private pay(row: TeacherCallRow): void {
    this.database.insert('teacherCalls', row);
    this.spend(row.at, row.costUsd);
  }

  private spend(at: number, usd: number): void {
    this.database.run(
      'INSERT INTO spending VALUES (?, ?) ON CONFLICT (month) DO UPDATE SET usd = usd + excluded.usd',
      monthOf(at),
      usd,
    );
  }
}

function aheadNotice(carried: ReadonlyMap<string, number>): string {
  const sums = [...carried].sort().map(([month, usd]) => `$${usd.toFixed(4)} in ${month}`);
  return (
    `The store holds API costs of later months: ${sums.join(', ')}. The clock of this machine was ahead then, or is behind now. ` +
    'They count once for this month. If the limit is reached by that, raise it for this month (setting easyAdaptation.apiBudget).'
  );
}

function unsettled(id: string): string {
  return `unsettled:${id}`;
}

/** The row of a reservation whose answer nobody saw: it counts as paid for, with all that it may have cost. */
function unanswered({ id, at, purpose, model, usd }: Reservation): TeacherCallRow {
  const tokens = { inputTokens: 0, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 0 };
  const nothing = { folder: '', path: '', text: '', ...tokens, latencyMs: 0 };
  return { at, requestHash: unsettled(id), purpose, model, costUsd: usd, ...nothing };
}
