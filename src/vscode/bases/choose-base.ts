// 'Choose the Base Model…': lists shipped and imported bases, and models on this machine that can be imported.
import { join } from 'node:path';
import { DOWNLOADS } from '../../neural/models/catalog.ts';
import { IMPORTED_BASES, listPackages, type PackageInfo, removeBase } from '../../neural/models/list.ts';
import { readTimings } from '../../specialist/engine/timings.ts';
import { confirms, type ListRow, removeButton, separator, showList } from '../editor/dialogs.ts';
import { joined, safeSentence, safeText, t } from '../editor/ui-text.ts';
import { type UiOpenOptions, window } from '../editor/window.ts';
import { durationText } from './base-status.ts';
import { getModel } from './get-model.ts';
import { type ImportBaseDeps, importModel } from './import-base.ts';
import { foundRows, megabytesText } from './model-list.ts';
import { timingKeyOf } from './shipped-bases.ts';

export function chooseBase(deps: ImportBaseDeps): Promise<void> {
  const rowsOfKnownBases = knownRows(deps);
  return showList({
    title: t('Choose the Base Model'),
    placeholder: t('Completes together with the n-gram model; an adaptation starts from it'),
    search: async (signal) => {
      const foundModels = await deps.jobs.job('findModels', {}, signal);
      return foundModels.ok ? foundModels.value : [];
    },
    rows: (found = []) => [
      ...rowsOfKnownBases,
      ...(found.length > 0
        ? [separator(t('Found on this machine, ready to import (check the stated licence)')), ...foundRows(found, deps)]
        : []),
      ...otherRows(deps),
    ],
  });
}

function knownRows(deps: ImportBaseDeps): ListRow[] {
  const { configuration, paths } = deps;
  const settings = configuration.for(undefined);
  const { baseModel } = settings;
  const timings = readTimings(paths.storage);
  const row = (info: PackageInfo, setting: string): ListRow => {
    const { name, parameters, bytes, manifest } = info;
    const timing = timings.get(timingKeyOf(manifest, settings));
    const parts = [
      t('{0} M parameters', Math.round(parameters / 1e6)),
      megabytesText(bytes),
      safeText(manifest.licence),
    ];
    return {
      label: safeText(name),
      description: joined([...parts, baseModel === setting ? t('in use') : ''], ' · '),
      detail: timing
        ? t('A line takes {0}, a new prompt {1}', durationText(timing.lineMs), durationText(timing.promptMs))
        : t('Not timed on this machine'),
      run: () => configuration.write('baseModel', setting, undefined),
    };
  };
  const shipped = listPackages(paths.models).map((info) => row(info, info.name));
  const imported = listPackages(join(paths.storage, IMPORTED_BASES)).map((info) => ({
    ...row(info, info.folder),
    buttons: [removeButton()],
    remove: () => remove(info, deps),
  }));
  return [
    {
      label: t('Automatic'),
      ...(baseModel === 'auto' && { description: t('in use') }),
      detail: t('The medium model if this machine is fast enough for it, otherwise the small one'),
      run: () => configuration.write('baseModel', 'auto', undefined),
    },
    ...shipped,
    ...(imported.length > 0 ? [separator(t('Imported')), ...imported] : []),
  ];
}

function otherRows(deps: ImportBaseDeps): ListRow[] {
  const { configuration } = deps;
  const open = async (options: UiOpenOptions) => {
    const [picked] = (await window.showOpenDialog({ ...options, openLabel: t('Import') })) ?? [];
    if (picked) await importModel(picked.fsPath, undefined, deps);
  };
  return [
    separator(t('Other')),
    {
      label: t('None'),
      ...(configuration.for(undefined).baseModel === 'none' && { description: t('in use') }),
      detail: t('Only the n-gram index of your files answers, and an adaptation trains nothing'),
      run: () => configuration.write('baseModel', 'none', undefined),
    },
    {
      label: t('Get a Code Model…'),
      detail: t('Models of 1 to 5 GB that others made: much better, and slower'),
      run: () => getModel(deps),
    },
    {
      label: t('Import a GGUF File…'),
      run: () => open({ title: t('Import a GGUF File'), filters: { GGUF: ['gguf'] } }),
    },
  ];
}

async function remove({ name, folder, manifest }: PackageInfo, deps: ImportBaseDeps): Promise<void> {
  const { configuration, paths } = deps;
  const downloads = join(paths.storage, DOWNLOADS);
  const isOwnedByOtherProgram = manifest.gguf !== undefined && !manifest.gguf.path.startsWith(downloads);
  const detail = isOwnedByOtherProgram
    ? t('The file stays, because another program owns it: {0}', manifest.gguf.path)
    : t('Its files are deleted from this machine.');
  if (!(await confirms(t('Remove the base model {0}?', name), t('Remove'), detail))) return;
  if (configuration.for(undefined).baseModel === folder) await configuration.write('baseModel', 'auto', undefined);
  const removed = removeBase(folder, downloads);
  if (!removed.ok) return void window.showErrorMessage(safeSentence(removed.error.message));
  await chooseBase(deps);
}
