// Downloads one large file: resumed where it was cut, checked by its hash before it gets its name.
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm, stat, statfs } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { dirname } from 'node:path';
import { type Clock, systemClock } from '../../../common/clock.ts';
import { CodedError, failed, messageOf, ok, type Result } from '../../../common/errors.ts';
import { hashOfFile } from '../../../common/file-hash.ts';
import { makeFolder, newFileMode } from '../../../common/files.ts';
import { about, megabytes } from '../../../common/format.ts';
import { noProgress, type Progress } from '../../../common/progress.ts';
import { get, type Proxies } from './get.ts';

export interface RemoteFile {
  readonly url: string;
  readonly bytes: number;
  /** 64 hex digits. */
  readonly sha256: string;
}

export interface DownloadOptions {
  readonly signal: AbortSignal;
  readonly progress?: Progress;
  readonly proxies?: Proxies;
  readonly clock?: Clock;
  /** Free bytes of the disk that holds the folder. */
  readonly freeBytes?: (folder: string) => Promise<number>;
  /** Longest silence of the server, ms. */
  readonly silenceMs?: number;
}

const SILENCE_MS = 30_000;
/** The download fails after this many attempts in a row that received nothing. */
const MOST_FAILURES = 4;
/** Pause before the second attempt, ms; doubled before each further one. */
const PAUSE_MS = 1000;
/** Longest pause that a server may ask for, ms. */
const LONGEST_PAUSE_MS = 60_000;
/** Space that stays free on disk, bytes. */
const ROOM = 200e6;
/** Interval of progress reports, ms. */
const REPORT_MS = 250;

/** An attempt that may be repeated. */
class Interrupted extends Error {
  readonly waitMs: number | undefined;
  constructor(message: string, waitMs?: number, cause?: unknown) {
    super(message, { cause });
    this.waitMs = waitMs;
  }
}

/** Path of an unfinished download. */
export const partialOf = (path: string) => `${path}.partial`;

/**
 * Writes `path`, which exists only once its hash is right. What has arrived of an interrupted download is kept. Fails
 * with 'network', 'overloaded', 'redirected', 'bad-request', 'corrupt', 'unwritable' and 'cancelled'.
 */
export async function download(file: RemoteFile, path: string, options: DownloadOptions): Promise<Result<string>> {
  const { signal } = options;
  try {
    if (await isThere(file, path, options)) return ok(path);
    makeFolder(dirname(path));
    const partial = await open(partialOf(path), 'a+', newFileMode(path));
    try {
      await new Attempts(file, path, partial, options).run();
      await partial.sync();
    } finally {
      await partial.close();
    }
    await rename(partialOf(path), path);
    return ok(path);
  } catch (error) {
    if (signal.aborted) return failed('cancelled', 'Stopped. What has arrived is kept.');
    if (error instanceof CodedError) {
      // These bytes cannot become the right file.
      if (error.code === 'corrupt') await rm(partialOf(path), { force: true });
      return failed(error.code, error.message);
    }
    const isFull = ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
    if (isFull) return failed('unwritable', 'The disk is full. Make room and try again: what has arrived is kept.');
    return failed('unwritable', `The file cannot be written: ${messageOf(error)}. Check the disk and try again.`);
  }
}

/**
 * Whether an earlier download is there whole. Only its hash tells: what has its size may be damaged or another file.
 */
async function isThere(
  { bytes, sha256 }: RemoteFile,
  path: string,
  { signal, progress = noProgress }: DownloadOptions,
): Promise<boolean> {
  const known = await stat(path).catch(() => undefined);
  if (!known?.isFile() || known.size !== bytes) return false;
  const onRead = (done: number) => progress({ stage: 'Checking the file', done, total: bytes });
  return (await hashOfFile(path, { signal, onRead })) === sha256;
}

class Attempts {
  private readonly file: RemoteFile;
  private readonly path: string;
  private readonly partial: FileHandle;
  private readonly options: DownloadOptions;
  private readonly clock: Clock;
  private readonly host: string;
  /** Hash of the bytes on disk. */
  private hash: Hash = createHash('sha256');
  private done = 0;
  private reportedAt = Number.NEGATIVE_INFINITY;
  /** Start of the speed measurement. */
  private since: { readonly at: number; readonly done: number } | undefined;

  constructor(file: RemoteFile, path: string, partial: FileHandle, options: DownloadOptions) {
    this.file = file;
    this.path = path;
    this.partial = partial;
    this.options = options;
    this.clock = options.clock ?? systemClock;
    this.host = new URL(file.url).host;
  }

  async run(): Promise<void> {
    const { signal } = this.options;
    await this.readPartial();
    await this.checkRoom();
    for (let failures = 0; this.done < this.file.bytes; ) {
      const before = this.done;
      try {
        await this.attempt();
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof Interrupted)) throw error;
        failures = this.done > before ? 1 : failures + 1;
        if (failures >= MOST_FAILURES) throw new CodedError('network', this.lost(error));
        const pause = error.waitMs ?? PAUSE_MS * 2 ** (failures - 1);
        await this.clock.sleep(Math.min(pause, LONGEST_PAUSE_MS), signal);
      }
    }
    if (this.hash.digest('hex') !== this.file.sha256)
      throw new CodedError(
        'corrupt',
        `The file from ${this.host} is not the one that its maker published: its SHA-256 differs. It is deleted. Try again, and check any proxy in between.`,
      );
  }

  private lost({ message }: Interrupted): string {
    const kept = this.done > 0 ? ` ${megabytes(this.done)} of ${megabytes(this.file.bytes)} are kept.` : '';
    return `No connection to ${this.host} (${message}). Check the network and the proxy (the setting http.proxy, or the variable HTTPS_PROXY), and try again.${kept}`;
  }

  /** Hashes the bytes that an earlier attempt stored. */
  private async readPartial(): Promise<void> {
    const { size } = await this.partial.stat();
    if (size > this.file.bytes) return this.restart();
    const stream = createReadStream(partialOf(this.path), { highWaterMark: 1 << 20, signal: this.options.signal });
    for await (const chunk of stream) {
      this.hash.update(chunk);
      this.done += chunk.length;
      this.report('Checking what has arrived');
    }
  }

  private async checkRoom(): Promise<void> {
    const { freeBytes = freeOn } = this.options;
    const needs = this.file.bytes - this.done + ROOM;
    const free = await freeBytes(dirname(this.path));
    if (free < needs)
      throw new CodedError(
        'unwritable',
        `The download needs ${megabytes(needs)} on disk, and ${megabytes(free)} are free. Make room and try again.`,
      );
  }

  private async restart(): Promise<void> {
    await this.partial.truncate(0);
    this.hash = createHash('sha256');
    this.done = 0;
    this.since = undefined;
  }

  private async attempt(): Promise<void> {
    const { signal, proxies = {}, silenceMs = SILENCE_MS } = this.options;
    const headers: Record<string, string> = this.done > 0 ? { range: `bytes=${this.done}-` } : {};
    let response: IncomingMessage;
    try {
      response = await get(this.file.url, { signal, headers, silenceMs, proxies });
    } catch (error) {
      throw this.connectionError(error);
    }
    try {
      await this.accept(response);
      await this.receive(response);
    } finally {
      response.destroy();
    }
  }

  private connectionError(error: unknown): unknown {
    if (error instanceof CodedError || this.options.signal.aborted) return error;
    const { code = '' } = error as NodeJS.ErrnoException;
    if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/.test(code))
      return new CodedError(
        'network',
        `The certificate of ${this.host} is not trusted (${code}). If a proxy inspects connections, add its certificate to the system's or to NODE_EXTRA_CA_CERTS.`,
      );
    return new Interrupted(code || messageOf(error), undefined, error);
  }

  /** Checks status and size before a byte is used; starts over where the server does. */
  private async accept({ statusCode: status = 0, headers }: IncomingMessage): Promise<void> {
    if (status === 416) {
      await this.restart();
      throw new Interrupted('HTTP 416', 0);
    }
    if (status === 429 || status >= 500) {
      const seconds = Number(headers['retry-after']);
      const waitMs = Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
      throw new Interrupted(`HTTP ${status}`, waitMs);
    }
    if (status !== 200 && status !== 206)
      throw new CodedError(
        'bad-request',
        `${this.host} does not give the file (HTTP ${status}). Update the extension, or download the file yourself and import it with 'Choose the Base Model'.`,
      );
    const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers['content-range'] ?? '');
    if (status === 206 && Number(range?.[1]) !== this.done) {
      await this.restart();
      throw new Interrupted('the server sends another part of the file', 0);
    }
    const stated = status === 206 ? range?.[2] : headers['content-length'];
    // A page of a proxy or a hotel's network, or another file. What has arrived is still right for the next attempt.
    if (Number(stated) !== this.file.bytes)
      throw new CodedError(
        'network',
        `${this.host} sends another file: ${stated ?? 'an unknown number of'} bytes instead of ${this.file.bytes}. Check the network for a login page, or update the extension.`,
      );
    if (status === 200) await this.restart();
  }

  private async receive(response: IncomingMessage): Promise<void> {
    const { silenceMs = SILENCE_MS } = this.options;
    response.setTimeout(silenceMs, () => response.destroy(new Error(`no data for ${silenceMs / 1000} s`)));
    this.since ??= { at: this.clock.monotonic(), done: this.done };
    const chunks = response[Symbol.asyncIterator]();
    while (true) {
      let next: IteratorResult<Buffer>;
      try {
        next = await chunks.next();
      } catch (error) {
        throw new Interrupted((error as NodeJS.ErrnoException).code ?? messageOf(error), undefined, error);
      }
      if (next.done) break;
      await this.write(next.value);
    }
    if (this.done < this.file.bytes) throw new Interrupted('the connection ended early');
  }

  private async write(chunk: Buffer): Promise<void> {
    if (this.done + chunk.length > this.file.bytes)
      throw new CodedError('corrupt', `${this.host} sends more than the file's ${this.file.bytes} bytes. Try again.`);
    for (let at = 0; at < chunk.length; ) at += (await this.partial.write(chunk, at)).bytesWritten;
    this.hash.update(chunk);
    this.done += chunk.length;
    this.report('Downloading');
  }

  private report(stage: string): void {
    const { progress = noProgress } = this.options;
    const { bytes } = this.file;
    const now = this.clock.monotonic();
    if (now - this.reportedAt < REPORT_MS && this.done < bytes) return;
    this.reportedAt = now;
    const received = this.since && this.done - this.since.done;
    const seconds = this.since && (now - this.since.at) / 1000;
    const left = received && seconds ? ((bytes - this.done) * seconds) / received : undefined;
    const detail = `${megabytes(this.done)} of ${megabytes(bytes)}${left === undefined ? '' : `, ${about(left)} left`}`;
    progress({ stage, done: this.done, total: bytes, detail, ...(left !== undefined && { stageLeft: left }) });
  }
}

async function freeOn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
