// Reads a folder: its text files with their splits, and counts of left-out files by reason.
import { CodedError, failed, isCancelled, ok, type Result } from '../../common/errors.ts';
import { counted } from '../../common/format.ts';
import { type Log, silentLog } from '../../common/log.ts';
import { noProgress, type Progress } from '../../common/progress.ts';
import { SecretValues } from '../secrets/secrets.ts';
import { DuplicateFinder } from './duplicates.ts';
import { decodeFile, type RawText, redactFile } from './examine.ts';
import { assignSplits, leftOutByName, splitFraction } from './file-names.ts';
import { FolderReader, isInside, isTooDeep, readsAtOnce, tooDeepFault, unreadableFolder } from './folder-reader.ts';
import { listWithGit } from './git.ts';
import { gitFault } from './git-directory.ts';
import {
  type HarvestedFile,
  type HarvestOptions,
  type HarvestReport,
  type LeftOutReason,
  type SendableFolder,
  withDefaults,
} from './harvest-types.ts';
import { excluder, ignoreFilesAbove, ownIgnoreFileName, walk } from './ignore.ts';
import type { ReaderHooks } from './open-inside.ts';
import { learnFromLeftOut } from './secret-sources.ts';
import { estimatedTokens } from './token-count.ts';
import { type YieldIfDue, yielding } from './yielding.ts';

/** Listing stops after this many files, independently of the limit of files to read. */
const maxListed = 500_000;
/**
 * Converts the byte limit to a token limit. Memory and time depend on tokens, and text such as keys, digits or other
 * scripts has more tokens per byte than source text.
 */
const bytesPerToken = 3.2;

export interface HarvestDeps {
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
  readonly log?: Log;
  readonly hooks?: ReaderHooks;
  /** The known secrets of the folder. Those that are found are added. */
  readonly secrets?: SecretValues;
}

export interface Harvest {
  /** Sorted by path. */
  readonly files: HarvestedFile[];
  readonly report: HarvestReport;
  /** The secrets redacted in the files. Redact them in every other text of the folder too. Kept only in memory. */
  readonly secrets: SecretValues;
}

/** Every job that may send reads its folder by this, so that the secrets of the session are redacted, too. */
export function harvestToSend({ root, harvest, secrets }: SendableFolder, deps: HarvestDeps): Promise<Result<Harvest>> {
  return harvestFolder(root, harvest, { ...deps, secrets: new SecretValues(secrets) });
}

/**
 * Harvests `root`. The reading order depends only on the paths (`splitFraction`). If a limit is reached, the harvest is
 * therefore an even sample of the folder, and the same sample next time. Fails only with 'unreadable' or 'cancelled'.
 * An empty folder gives an empty harvest.
 */
export async function harvestFolder(
  root: string,
  options: Partial<HarvestOptions>,
  deps: HarvestDeps = {},
): Promise<Result<Harvest>> {
  try {
    const reader = await FolderReader.open(root, deps.hooks);
    return ok(await harvest(reader, root, withDefaults(options), deps));
  } catch (error) {
    if (deps.signal?.aborted || isCancelled(error)) return failed('cancelled', 'The harvest was cancelled.');
    if (error instanceof CodedError) return failed(error.code, error.message);
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    return failed('unreadable', unreadableFolder(root, error).message);
  }
}

async function harvest(
  reader: FolderReader,
  root: string,
  options: HarvestOptions,
  deps: HarvestDeps,
): Promise<Harvest> {
  const { progress = noProgress, signal, log = silentLog } = deps;
  const started = performance.now();
  const yieldIfDue = yielding(signal);
  const leftOutFiles = new LeftOutFiles();

  progress({ stage: 'Finding files', done: 0, total: undefined });
  const { listed, leftOut, usedGit, faults } = await list(reader, options.trusted, leftOutFiles, yieldIfDue, signal);
  const fault = options.trusted && !usedGit ? await gitFault(reader.root) : undefined;
  if (fault !== undefined) log.warn(fault);
  const candidates = await select(reader, listed, options, leftOutFiles, faults, yieldIfDue);
  for (const fault of faults) log.warn(fault);

  // All secrets are collected before redaction, because the last file may define a secret of the first.
  const { secrets = new SecretValues() } = deps;
  const duplicates = new DuplicateFinder();
  const rawFiles: RawText[] = [];
  const maxTokens = options.maxTotalBytes / bytesPerToken;
  let bytes = 0;
  let tokensRead = 0;
  let done = 0;
  for (; done < candidates.length && rawFiles.length < options.maxFiles; done += readsAtOnce) {
    await yieldIfDue();
    const batch = candidates.slice(done, done + readsAtOnce);
    const reads = await Promise.all(batch.map((path) => reader.read(path, options.maxFileBytes)));
    reader.throwIfUnresponsive();
    for (const [index, path] of batch.entries()) {
      const read = reads[index] ?? { leftOut: 'unreadable' };
      if ('leftOut' in read) {
        // A file that is gone was deleted, and the deletion is not committed yet.
        if (read.leftOut !== 'gone') leftOutFiles.add(read.leftOut);
        continue;
      }
      if (rawFiles.length >= options.maxFiles || bytes + read.bytes.length > options.maxTotalBytes) {
        leftOutFiles.add('over-limit');
        continue;
      }
      await yieldIfDue();
      const { raw, leftOut } = decodeFile(path, read.bytes);
      if (raw === undefined) {
        leftOutFiles.add(leftOut);
        continue;
      }
      secrets.learn(raw.secrets);
      const size = estimatedTokens(raw.text);
      if (duplicates.isDuplicate(raw.text)) leftOutFiles.add('near-duplicate');
      else if (tokensRead + size > maxTokens) leftOutFiles.add('over-limit');
      else {
        rawFiles.push(raw);
        bytes += read.bytes.length;
        tokensRead += size;
      }
    }
    progress({
      stage: 'Reading files',
      done: Math.min(candidates.length, done + readsAtOnce),
      total: candidates.length,
      detail: `${(bytes / 1e6).toFixed(1)} MB`,
    });
    // Only very small files could still fit.
    if (bytes > options.maxTotalBytes * 0.98 || tokensRead > maxTokens * 0.98) {
      done += readsAtOnce;
      break;
    }
  }
  leftOutFiles.add('over-limit', candidates.slice(done).length);

  const read = new Set(candidates.slice(0, done));
  const unread = leftOut.filter((path) => !read.has(path));
  await learnFromLeftOut(reader, unread, secrets, yieldIfDue);
  const found: Omit<HarvestedFile, 'split'>[] = [];
  for (const raw of rawFiles) {
    await yieldIfDue();
    const { file, leftOut } = redactFile(raw, secrets);
    if (file === undefined) leftOutFiles.add(leftOut);
    else found.push(file);
  }

  found.sort((a, b) => (a.path < b.path ? -1 : 1));
  const splits = assignSplits(found.map((file) => file.path));
  const files = found.map((file): HarvestedFile => ({ ...file, split: splits.get(file.path) ?? 'train' }));
  const report: HarvestReport = {
    root,
    usedGit,
    files: files.length,
    bytes,
    tokens: Math.round(tokensRead),
    secretsMasked: files.reduce((sum, file) => sum + file.secrets, 0),
    leftOut: leftOutFiles.counts,
    faults,
    elapsedMs: performance.now() - started,
  };
  log.info(`Harvest: ${counted(files.length, 'file')}, ${bytes} bytes in ${Math.round(report.elapsedMs)} ms`);
  return { files, report, secrets };
}

async function list(
  reader: FolderReader,
  trusted: boolean,
  leftOutFiles: LeftOutFiles,
  yieldIfDue: YieldIfDue,
  signal: AbortSignal | undefined,
): Promise<{ listed: readonly string[]; leftOut: readonly string[]; usedGit: boolean; faults: string[] }> {
  const git = trusted ? await listWithGit(reader, signal) : undefined;
  if (git !== undefined) {
    // A crafted git index may name files outside the folder.
    const inside = git.files.filter((path) => isInside(path) && !isTooDeep(path));
    const deep = git.files.find(isTooDeep);
    leftOutFiles.add('ignored', git.ignored.length + git.files.length - inside.length);
    const listed = inside.slice(0, maxListed);
    leftOutFiles.add('over-limit', inside.length - listed.length);
    return {
      listed,
      leftOut: [...listed, ...git.ignored],
      usedGit: true,
      faults: deep === undefined ? [] : [tooDeepFault(deep)],
    };
  }
  const walked = await walk(reader, maxListed, yieldIfDue);
  for (const [, reason] of walked.leftOut) leftOutFiles.add(reason);
  const ignored = walked.leftOut.filter(([, reason]) => reason === 'ignored').map(([path]) => path);
  return { listed: walked.files, leftOut: [...walked.files, ...ignored], usedGit: false, faults: [...walked.faults] };
}

/** Returns the files to read in reading order. Counts the others as left out, and adds to `faults`. */
async function select(
  reader: FolderReader,
  listed: readonly string[],
  options: HarvestOptions,
  leftOutFiles: LeftOutFiles,
  faults: string[],
  yieldIfDue: YieldIfDue,
): Promise<string[]> {
  // In every folder, even if the listing has no ignore file, because git may ignore it, or it may be a pipe.
  const ownIgnoreFiles = await ignoreFilesAbove(reader, listed, ownIgnoreFileName, yieldIfDue);
  reader.throwIfUnresponsive();
  faults.push(...ownIgnoreFiles.faults);
  const isExcluded = excluder(options.filesExclude);
  const candidates: [fraction: number, path: string][] = [];
  for (const path of listed) {
    await yieldIfDue();
    const reason = isExcluded(path) || ownIgnoreFiles.ignores(path) ? 'ignored' : leftOutByName(path);
    if (reason === undefined) candidates.push([splitFraction(path), path]);
    else leftOutFiles.add(reason);
  }
  return candidates.sort((a, b) => a[0] - b[0]).map(([, path]) => path);
}

/** Counts the left-out files by reason. */
class LeftOutFiles {
  readonly counts: Partial<Record<LeftOutReason, number>> = {};

  add(reason: LeftOutReason, count = 1): void {
    if (count > 0) this.counts[reason] = (this.counts[reason] ?? 0) + count;
  }
}
