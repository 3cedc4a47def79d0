// 'Get a Code Model…': lists models on this machine and models to download, with the expected speed and memory of each.

import { join } from 'node:path';
import * as vscode from 'vscode';
import { availableMemory, memoryCeiling } from '../../common/memory.ts';
import { removeUnfinished, unfinishedBytes } from '../../jobs/unfinished-downloads.ts';
import { type CatalogModel, readCatalog, servingBytes } from '../../neural/models/catalog.ts';
import type { FoundModel } from '../../neural/models/import/discover-models.ts';
import { IMPORTED_BASES, listPackages, type PackageInfo } from '../../neural/models/list.ts';
import { TYPING_LINE_MS } from '../../specialist/engine/measure-base.ts';
import { readTimings } from '../../specialist/engine/timings.ts';
import { confirms, type ListRow, removeButton, separator, showList } from '../editor/dialogs.ts';
import { shares, withProgress } from '../editor/progress.ts';
import { joined, safeSentence, safeText, sentences, t, type UiText, withIcon } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';
import { durationText } from './base-status.ts';
import { type ImportBaseDeps, offerBase } from './import-base.ts';
import { foundRows, megabytesText } from './model-list.ts';
import { timingKeyOf } from './shipped-bases.ts';

export function getModel(deps: ImportBaseDeps): Promise<void> {
  const downloads = downloadRows(deps);
  return showList<readonly FoundModel[]>({
    title: t('Get a Code Model'),
    placeholder: t('Runs on this machine, together with the n-gram model'),
    search: async (signal) => {
      const models = await deps.jobs.job('findModels', {}, signal);
      return models.ok ? models.value.filter(({ problem }) => problem === undefined) : [];
    },
    rows: (found = []) => [
      ...section(t('On this machine (check the stated licence)'), foundRows(found, deps)),
      ...section(t('Download'), downloads),
    ],
  });
}

function section(label: UiText, rows: readonly ListRow[]): ListRow[] {
  return rows.length > 0 ? [separator(label), ...rows] : [];
}

function downloadRows(deps: ImportBaseDeps): ListRow[] {
  const { configuration, paths } = deps;
  const { baseModel } = configuration.for(undefined);
  const owned = listPackages(join(paths.storage, IMPORTED_BASES));
  const machine = machineOf(owned, deps);
  return readCatalog(process.env).map((model): ListRow => {
    const { name, bytes, licence, restriction } = model;
    const terms = restriction === undefined ? t('licence {0}', licence) : t('licence {0}: {1}', licence, restriction);
    const parts = [megabytesText(bytes), terms];
    const arrived = unfinishedBytes(model, paths.storage);
    const unfinished = arrived > 0 && {
      buttons: [removeButton()],
      remove: () => removeDownload(model, deps),
    };
    const arrivedText = arrived > 0 ? t('{0} of an unfinished download have arrived.', megabytesText(arrived)) : '';
    const ownedBase = owned.find(({ manifest }) => manifest.weights === model.sha256);
    if (ownedBase)
      return {
        label: withIcon('check', safeText(name)),
        description: joined([...parts, baseModel === ownedBase.folder ? t('in use') : t('on this machine')], ' · '),
        detail: sentences(t('Use it. To delete it, run Choose the Base Model.'), arrivedText),
        ...unfinished,
        run: () => configuration.write('baseModel', ownedBase.folder, undefined),
      };
    const { needs, fits, lineMs, isFast } = offerOf(bytes, machine);
    const memory = fits
      ? t('Needs {0} of {1} free memory.', megabytesText(needs), megabytesText(machine.free))
      : t(
          'Needs {0}; {1} are free, and easyAdaptation.memory allows {2}.',
          ...[needs, machine.free, machine.ceiling].map(megabytesText),
        );
    const speed =
      lineMs === undefined
        ? t('Timed here after the download.')
        : t('A line takes about {0} here.', durationText(lineMs));
    return {
      label: withIcon(!fits ? 'warning' : isFast ? 'zap' : 'cloud-download', safeText(name)),
      description: joined([...parts, isFast ? t('fast enough here') : ''], ' · '),
      detail: sentences(memory, speed, arrivedText),
      ...unfinished,
      run: () => downloadModel(model, deps),
    };
  });
}

function machineOf(owned: readonly PackageInfo[], { configuration, paths }: ImportBaseDeps): Machine {
  const settings = configuration.for(undefined);
  const timings = readTimings(paths.storage);
  const timed = owned.flatMap(({ bytes, manifest }) => {
    const timing = timings.get(timingKeyOf(manifest, settings));
    return manifest.kind === 'gguf' && timing ? [{ bytes, lineMs: timing.lineMs }] : [];
  });
  return { free: availableMemory(), ceiling: memoryCeiling(settings.memory), timed };
}

async function downloadModel(model: CatalogModel, deps: ImportBaseDeps): Promise<void> {
  const { jobs, paths } = deps;
  const { name, licence, restriction } = model;
  if (restriction !== undefined) {
    const question = t('{0} has the licence {1}: {2}. Download it?', name, licence, restriction);
    if (!(await confirms(question, t('Download')))) return;
  }
  const request = { model, storage: paths.storage, proxies: proxiesOfEditor() };
  const added = await withProgress(t('Downloading {0}', name), (signal, report) =>
    jobs.job('downloadModel', request, signal, shares(report)),
  );
  if (added.ok) return offerBase(added.value, deps);
  if (added.error.code === 'cancelled') return;
  const tryAgain = t('Try Again');
  if ((await window.showErrorMessage(safeSentence(added.error.message), tryAgain)) === tryAgain)
    await downloadModel(model, deps);
}

async function removeDownload(model: CatalogModel, deps: ImportBaseDeps): Promise<void> {
  const question = t('Remove the unfinished download of {0}?', model.name);
  if (!(await confirms(question, t('Remove'), t('What has arrived is deleted from this machine.')))) return;
  const removed = removeUnfinished(model, deps.paths.storage);
  if (!removed.ok) return void window.showErrorMessage(safeSentence(removed.error.message));
  await getModel(deps);
}

/** The user's own values: a workspace must not lead a download elsewhere. */
function proxiesOfEditor(): { readonly proxy?: string; readonly direct?: readonly string[] } {
  const http = vscode.workspace.getConfiguration('http', null);
  const userValue = (name: string): unknown => http.inspect(name)?.globalValue ?? http.inspect(name)?.defaultValue;
  if (userValue('proxySupport') === 'off') return { direct: ['*'] };
  const [proxy, direct] = [userValue('proxy'), userValue('noProxy')];
  return {
    ...(typeof proxy === 'string' && proxy !== '' && { proxy }),
    ...(Array.isArray(direct) && { direct: direct.filter((host) => typeof host === 'string') }),
  };
}

export interface Offer {
  /** Bytes of memory that serving takes. */
  readonly needs: number;
  /** Whether the memory is free and within the engine's limit. */
  readonly fits: boolean;
  /** Expected time for a line, ms; undefined if no model of this kind was timed here. */
  readonly lineMs: number | undefined;
  readonly isFast: boolean;
}

export interface Machine {
  /** Free memory, bytes. */
  readonly free: number;
  /** Maximum memory of the engine, bytes. */
  readonly ceiling: number;
  /** GGUF models that were timed here: a token reads each byte of the weights once. */
  readonly timed: readonly { readonly bytes: number; readonly lineMs: number }[];
}

export function offerOf(bytes: number, { free, ceiling, timed }: Machine): Offer {
  const needs = servingBytes(bytes);
  // The timed model of the nearest size, because small models spend a larger share of time outside their weights.
  const distance = (other: { readonly bytes: number }) => Math.abs(Math.log(other.bytes / bytes));
  const nearest = [...timed].sort((a, b) => distance(a) - distance(b))[0];
  const lineMs = nearest && (nearest.lineMs * bytes) / nearest.bytes;
  return {
    needs,
    fits: needs <= Math.min(free, ceiling),
    lineMs,
    isFast: lineMs !== undefined && lineMs <= TYPING_LINE_MS,
  };
}
