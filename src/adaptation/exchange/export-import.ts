// Exports an adaptation as one file and imports it into a folder. Import checks before it writes and activates last.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { finished } from 'node:stream/promises';
import { CodedError, failed, messageOf, ok, type Result, unwrap } from '../../common/errors.ts';
import { makeFolder, newFileMode, replaceFile } from '../../common/files.ts';
import type { Log } from '../../common/log.ts';
import { listFiles } from '../../neural/models/adapted.ts';
import { manifestCompatibility } from '../../neural/models/compatibility.ts';
import {
  jsonFilesOf,
  manifestOf,
  openPortable,
  type Provenance,
  writePortable,
} from '../../neural/models/export/portable.ts';
import { ADAPTER, MANIFEST, WEIGHTS, writeManifest } from '../../neural/models/manifest.ts';
import { lockRun } from '../../storage/lock.ts';
import { openStore } from '../../storage/open.ts';
import { activateModel, newModelFolder, ownFolder } from '../models/folder-models.ts';
import { storedReport, storedRouter } from '../report/stored.ts';
import type { AdaptReport } from '../report/types.ts';
import type { AdaptRequest } from '../types.ts';

export type { Provenance };

/** Name of the file in a folder that ships an adaptation for its contributors. */
export const TEAM_FILE = '.easyadaptation/adaptation.safetensors';

/** The folders of one workspace folder. */
type FolderPaths = Pick<AdaptRequest, 'root' | 'specialistFolder' | 'storeFolder'>;

export interface ExchangeRequest extends FolderPaths {
  /** Path of the file to write; an existing one is replaced. */
  readonly target: string;
  /** Version of the extension. */
  readonly version: string;
}

export interface ImportRequest extends FolderPaths, Pick<AdaptRequest, 'tokenizerPath'> {
  /** Folder of the serving base; the shipped bases are its siblings. */
  readonly base: string;
  /** Owner of the lock, shown to others that find the folder locked. */
  readonly who: string;
}

export interface Exported {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly provenance: Provenance;
}

export interface Imported {
  readonly provenance: Provenance;
  /** Name of the model's base if another base serves now. The model is used once its own base serves. */
  readonly requiredBase?: string;
}

/** Fails with 'nothing-to-learn' if the folder has no adapted model, or with the read or write error. */
export function exportAdaptation(
  { root, specialistFolder, storeFolder, target, version }: ExchangeRequest,
  log: Log,
): Result<Exported> {
  return resultOf(() => {
    const model = ownFolder(specialistFolder);
    const row = withStore(storeFolder, log, (store) => store.latestAdaptation(root));
    const report = row && storedReport(row.report);
    if (model === undefined || row === undefined || report === undefined)
      return failed(
        'nothing-to-learn',
        `${root} has no adapted model to export: adapt to it first. If the base model stayed in use, there is nothing to export.`,
      );
    const manifest = manifestOf(model);
    const provenance: Provenance = {
      ...{ version, folder: basename(root), finishedAt: row.finishedAt, base: manifest.base?.name ?? '' },
      ...{ files: report.harvest.files, tokens: report.harvest.tokens },
    };
    const contents = {
      manifest,
      files: jsonFilesOf(model, manifest),
      provenance,
      coupling: row.coupling,
      // The export contains no path of this machine.
      report: JSON.stringify({ ...report, folder: basename(root) } satisfies AdaptReport),
    };
    return ok({ path: target, provenance, ...writePortable(target, model, contents) });
  });
}

/** Reads a file's header and checks it against the shipped models. @param pieces see `openPortable` */
export function inspectExport(
  pieces: AsyncIterable<Uint8Array>,
  shipped: Pick<ImportRequest, 'base' | 'tokenizerPath'>,
): Promise<Result<Provenance>> {
  return resultOfAsync(async () => {
    const { carried } = await openPortable(pieces);
    unwrap(manifestCompatibility(carried.manifest, shipped.base, shipped.tokenizerPath));
    return ok(carried.provenance);
  });
}

/**
 * Imports it into the folder. Fails with 'mismatched' if its base or tokenizer is not shipped, 'corrupt',
 * 'newer-version', 'locked' or 'unwritable'. The previous model then stays in use.
 */
export function importAdaptation(
  pieces: AsyncIterable<Uint8Array>,
  request: ImportRequest,
  log: Log,
): Promise<Result<Imported>> {
  const { root, specialistFolder, storeFolder, base, tokenizerPath, who } = request;
  return resultOfAsync(async () => {
    const { carried, weights } = await openPortable(pieces);
    const { manifest, files, provenance } = carried;
    const { isOwn, madeFrom } = unwrap(manifestCompatibility(manifest, base, tokenizerPath));
    const coupling = unwrap(storedRouter(carried.coupling));
    const report = storedReport(carried.report);
    if (report === undefined) return failed('corrupt', 'The report in this file cannot be read. Export it again.');
    const lock = lockRun(storeFolder, root, who);
    if (!lock.ok) return lock;
    const staged = newModelFolder(specialistFolder);
    try {
      makeFolder(staged);
      const name = manifest.kind === 'model' ? WEIGHTS : ADAPTER;
      const hash = await writePieces(join(staged, name), weights());
      if (hash !== manifest.weights)
        return failed('corrupt', 'The weights in this file do not match its manifest. Export it again.');
      for (const [file, text] of Object.entries(files)) replaceFile(join(staged, file), [Buffer.from(text)]);
      writeManifest(staged, { ...manifest, files: [MANIFEST] });
      listFiles(staged);
      activateModel(specialistFolder, staged);
      withStore(storeFolder, log, (store) =>
        store.recordAdaptation(root, {
          startedAt: provenance.finishedAt,
          finishedAt: Date.now(),
          report: { ...report, folder: root },
          coupling,
        }),
      );
      return ok({ provenance, ...(!isOwn && { requiredBase: madeFrom }) });
    } finally {
      if (ownFolder(specialistFolder) !== staged) rmSync(staged, { recursive: true, force: true });
      lock.value.release();
    }
  });
}

/** SHA-256 of the written bytes. */
async function writePieces(path: string, pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const file = createWriteStream(path, { flush: true, mode: newFileMode(path) });
  const hash = createHash('sha256');
  try {
    for await (const piece of pieces) {
      hash.update(piece);
      // The reader reuses the buffer for the next piece.
      if (!file.write(Buffer.from(piece))) await once(file, 'drain');
    }
  } finally {
    file.end();
    await finished(file);
  }
  return hash.digest('hex');
}

function withStore<T>(folder: string, log: Log, work: (store: ReturnType<typeof openStore>['store']) => T): T {
  const { store, notice } = openStore(folder, { log });
  if (notice !== undefined) log.warn(notice);
  try {
    return work(store);
  } finally {
    store.close();
  }
}

/** Turns expected exceptions into failures. */
function resultOf<T>(work: () => Result<T>): Result<T> {
  try {
    return work();
  } catch (error) {
    return failureOf(error);
  }
}

async function resultOfAsync<T>(work: () => Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await work();
  } catch (error) {
    return failureOf(error);
  }
}

function failureOf(error: unknown): Result<never> {
  if (error instanceof CodedError) return failed(error.code, error.message);
  if ((error as NodeJS.ErrnoException).syscall !== undefined)
    return failed('unwritable', `${messageOf(error)}. The model in use is unchanged. Solve the problem and try again.`);
  throw error;
}
