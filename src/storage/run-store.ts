// Stores the answers of models at a folder's held-out positions, and the finished steps of its adaptation.
// A job writes them at once, on its own connection. They only save work, so a run continues if they cannot be stored.
import { join } from 'node:path';
import { messageOf } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { Database, isBusy, openDatabase } from './database.ts';
import { databaseName } from './open.ts';
import type { AnswerRow } from './stored-rows.ts';

export class RunStore {
  private readonly folder: string;
  private readonly log: Log;
  private database: Database | undefined;

  /** To be called after `openStore`, which repairs the database. @param folder the workspace folder */
  constructor(storeFolder: string, folder: string, log: Log) {
    this.folder = folder;
    this.log = log;
    const file = join(storeFolder, databaseName);
    try {
      this.database = new Database(openDatabase(file), file);
    } catch (error) {
      this.continueWithout(error);
    }
  }

  /** The stored answers of a model, by position (column `place`). */
  answersOf(model: string): ReadonlyMap<string, AnswerRow> {
    const rows = this.attempt((database) =>
      database.rows<AnswerRow>('SELECT * FROM answers WHERE folder = ? AND model = ?', this.folder, model),
    );
    return new Map(rows?.map((row) => [row.place, row]));
  }

  /** Stores an answer, which survives the end of the process. */
  keep(answer: Omit<AnswerRow, 'folder'>): void {
    this.attempt((database) => database.insert('answers', { folder: this.folder, ...answer }));
  }

  /** The output of a finished step (column `made`), or undefined. */
  outputOfFinished(step: string, signature: string): string | undefined {
    const rows = this.attempt((database) =>
      database.rows<{ made: string }>(
        'SELECT made FROM stages WHERE folder = ? AND stage = ? AND signature = ?',
        this.folder,
        step,
        signature,
      ),
    );
    return rows?.[0]?.made;
  }

  /** Stores that a step has finished. */
  finish(step: string, signature: string, output: string): void {
    const { folder } = this;
    this.attempt((database) =>
      database.insert('stages', { folder, stage: step, signature, at: Date.now(), made: output }),
    );
  }

  /** Deletes the answers of other models. */
  keepOnly(models: readonly string[]): void {
    const marks = models.map(() => '?').join(', ');
    const sql = `DELETE FROM answers WHERE folder = ? AND model NOT IN (${marks})`;
    this.attempt((database) => database.run(sql, this.folder, ...models));
  }

  close(): void {
    this.database?.close();
    this.database = undefined;
  }

  private attempt<T>(work: (database: Database) => T): T | undefined {
    try {
      return this.database && work(this.database);
    } catch (error) {
      if (!isBusy(error)) this.continueWithout(error);
      return undefined;
    }
  }

  private continueWithout(error: unknown): void {
    this.log.warn(`Measurements are not stored: ${messageOf(error)}`);
    this.close();
  }
}
