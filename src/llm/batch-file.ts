// Batches that are out: on disk before a server is told, so that a crash at any moment neither loses what is paid for nor pays it twice.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
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

  get exists(): boolean {
    return existsSync(this.path);
  }

  /** Throws where there is a file that cannot be read: what it says is paid for. */
  read(): readonly OpenBatch[] {
    return this.exists ? (JSON.parse(readFileSync(this.path, 'utf8')) as readonly OpenBatch[]) : [];
  }

  /** On disk when it returns. */
  write(batches: readonly OpenBatch[]): void {
    mkdirSync(dirname(this.path), { recursive: true });
    if (batches.length === 0) rmSync(this.path, { force: true });
    else replaceFile(this.path, [Buffer.from(JSON.stringify(batches))]);
  }
}

/** Where those of a folder are kept, or of all: apart from what was learned there, which may be deleted while they are out. */
export function batchesFolder(storeFolder: string, root?: string): string {
  const all = join(storeFolder, 'batches');
  return root === undefined ? all : join(all, shortHash(root));
}

/** Of one model at one server, in a folder. */
export function batchFileOf(storeFolder: string, root: string, host: string, model: string): BatchFile {
  return new BatchFile(join(batchesFolder(storeFolder, root), `${shortHash(`${host} ${model}`)}.json`));
}

const shortHash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);
