// The store's rows in one SQLite database.
import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { monthOf, type PaidCall } from '../common/paid-call.ts';
import { Database, folderTables, type StoreTable } from './database.ts';
import { Money } from './money.ts';
import type { AdaptationRow, AnswerRow, FinishedRun, FolderRows, StageRow } from './stored-rows.ts';

export class SqliteStore {
  readonly money: Money;
  private readonly database: Database;

  /** @param open from `openDatabase`; this object takes ownership. @param location its file, if it is written */
  constructor(open: DatabaseSync, location?: string) {
    this.database = new Database(open, location);
    this.money = new Money(this.database);
  }

  get location(): string | undefined {
    return this.database.location;
  }

  rowsOf(folder: string): FolderRows {
    const rowsIn = <T>(table: StoreTable, order: string) =>
      this.database.rows<T>(`SELECT * FROM ${table} WHERE folder = ? ORDER BY ${order}`, folder);
    return {
      llmCalls: rowsIn<PaidCall>('llmCalls', 'at, rowid'),
      adaptations: rowsIn<AdaptationRow>('adaptations', 'finishedAt DESC, rowid DESC'),
      answers: rowsIn<AnswerRow>('answers', 'rowid'),
      stages: rowsIn<StageRow>('stages', 'rowid'),
    };
  }

  recordAdaptation(folder: string, { startedAt, finishedAt, report, router }: FinishedRun): AdaptationRow {
    const texts = { report: JSON.stringify(report), router: JSON.stringify(router) };
    const row = { id: randomUUID(), folder, startedAt, finishedAt, ...texts };
    this.database.insert('adaptations', row);
    return row;
  }

  latestAdaptation(folder: string): AdaptationRow | undefined {
    return this.database.rows<AdaptationRow>(
      'SELECT * FROM adaptations WHERE folder = ? ORDER BY finishedAt DESC, rowid DESC LIMIT 1',
      folder,
    )[0];
  }

  /** Copies all paid answers, or none, from the store of another version of the extension. Throws if they cannot be read. */
  copyPaidAnswers(other: SqliteStore): void {
    this.database.inTransaction(() => {
      for (const row of other.database.rows<object>('SELECT * FROM llmCalls ORDER BY rowid'))
        this.database.insert('llmCalls', row);
    });
  }

  deleteFolderData(folder: string): void {
    this.database.wipe(folderTables, 'WHERE folder = ?', folder);
  }

  /** Every folder's data. What was spent this month stays, so that the limit is not reset. */
  deleteAll(): void {
    this.database.run('DELETE FROM spending WHERE month < ?', monthOf(Date.now()));
    this.database.run('DELETE FROM carriedSpending WHERE countedIn < ?', monthOf(Date.now()));
    this.database.wipe(folderTables);
  }

  close(): void {
    this.database.close();
  }
}
