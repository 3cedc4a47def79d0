// The only reader of an opened folder's files: it checks every part of a path and limits size and time. A crafted git
// index can name any path, so the text of a relative path is checked, too.
import type { BigIntStats, Dirent } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { CodedError, messageOf } from '../../common/errors.ts';
import {
  type Fault,
  type OpenedFile,
  type OpenedRoot,
  openInside,
  type ReaderHooks,
  type ReadOutcome,
  readPieces,
  readWhole,
  rootAt,
} from './open-inside.ts';

/** '', '.', '..' and the `.git` folder under any of its names. An absolute path begins with an empty part. */
const leavesFolder = /(?:^|\/)(?:\.{0,2}|\.git[. ]*|git~1[. ]*)(?:\/|$)/i;
/** On Windows: other separators, drives, alternate streams, names that Windows shortens, and devices. */
const isUnsafeOnWindows =
  /[\\:]|[. ](?:\/|$)|(?:^|\/)(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)[ ]*(?:\.[^/]*)?(?:\/|$)/i;
/** Characters that macOS ignores when it compares names: '.g<zero width joiner>it' is '.git' there. */
const ignoredCharacters = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/gu;

/**
 * Whether a relative path stays below the folder that it is joined to, and outside of `.git`. `FolderReader` checks
 * links.
 * @param path '/' separators
 */
export function isInside(path: string, platform: NodeJS.Platform = process.platform): boolean {
  if (path.includes('\0') || leavesFolder.test(path)) return false;
  if (platform === 'win32' && isUnsafeOnWindows.test(path)) return false;
  const visible = path.replace(ignoredCharacters, '');
  return visible === path || !leavesFolder.test(visible);
}

/** The folder that contains a path; '' for the root. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** Below this many folders nothing is read: each open walks all of them, so that time grows with the square. */
const maxDepth = 200;

export function isTooDeep(path: string): boolean {
  return path.split('/', maxDepth + 2).length > maxDepth + 1;
}

/** Says to the user what is not read. */
export function tooDeepFault(path: string): string {
  return `Nothing is read below ${maxDepth} nested folders, as in ${path.slice(0, 60)}…. Move it up to use it.`;
}

/** The folders that contain a path, nearest first; '' for the root, which is the last. */
export function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let folder = parentOf(path); ; folder = parentOf(folder)) {
    folders.push(folder);
    if (folder === '') return folders;
  }
}

/** Timeout of one file operation, ms, because a drive may not answer. */
const answerMs = 20_000;
/**
 * Time without access to a folder after a timeout, ms. A call that never returns blocks one of Node's four file threads
 * forever.
 */
const pauseMs = 60_000;
/** Number of files that are read at once. More would only wait for Node's four file threads. */
export const readsAtOnce = 8;
/** Number of entries read by one system call. */
const entriesAtOnce = 512;
/** Time of the timeout by folder; the key is the given or the real path. */
const timeouts = new Map<string, number>();

/** Serves one harvest or one file. */
export class FolderReader {
  private readonly openedRoot: OpenedRoot;
  private readonly hooks: ReaderHooks;

  private constructor(openedRoot: OpenedRoot, hooks: ReaderHooks) {
    this.openedRoot = openedRoot;
    this.hooks = hooks;
  }

  /** Throws CodedError 'unreadable' if the path is no folder, is gone, or does not answer. */
  static async open(root: string, hooks: ReaderHooks = {}): Promise<FolderReader> {
    if (isUnresponsive(root)) throw noAnswerError(root);
    const openedRoot = await withTimeout(hooks.answerMs ?? answerMs, rootAt(root)).catch((error: unknown) => {
      throw unreadableFolder(root, error);
    });
    if (openedRoot?.isFolder === false) throw new CodedError('unreadable', `${root} is not a folder. Choose a folder.`);
    if (openedRoot !== undefined) return new FolderReader(openedRoot, hooks);
    timeouts.set(root, performance.now());
    throw noAnswerError(root);
  }

  /** Absolute path with links resolved. */
  get root(): string {
    return this.openedRoot.path;
  }

  /** Whether the folder timed out in the last minute. */
  get isUnresponsive(): boolean {
    return isUnresponsive(this.root);
  }

  throwIfUnresponsive(): void {
    if (this.isUnresponsive) throw noAnswerError(this.root);
  }

  /**
   * Reads the file at `path`, relative with '/' separators. Returns 'ignored' if the path leads out of the folder or
   * into `.git`.
   */
  async read(path: string, maxBytes: number): Promise<ReadOutcome> {
    if (!isInside(path)) return { leftOut: 'ignored' };
    const outcome = await this.inTime(() => readWhole(this.openedRoot, path, maxBytes, this.hooks));
    return outcome ?? { leftOut: 'unreadable' };
  }

  /**
   * Yields the bytes of a file of any size in pieces. For tables, which are larger than source files. Throws CodedError
   * 'unreadable'.
   */
  async *pieces(path: string): AsyncGenerator<Uint8Array> {
    const fault = await this.whyNotAFile(path);
    try {
      if (fault !== undefined) throw new Error(fault);
      yield* readPieces(this.openedRoot, path, this.hooks);
    } catch (cause) {
      const message = `${path} cannot be read: ${messageOf(cause)}. Name a file in the folder.`;
      throw new CodedError('unreadable', message, { cause });
    }
  }

  /** Lists at most `maxEntries` entries of a folder; '' is the opened folder. Undefined if it cannot be listed. */
  async list(path: string, maxEntries: number): Promise<Dirent[] | undefined> {
    const entries = await this.use(path, 'isDirectory', async ({ path: openPath, isSame }) => {
      const found: Dirent[] = [];
      const folder = await opendir(openPath, { bufferSize: entriesAtOnce });
      for await (const entry of folder) if (found.push(entry) >= maxEntries) break;
      return (await isSame()) ? found.sort((a, b) => (a.name < b.name ? -1 : 1)) : undefined;
    }).catch(() => undefined);
    return typeof entries === 'string' ? undefined : entries;
  }

  /** The reason not to read below a folder: a link in the path, or no folder. Undefined if there is no problem. */
  folder(path: string): Promise<Fault | undefined> {
    return this.use(path, 'isDirectory', async () => undefined);
  }

  /** The reason not to open a file. Undefined if it is a regular file inside the folder. */
  whyNotAFile(path: string): Promise<Fault | undefined> {
    return this.use(path, 'isFile', async () => undefined);
  }

  /** Size and time of the last change. Undefined if there is no such regular file inside the folder. */
  async stats(path: string): Promise<Pick<BigIntStats, 'size' | 'mtimeNs'> | undefined> {
    const stats = await this.use(path, 'isFile', async (opened) => opened.stats);
    return typeof stats === 'string' ? undefined : stats;
  }

  /** Opens the file or folder for `work`. Returns the reason if it may not be opened. */
  private async use<T>(
    path: string,
    kind: 'isFile' | 'isDirectory',
    work: (opened: OpenedFile) => Promise<T>,
  ): Promise<T | Fault> {
    const isRoot = path === '' && kind === 'isDirectory';
    if (!isRoot && !isInside(path)) return 'ignored';
    const done = await this.inTime(async () => {
      const opened = await openInside(this.openedRoot, path, kind, this.hooks);
      if (typeof opened === 'string') return { result: opened };
      return { result: await work(opened).finally(() => opened.handle?.close()) };
    });
    return done === undefined ? 'unreadable' : done.result;
  }

  /** Undefined if the folder does not answer in time. */
  private async inTime<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.isUnresponsive) return undefined;
    const done = await withTimeout(
      this.hooks.answerMs ?? answerMs,
      work().then((value) => ({ value })),
    );
    if (done !== undefined) return done.value;
    timeouts.set(this.root, performance.now());
    return undefined;
  }
}

function isUnresponsive(root: string): boolean {
  const timedOutAt = timeouts.get(root);
  return timedOutAt !== undefined && performance.now() - timedOutAt < pauseMs;
}

export function unreadableFolder(root: string, cause: unknown): CodedError {
  const isGone = (cause as NodeJS.ErrnoException).code === 'ENOENT';
  const message = isGone
    ? `The folder ${root} was moved or removed. Put it back, or open it where it is now.`
    : `The folder ${root} cannot be read (${messageOf(cause)}). Allow reading it, or open another folder.`;
  return new CodedError('unreadable', message, { cause });
}

function noAnswerError(root: string): CodedError {
  return new CodedError(
    'unreadable',
    `The folder ${root} does not answer. Check the drive or the network, and try again.`,
  );
}

/** Undefined if `work` takes longer than `ms`. The work continues, but its result is ignored. */
function withTimeout<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
