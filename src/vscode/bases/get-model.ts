// 'Get a Code Model…': lists models on this machine and models to download, with the memory that each needs.

import { join } from 'node:path';
import * as vscode from 'vscode';
import { availableMemory, memoryCeiling } from '../../common/memory.ts';
import { type CatalogModel, readCatalog, servingBytes } from '../../neural/models/catalog.ts';
import type { FoundModel } from '../../neural/models/import/discover-models.ts';
import { IMPORTED_BASES, listPackages } from '../../neural/models/list.ts';
import { confirms, type ListRow, separator, showList } from '../editor/dialogs.ts';
import { shares, withProgress } from '../editor/progress.ts';
import { joined, safeSentence, safeText, sentences, t, type UiText, withIcon } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';
import { type ImportBaseDeps, offerBase } from './import-base.ts';
import { foundRows, megabytesText } from './model-list.ts';

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
  const free = availableMemory();
  const ceiling = memoryCeiling(configuration.for(undefined).memory);
  return readCatalog(process.env).map((model): ListRow => {
    const { name, bytes, licence, restriction } = model;
    const terms = restriction === undefined ? t('licence {0}', licence) : t('licence {0}: {1}', licence, restriction);
    const parts = [megabytesText(bytes), terms];
    const ownedBase = owned.find(({ manifest }) => manifest.weights === model.sha256);
    if (ownedBase)
      return {
        label: withIcon('check', safeText(name)),
        description: joined([...parts, baseModel === ownedBase.folder ? t('in use') : t('on this machine')], ' · '),
        detail: t('Use it. To delete it, run Choose the Base Model.'),
        run: () => configuration.write('baseModel', ownedBase.folder, undefined),
      };
    const needs = servingBytes(bytes);
    const fits = needs <= Math.min(free, ceiling);
    const memory = fits
      ? t('Needs {0} of {1} free memory.', megabytesText(needs), megabytesText(free))
      : t(
          'Needs {0}; {1} are free, and easyAdaptation.memory allows {2}.',
          ...[needs, free, ceiling].map(megabytesText),
        );
    return {
      label: withIcon(fits ? 'cloud-download' : 'warning', safeText(name)),
      description: joined(parts, ' · '),
      detail: sentences(memory, t('Timed here after the download.')),
      run: () => downloadModel(model, deps),
    };
  });
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
