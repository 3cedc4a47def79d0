// Batches that are out: on disk before a server is told, so that a crash at any moment neither loses what is paid for nor pays it twice.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { replaceFile } from '../common/files.ts';

export interface OpenBatch {
  /** The server's name for it; absent: it was being submitted when the file was written. */
  readonly id?: string;
  /** When it was submitted at the earliest, ms since 1970. */
  readonly since: number;
  /** Hashes of its questions, which are also their ids there, with the paths that they are about. */
  readonly questions: Readonly<Record<string, string>>;
}

export class BatchFile {
  private readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Throws where there is a file that cannot be read: what it says is paid for. */
  read(): readonly OpenBatch[] {
    return existsSync(this.path) ? (JSON.parse(readFileSync(this.path, 'utf8')) as readonly OpenBatch[]) : [];
  }

  /** On disk when it returns. */
  write(batches: readonly OpenBatch[]): void {
    mkdirSync(dirname(this.path), { recursive: true });
    if (batches.length === 0) rmSync(this.path, { force: true });
    else replaceFile(this.path, [Buffer.from(JSON.stringify(batches))]);
  }
}
