// What was paid and what is set aside: the ledger's tables.

import { type Ledger, monthOf, type Reservation, type Reserved } from '../common/teacher-call.ts';
import type { Database } from './database.ts';
import { MovedError } from './sqlite-errors.ts';
import type { TeacherCallRow } from './types.ts';

export class Money implements Ledger {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  reserve(reservation: Reservation, limitUsd: number): Reserved {
    const { database } = this;
    const spentUsd = database.durably(() => {
      this.expire(reservation.at);
      const spent = this.spentInMonth(reservation.at);
      if (spent + reservation.usd > limitUsd) return spent;
      database.insert('reservations', reservation);
      return undefined;
    });
    if (spentUsd !== undefined) return { ok: false, why: 'limit', spentUsd };
    const kept = database.number('SELECT usd AS value FROM reservations WHERE id = ?', reservation.id);
    if (kept !== reservation.usd) throw new MovedError('what was written is not there');
    return { ok: true };
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
    return (
      (database.number('SELECT sum(usd) AS value FROM spending WHERE month >= ?', monthOf(at)) ?? 0) +
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

  /** Reservations that nobody is left to settle become calls without an answer: it may have been paid for. */
  private expire(now: number): void {
    for (const left of this.database.rows<Reservation>('DELETE FROM reservations WHERE until < ? RETURNING *', now))
      this.pay(unanswered(left));
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

function unsettled(id: string): string {
  return `unsettled:${id}`;
}

/** The row of a reservation whose answer nobody saw: it counts as paid for, with all that it may have cost. */
function unanswered({ id, at, purpose, model, usd }: Reservation): TeacherCallRow {
  const tokens = { inputTokens: 0, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 0 };
  const nothing = { folder: '', path: '', text: '', ...tokens, latencyMs: 0 };
  return { at, requestHash: unsettled(id), purpose, model, costUsd: usd, ...nothing };
}
