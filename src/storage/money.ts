// The ledger's tables: API calls and their costs. A call is booked with its maximum cost before it is made.
import { type Ledger, monthOf, type PaidCall, type Reservation, type Reserved } from '../common/paid-call.ts';
import { type Database, MovedError } from './database.ts';

/** Tolerance for rounding errors in sums. */
const roundingUsd = 1e-9;

/** What a store that replaces this one must know for the limit. */
export interface KnownSpending {
  /** US dollars by month. */
  readonly byMonth: ReadonlyMap<string, number>;
  /** Calls that are in it with their maximum cost. */
  readonly unsettled: readonly PaidCall[];
}

export class Money implements Ledger {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  reserve(reservation: Reservation, limitUsd: number): Reserved {
    const { database } = this;
    let carried: ReadonlyMap<string, number> = new Map();
    const spentUsd = database.transactDurably(() => {
      carried = this.carryBack(monthOf(reservation.at));
      const spent = this.spentInMonth(reservation.at);
      // Also refuses if one of them is NaN.
      if (!(spent + reservation.usd <= limitUsd)) return spent;
      this.pay(unanswered(reservation));
      return undefined;
    });
    const withNotice = carried.size === 0 ? {} : { notice: clockNotice(carried) };
    if (spentUsd !== undefined) return { ok: false, why: 'limit', spentUsd, ...withNotice };
    if (this.findLlmCall(unsettled(reservation.id))?.costUsd !== reservation.usd)
      throw new MovedError('the written reservation is missing');
    return { ok: true, ...withNotice };
  }

  settle(id: string, paid: PaidCall | undefined): void {
    const { database } = this;
    database.transactDurably(() => {
      const booked = database.rows<PaidCall>('DELETE FROM llmCalls WHERE requestHash = ? RETURNING *', unsettled(id));
      for (const call of booked) this.spend(call.at, -call.costUsd);
      if (paid !== undefined) this.pay(paid);
    });
  }

  spentInMonth(at: number): number {
    const { database } = this;
    const month = monthOf(at);
    const laterUsd = [...this.notCarried(month).values()].reduce((sum, usd) => sum + usd, 0);
    return (
      (database.number('SELECT sum(usd) AS value FROM spending WHERE month = ?', month) ?? 0) +
      (database.number('SELECT sum(usd) AS value FROM carriedSpending WHERE countedIn = ?', month) ?? 0) +
      laterUsd
    );
  }

  findLlmCall(requestHash: string): PaidCall | undefined {
    return this.database.rows<PaidCall>(
      'SELECT * FROM llmCalls WHERE requestHash = ? ORDER BY at DESC, rowid DESC LIMIT 1',
      requestHash,
    )[0];
  }

  /** For a store that replaces this one. Throws if the tables cannot be read. */
  spending(): KnownSpending {
    const { database } = this;
    const rows = database.rows<{ month: string; usd: number }>('SELECT month, usd FROM spending');
    return {
      byMonth: new Map(rows.map(({ month, usd }) => [month, usd])),
      unsettled: database.rows<PaidCall>(
        "SELECT * FROM llmCalls WHERE requestHash > 'unsettled:' AND requestHash < 'unsettled;'",
      ),
    };
  }

  /**
   * Raises the spending of each month to that of another store, so that a new file does not reset the limit. A store
   * without calls also takes over those that may be settled later.
   */
  carry({ byMonth, unsettled }: KnownSpending): void {
    const isNew = this.database.number('SELECT count(*) AS value FROM llmCalls') === 0;
    for (const row of isNew ? unsettled : []) this.database.insert('llmCalls', row);
    for (const [month, usd] of byMonth) {
      this.database.run(
        'INSERT INTO spending VALUES (?, ?) ON CONFLICT (month) DO UPDATE SET usd = max(usd, excluded.usd)',
        month,
        usd,
      );
    }
  }

  /**
   * Counts spending of later months, made while the clock was ahead, once in this month. It stays counted in its own
   * month too, because this month's clock may be the wrong one.
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

  /** US dollars of later months that were not carried to an earlier month yet, by month. */
  private notCarried(month: string): Map<string, number> {
    const rows = this.database.rows<{ month: string; usd: number }>(
      `SELECT month, usd - (SELECT coalesce(sum(usd), 0) FROM carriedSpending WHERE carriedSpending.month = spending.month) AS usd
       FROM spending WHERE month > ?`,
      month,
    );
    return new Map(rows.filter(({ usd }) => usd > roundingUsd).map((row) => [row.month, row.usd]));
  }

  private pay(row: PaidCall): void {
    this.database.insert('llmCalls', row);
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

function clockNotice(carried: ReadonlyMap<string, number>): string {
  const sums = [...carried].sort().map(([month, usd]) => `$${usd.toFixed(4)} in ${month}`);
  return (
    `The store holds API costs of later months: ${sums.join(', ')}. The clock of this machine was ahead then, or is behind now. ` +
    'They count once for this month. If the limit is reached by that, raise it for this month (setting easyAdaptation.apiBudget).'
  );
}

function unsettled(id: string): string {
  return `unsettled:${id}`;
}

/** The row of a call without an answer. It counts as paid, with its maximum cost. */
function unanswered({ id, at, purpose, model, usd }: Reservation): PaidCall {
  const tokens = { inputTokens: 0, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 0 };
  const emptyFields = { folder: '', path: '', text: '', ...tokens, latencyMs: 0 };
  return { at, requestHash: unsettled(id), purpose, model, costUsd: usd, ...emptyFields };
}
