// Makes, prints, lists, exports and deletes adaptations. The store keeps the last one of each folder.
import { rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { exportOwn } from '../../adapt/models/folder-models.ts';
import { latestAdaptation } from '../../adapt/models/served.ts';
import { plainTextOf, REPORT_FILE, reportDocument } from '../../adapt/report/report-document.ts';
import { type AdaptReport, type NeuralReport, storedReport } from '../../adapt/report/types.ts';
import { failed, ok, type Result } from '../../common/errors.ts';
import { folderBytes } from '../../common/files.ts';
import { counted, percent } from '../../common/format.ts';
import type { Log } from '../../common/log.ts';
import { lockRun } from '../../storage/lock.ts';
import { openLogged } from '../../storage/open.ts';
import { type CommandLine, repository, UsageError } from './command-line.ts';
import { apiAccess, requestFor, specialistFolder, storageFolder } from './run-request.ts';
import { Runs, type Terminal } from './terminal.ts';

export interface KeptAdaptation {
  readonly folder: string;
  /** ms since 1970. */
  readonly finishedAt: number;
  /** Undefined if the stored report is damaged. */
  readonly files: number | undefined;
  /** On held-out files; undefined if the folder is too small to have any. */
  readonly exactMatch: number | undefined;
  /** The neural model in use; undefined: n-grams alone. */
  readonly neural: NeuralReport['used'] | undefined;
  /** Size on disk. */
  readonly bytes: number;
}

/** `list`. */
export async function list({ target, values }: CommandLine, terminal: Terminal): Promise<number> {
  if (target !== undefined) throw new UsageError('list takes no folder: it shows all of them.');
  const storage = storageFolder(values);
  const kept = listAdaptations(storage, (root) => specialistFolder(storage, root), terminal.log);
  terminal.print(kept, renderAdaptations(kept));
  return 0;
}

/** `delete`. */
export async function forget({ target, values }: CommandLine, terminal: Terminal): Promise<number> {
  if (target === undefined) throw new UsageError('Name the folder of the adaptation: delete FOLDER.');
  // The workspace folder itself may be gone.
  const root = resolve(target);
  const storage = storageFolder(values);
  const deleted = await deleteAdaptation(root, storage, specialistFolder(storage, root), terminal.log);
  if (!deleted.ok) return terminal.fail(deleted.error);
  const megabytes = (deleted.value.bytes / 1e6).toFixed(1);
  terminal.print(deleted.value, `Deleted the adaptation of ${root} (${megabytes} MB).`);
  return 0;
}

/** Newest first. @param folderOf folder of the specialist of a workspace folder */
function listAdaptations(storeFolder: string, folderOf: (root: string) => string, log: Log): KeptAdaptation[] {
  const store = openLogged(storeFolder, log);
  try {
    const seen = new Set<string>();
    return store.adaptations().flatMap(({ folder, finishedAt, report: json }) => {
      if (seen.has(folder)) return [];
      seen.add(folder);
      const report = storedReport(json);
      return {
        folder,
        finishedAt,
        files: report?.harvest.files,
        exactMatch: report?.specialist?.exactMatch,
        neural: report?.neural?.used,
        bytes: folderBytes(folderOf(folder)),
      };
    });
  } finally {
    store.close();
  }
}

/** Deletes models, index and report of one folder. Paid answers stay in the store. */
export async function deleteAdaptation(
  root: string,
  storeFolder: string,
  specialistFolder: string,
  log: Log,
): Promise<Result<{ readonly folder: string; readonly bytes: number }>> {
  const store = openLogged(storeFolder, log);
  try {
    const bytes = folderBytes(specialistFolder);
    if (bytes === 0 && store.latestAdaptation(root) === undefined) {
      return failed('nothing-to-learn', `${root} has no adaptation. List all adaptations: npm start -- list`);
    }
    const lock = lockRun(storeFolder, root, 'delete');
    if (!lock.ok) return lock;
    try {
      store.deleteAdaptations(root);
      rmSync(specialistFolder, { recursive: true, force: true });
    } finally {
      lock.value.release();
    }
    return ok({ folder: root, bytes });
  } finally {
    store.close();
  }
}

const models: Record<NeuralReport['used'], string> = {
  adapted: 'adapted model',
  earlier: 'adapted model',
  base: 'base model',
};

function renderAdaptations(kept: readonly KeptAdaptation[]): string {
  if (kept.length === 0) return 'No folder has been adapted to yet. Run: npm start -- FOLDER';
  return kept
    .map(({ folder, finishedAt, files, exactMatch, neural, bytes }) => {
      const date = new Date(finishedAt).toISOString().slice(0, 16).replace('T', ' ');
      const exact = exactMatch === undefined ? [] : [`${percent(exactMatch)} exact on unseen files`];
      const by = neural === undefined ? 'n-grams alone' : `${models[neural]} and n-grams`;
      return `${folder}\n  ${[`${date} UTC`, files === undefined ? 'its report is damaged' : counted(files, 'file'), ...exact, by, `${(bytes / 1e6).toFixed(1)} MB`].join(', ')}`;
    })
    .join('\n');
}

export async function exportAdapter({ target, values }: CommandLine, terminal: Terminal): Promise<number> {
  if (target === undefined) throw new UsageError('Name the folder that was adapted to: export-adapter FOLDER.');
  const { root, specialistFolder, neural, tokenizerPath: tokenizer } = requestFor(target, values);
  if (!neural)
    throw new UsageError('--no-neural cannot be combined with export-adapter, which exports a neural model.');
  const into = resolve(values.into ?? join('.', `${basename(root)}.adapter`));
  const done = exportOwn({ specialistFolder, base: neural.base, tokenizer, into }, terminal.stop.signal, (update) =>
    terminal.bar.update(update),
  );
  terminal.bar.clear();
  if (!done.ok) return terminal.fail(done.error);
  terminal.print(done.value, `${into}: ${done.value.names.join(', ')}`);
  return 0;
}

const ownSource = join(repository, 'src');
/** For the demonstration on our own sources; a named folder has the usual budget. */
const DEMONSTRATION_MINUTES = 2;
/** Seconds from the start of a run to the end of its first look, so that it is printed within a minute. */
const FIRST_LOOK = 45;

export async function adapt({ target, values }: CommandLine, terminal: Terminal): Promise<number> {
  const request = {
    ...(target === undefined ? requestFor(ownSource, values, DEMONSTRATION_MINUTES) : requestFor(target, values)),
    firstLookSeconds: FIRST_LOOK,
  };
  const runs = new Runs(request, values, terminal);
  const api = apiAccess(values);
  const work = async () => {
    const result = await runs.run(api ? { api } : {});
    terminal.bar.clear();
    if (!result.ok) return terminal.fail(result.error);
    const { report, trouble, apiStopped } = result.value;
    const at = join(request.specialistFolder, REPORT_FILE);
    terminal.print(report, `${textOf(report, Date.now())}\n\nAlso in ${at}`);
    if (trouble !== undefined) return terminal.fail({ code: 'unwritable', message: trouble });
    return apiStopped ? terminal.fail(apiStopped) : 0;
  };
  return runs.within(work());
}

export async function report({ target = ownSource, values }: CommandLine, terminal: Terminal): Promise<number> {
  const latest = latestAdaptation(requestFor(target, values), terminal.log);
  if (!latest.ok) return terminal.fail(latest.error);
  terminal.print(latest.value.report, textOf(latest.value.report, latest.value.finishedAt));
  return 0;
}

function textOf(of: AdaptReport, finishedAt: number): string {
  return plainTextOf(reportDocument(of, basename(of.folder), finishedAt));
}
