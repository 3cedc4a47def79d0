// Stores a folder's held-out positions, the answers of models there, and the finished stages of its adaptation.
// A job writes them at once, on its own connection. They only save work, so a run continues if they cannot be stored.
import { join } from 'node:path';
import { messageOf } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { Database, isBusy, openDatabase } from './database.ts';
import { databaseName } from './open.ts';
import type { AnswerRow, PositionRow } from './types.ts';

export class PositionLedger {
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

  /** Stores a position and an answer. Both survive the end of the process. */
  keep(position: Omit<PositionRow, 'folder'>, answer: Omit<AnswerRow, 'folder' | 'place'>): void {
    const { folder } = this;
    this.attempt((database) => {
      database.insert('places', { folder, ...position });
      database.insert('answers', { folder, place: position.place, ...answer });
    });
  }

  /** The output of a finished stage (column `made`), or undefined. */
  outputOfFinished(stage: string, signature: string): string | undefined {
    const rows = this.attempt((database) =>
      database.rows<{ made: string }>(
        'SELECT made FROM stages WHERE folder = ? AND stage = ? AND signature = ?',
        this.folder,
        stage,
        signature,
      ),
    );
    return rows?.[0]?.made;
  }

  /** Stores that a stage has finished. */
  finish(stage: string, signature: string, output: string): void {
    const { folder } = this;
    this.attempt((database) => database.insert('stages', { folder, stage, signature, at: Date.now(), made: output }));
  }

  /** Deletes the answers of other models, and positions without answers. */
  keepOnly(models: readonly string[]): void {
    this.attempt((database) => {
      const marks = models.map(() => '?').join(', ');
      database.run(`DELETE FROM answers WHERE folder = ? AND model NOT IN (${marks})`, this.folder, ...models);
      this.deleteUnanswered(database);
    });
  }

  private deleteUnanswered(database: Database): void {
    database.run(
      'DELETE FROM places WHERE folder = ?1 AND place NOT IN (SELECT place FROM answers WHERE folder = ?1)',
      this.folder,
    );
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
