// Vectors of a folder's texts by the sentence encoder, so that each text is read once. A cache: what it does not hold, or
// cannot store, is read again.
import { dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { messageOf } from '../common/errors.ts';
import { makeFolder } from '../common/files.ts';
import type { Log } from '../common/log.ts';
import { openPrivately } from './database.ts';

/** Plain data: it is sent to a job's process. */
export interface EncoderFiles {
  /** Folder of the encoder (models/encoder). */
  readonly encoder: string;
  /** Where the vectors of a folder's texts are kept. */
  readonly vectors: string;
}

/** @param models folder of the shipped models @param stored folder of what is stored of the workspace folder */
export function encoderFiles(models: string, stored: string): EncoderFiles {
  return { encoder: join(models, 'encoder'), vectors: join(stored, 'vectors.sqlite') };
}

/** Vectors that are kept, 1.6 kB each; the oldest go first. */
const MAX_VECTORS = 120_000;

export class TextVectors {
  private database: DatabaseSync | undefined;
  private readonly encoder: string;
  private readonly log: Log;

  /** @param encoder what makes the vectors; a file with those of another one is emptied */
  constructor(file: string, encoder: string, log: Log) {
    this.encoder = encoder;
    this.log = log;
    try {
      makeFolder(dirname(file));
      this.database = openPrivately(file);
    } catch (error) {
      log.warn(`${file} cannot be opened: ${messageOf(error)}`);
    }
    this.attempt((database) => {
      database.exec(`PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
        CREATE TABLE IF NOT EXISTS vectors (
          id INTEGER PRIMARY KEY, key INTEGER NOT NULL UNIQUE, encoder TEXT NOT NULL, vector BLOB NOT NULL
        ) STRICT;`);
      database.prepare('DELETE FROM vectors WHERE encoder <> ?').run(encoder);
      database.prepare('DELETE FROM vectors WHERE id <= (SELECT max(id) FROM vectors) - ?').run(MAX_VECTORS);
    });
  }

  /** Those that are stored, by key. */
  find(keys: Iterable<number>): Map<number, Float32Array> {
    const found = new Map<number, Float32Array>();
    this.attempt((database) => {
      const select = database.prepare('SELECT vector FROM vectors WHERE key = ?');
      for (const key of keys) {
        const bytes = select.get(key)?.vector as Uint8Array | undefined;
        // A copy, because SQLite's bytes may begin at any address.
        if (bytes) found.set(key, new Float32Array(Uint8Array.from(bytes).buffer));
      }
    });
    return found;
  }

  /** They are on disk when this returns. */
  add(vectors: Iterable<readonly [key: number, vector: Float32Array]>): void {
    this.attempt((database) => {
      const insert = database.prepare('INSERT OR IGNORE INTO vectors (key, encoder, vector) VALUES (?, ?, ?)');
      database.exec('BEGIN IMMEDIATE');
      for (const [key, { buffer, byteOffset, byteLength }] of vectors)
        insert.run(key, this.encoder, new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength));
      database.exec('COMMIT');
    });
  }

  close(): void {
    this.database?.close();
    this.database = undefined;
  }

  /** A cache that fails is not used any more in this run. */
  private attempt(work: (database: DatabaseSync) => void): void {
    try {
      if (this.database) work(this.database);
    } catch (error) {
      this.log.warn(`Vectors of texts cannot be stored: ${messageOf(error)}`);
      this.close();
    }
  }
}
