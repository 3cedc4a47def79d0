// The only reader of an opened folder's files: it checks every part of a path and limits size and time.

import type { Dirent } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { CodedError, messageOf } from '../../common/errors.ts';
import { isInside } from './inside.ts';
import { type Fault, type OpenedFile, type OpenedRoot, openInside, rootAt } from './open-inside.ts';
import { type ReadHooks, type ReadOutcome, readPieces, readWhole } from './read-file.ts';

/** Timeout of one file operation, ms: a drive may not answer. */
const answerMs = 20_000;
/**
 * Each call that never returns holds one of Node's four file threads for ever: a folder that did not answer is left
 * alone
 * for so long, ms.
 */
const awayMs = 60_000;
/** Entries that one call to the system brings. */
const entriesAtOnce = 512;
/** A folder, as it was named or by its real path -> since when it does not answer. */
const away = new Map<string, number>();

/** For tests and callers with less time. */
export interface ReaderHooks extends ReadHooks {
  readonly answerMs?: number;
}

/** One harvest's, or one file's. */
export class FolderReader {
  private readonly place: OpenedRoot;
  private readonly hooks: ReaderHooks;

  private constructor(place: OpenedRoot, hooks: ReaderHooks) {
    this.place = place;
    this.hooks = hooks;
  }

  /** Throws what the file system throws, and CodedError 'unreadable' for what is no folder or does not answer. */
  static async open(root: string, hooks: ReaderHooks = {}): Promise<FolderReader> {
    if (isAway(root)) throw noAnswer(root);
    const place = await within(hooks.answerMs ?? answerMs, rootAt(root));
    if (place?.isFolder === false) throw new CodedError('unreadable', `${root} is not a folder. Choose a folder.`);
    if (place !== undefined) return new FolderReader(place, hooks);
    away.set(root, performance.now());
    throw noAnswer(root);
  }

  /** Absolute, free of links. */
  get root(): string {
    return this.place.path;
  }

  /** Whether the folder has failed to answer. */
  get isAway(): boolean {
    return isAway(this.root);
  }

  throwIfAway(): void {
    if (this.isAway) throw noAnswer(this.root);
  }

  /**
   * The bytes of the file at `path`, relative with '/' separators. 'ignored': the path leads out of the folder, or into
   * `.git`.
   */
  async read(path: string, maxBytes: number): Promise<ReadOutcome> {
    if (!isInside(path)) return { leftOut: 'ignored' };
    const outcome = await this.timely(() => readWhole(this.place, path, maxBytes, this.hooks));
    return outcome ?? { leftOut: 'unreadable' };
  }

  /**
   * The bytes of a file of any size, a piece at a time: of tables, which no limit of a source file fits. Throws
   * CodedError 'unreadable'.
   */
  async *pieces(path: string): AsyncGenerator<Uint8Array> {
    const fault = await this.file(path);
    try {
      if (fault !== undefined) throw new Error(fault);
      yield* readPieces(this.place, path, this.hooks);
    } catch (cause) {
      const why = `${path} cannot be read: ${messageOf(cause)}. Name a file that lies in the folder.`;
      throw new CodedError('unreadable', why, { cause });
    }
  }

  /** What lies in a folder, `maxEntries` of it at most; '' is the opened one. Undefined where it cannot be listed. */
  list(path: string, maxEntries: number): Promise<Dirent[] | undefined> {
    return this.timely(async () => {
      const opened = await this.opened(path, 'isDirectory');
      if (typeof opened === 'string') return undefined;
      const entries: Dirent[] = [];
      try {
        const folder = await opendir(opened.path, { bufferSize: entriesAtOnce });
        for await (const entry of folder) if (entries.push(entry) >= maxEntries) break;
        if (!(await opened.isSame())) return undefined;
        return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
      } catch {
        return undefined;
      } finally {
        await opened.handle?.close();
      }
    });
  }

  /**
   * Why nothing below a folder is read: a link on the way, something that is no folder. Undefined: nothing is wrong
   * with it.
   */
  folder(path: string): Promise<Fault | undefined> {
    return this.faultOf(path, 'isDirectory');
  }

  /** Why a file is not to be opened; undefined: it is one, and lies in the folder. */
  file(path: string): Promise<Fault | undefined> {
    return this.faultOf(path, 'isFile');
  }

  private async faultOf(path: string, kind: 'isFile' | 'isDirectory'): Promise<Fault | undefined> {
    const fault = await this.timely(async () => {
      const opened = await this.opened(path, kind);
      if (typeof opened === 'string') return { found: opened };
      await opened.handle?.close();
      return { found: undefined };
    });
    return fault === undefined ? 'unreadable' : fault.found;
  }

  private async opened(path: string, kind: 'isFile' | 'isDirectory'): Promise<OpenedFile | Fault> {
    const isRoot = path === '' && kind === 'isDirectory';
    return isRoot || isInside(path) ? openInside(this.place, path, kind, this.hooks) : 'ignored';
  }

  /** Undefined where the folder does not answer. */
  private async timely<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.isAway) return undefined;
    const done = await within(
      this.hooks.answerMs ?? answerMs,
      work().then((value) => ({ value })),
    );
    if (done !== undefined) return done.value;
    away.set(this.root, performance.now());
    return undefined;
  }
}

function isAway(root: string): boolean {
  const since = away.get(root);
  return since !== undefined && performance.now() - since < awayMs;
}

function noAnswer(root: string): CodedError {
  return new CodedError(
    'unreadable',
    `The folder ${root} does not answer. Check the drive or the network, and try again.`,
  );
}

/** Undefined if `work` takes longer; it continues unobserved. */
function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
