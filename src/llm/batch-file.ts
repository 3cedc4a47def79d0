// Keeps batches on disk. They are written before their submission, so a crash neither loses nor repeats payments.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../common/files.ts';

export interface OpenBatch {
  /** The server's id. Absent if the submission had not finished when the file was written. */
  readonly id?: string;
  /** Earliest time of the submission, ms since 1970. */
  readonly since: number;
  /** Hash of a request → its path. The hash is also the request's id at the server. */
  readonly questions: Readonly<Record<string, string>>;
}

export class BatchFile {
  private readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get exists(): boolean {
    return existsSync(this.path);
  }

  /** Throws if the file exists but cannot be read, because its batches are paid for. */
  read(): readonly OpenBatch[] {
    return this.exists ? (JSON.parse(readFileSync(this.path, 'utf8')) as readonly OpenBatch[]) : [];
  }

  /** The data is on disk when this returns. */
  write(batches: readonly OpenBatch[]): void {
    if (batches.length === 0) rmSync(this.path, { force: true });
    else replaceFile(this.path, [Buffer.from(JSON.stringify(batches))]);
  }
}

/** Directory of the batch files of a folder, or of all folders. It is separate from artifacts, which may be deleted. */
export function batchesFolder(storeFolder: string, root?: string): string {
  const all = join(storeFolder, 'batches');
  return root === undefined ? all : join(all, shortHash(root));
}

/** The batch file of one model at one server, in one folder. */
export function batchFileOf(storeFolder: string, root: string, host: string, model: string): BatchFile {
  return new BatchFile(join(batchesFolder(storeFolder, root), `${shortHash(`${host} ${model}`)}.json`));
}

const shortHash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);
