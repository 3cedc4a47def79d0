// The only way by which files of an opened folder are read: every part of the path checked, with limits of size and time.

import type { Dirent } from 'node:fs';
import { lstat, opendir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError, messageOf } from '../common/errors.ts';
import { isInside, parentOf } from './inside.ts';
import { type ReadHooks, type ReadOutcome, readPieces, readWhole } from './read-file.ts';
import type { LeftOutReason } from './types.ts';

/** What takes longer than this, ms, lies on a drive that does not answer. */
const answerMs = 20_000;
/**
 * Each call that never returns holds one of Node's four file threads for ever: a folder that did not answer is left alone
 * for so long, ms.
 */
const awayMs = 60_000;
/** Entries that one call to the system brings. */
const entriesAtOnce = 512;
/** A folder, as it was named or by its real path -> since when it does not answer. */
const away = new Map<string, number>();

export type Fault = LeftOutReason | 'gone';

/** For tests, and those who cannot wait. */
export interface ReaderHooks extends ReadHooks {
  readonly answerMs?: number;
}

/** One harvest's, or one file's: what it has seen of the folders it takes for true as long as it lives. */
export class FolderReader {
  /** Absolute, free of links. */
  readonly root: string;
  private readonly hooks: ReaderHooks;
  private readonly folders = new Map<string, Promise<Fault | undefined>>();

  private constructor(root: string, hooks: ReaderHooks) {
    this.root = root;
    this.hooks = hooks;
  }

  /** Throws what the file system throws, and CodedError 'unreadable' for what is no folder or does not answer. */
  static async open(root: string, hooks: ReaderHooks = {}): Promise<FolderReader> {
    if (isAway(root)) throw noAnswer(root);
    const real = await within(hooks.answerMs ?? answerMs, realAndFolder(root));
    if (real !== undefined) return new FolderReader(real, hooks);
    away.set(root, performance.now());
    throw noAnswer(root);
  }

  /** It was asked for something and did not answer. */
  get isAway(): boolean {
    return isAway(this.root);
  }

  throwIfAway(): void {
    if (this.isAway) throw noAnswer(this.root);
  }

  /** The bytes of the file at `path`, relative with '/' separators. 'ignored': the path leads out of the folder, or into `.git`. */
  async read(path: string, maxBytes: number): Promise<ReadOutcome> {
    const outcome = await this.timely(async () => {
      const fault = isInside(path) ? await this.faultOf(parentOf(path)) : 'ignored';
      return fault === undefined ? readWhole(join(this.root, path), maxBytes, this.hooks) : { leftOut: fault };
    });
    return outcome ?? { leftOut: 'unreadable' };
  }

  /** The bytes of a file of any size, a piece at a time: of tables, which no limit of a source file fits. Throws CodedError 'unreadable'. */
  async *pieces(path: string): AsyncGenerator<Uint8Array> {
    const fault = await this.file(path);
    try {
      if (fault !== undefined) throw new Error(fault);
      yield* readPieces(join(this.root, path));
    } catch (cause) {
      const why = `${path} cannot be read: ${messageOf(cause)}. Name a file that lies in the folder.`;
      throw new CodedError('unreadable', why, { cause });
    }
  }

  /** What lies in a folder, `maxEntries` of it at most; '' is the opened one. Undefined where it cannot be listed. */
  list(path: string, maxEntries: number): Promise<Dirent[] | undefined> {
    return this.timely(async () => {
      if ((await this.faultOf(path)) !== undefined) return undefined;
      const entries: Dirent[] = [];
      try {
        const folder = await opendir(join(this.root, path), { bufferSize: entriesAtOnce });
        for await (const entry of folder) if (entries.push(entry) >= maxEntries) break;
        return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
      } catch {
        return undefined;
      }
    });
  }

  /** Why nothing below a folder is read: a link on the way, something that is no folder. Undefined: nothing is wrong with it. */
  async folder(path: string): Promise<Fault | undefined> {
    const fault = await this.timely(async () => ({ found: await this.faultOf(path) }));
    return fault === undefined ? 'unreadable' : fault.found;
  }

  /** Why a file is not to be opened; undefined: it is one, and lies in the folder. */
  async file(path: string): Promise<Fault | undefined> {
    const fault = await this.timely(async () => {
      const above = isInside(path) ? await this.faultOf(parentOf(path)) : 'ignored';
      return { found: above ?? (await this.kindOf(path, 'isFile')) };
    });
    return fault === undefined ? 'unreadable' : fault.found;
  }

  private faultOf(path: string): Promise<Fault | undefined> {
    if (path === '') return Promise.resolve(undefined);
    let fault = this.folders.get(path);
    if (fault === undefined) {
      fault = this.look(path);
      this.folders.set(path, fault);
    }
    return fault;
  }

  private async look(path: string): Promise<Fault | undefined> {
    if (!isInside(path)) return 'ignored';
    return (await this.faultOf(parentOf(path))) ?? (await this.kindOf(path, 'isDirectory'));
  }

  private async kindOf(path: string, expected: 'isFile' | 'isDirectory'): Promise<Fault | undefined> {
    try {
      return (await lstat(join(this.root, path)))[expected]() ? undefined : 'not-a-file';
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return code === 'ENOENT' || code === 'ENOTDIR' ? 'gone' : 'unreadable';
    }
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

async function realAndFolder(root: string): Promise<string> {
  const real = await realpath(root);
  if (!(await stat(real)).isDirectory())
    throw new CodedError('unreadable', `${root} is not a folder. Choose a folder.`);
  return real;
}

function noAnswer(root: string): CodedError {
  return new CodedError(
    'unreadable',
    `The folder ${root} does not answer. Check the drive or the network, and try again.`,
  );
}

/** Undefined where `work` takes longer; it goes on, and nobody waits for it. */
function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
