// 'Choose the Base Model…': lists shipped and imported bases, and models on this machine that can be imported. A job
// imports a model in 4 bits. The import is then timed, and used only if the user confirms.
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Result } from '../../common/errors.ts';
import { memoryCeiling } from '../../common/memory.ts';
import { threadCount } from '../../common/threads.ts';
import type { JobClient } from '../../jobs/client.ts';
import type { FoundModel, ImportedBase } from '../../jobs/own-bases.ts';
import { IMPORTED_BASES, listPackages, type PackageInfo } from '../../neural/models/list.ts';
import { EngineClient } from '../../specialist/engine/client.ts';
import { type BaseMeasures, measureBase } from '../../specialist/engine/measure-base.ts';
import { readTimings, timingKey } from '../../specialist/engine/timings.ts';
import type { Configuration } from '../editor/configuration.ts';
import type { Paths } from '../editor/paths.ts';
import { joined, safeSentence, safeText, sentences, t, type UiText, withIcon } from '../editor/ui-text.ts';
import { type UiOpenOptions, type UiQuickPickItem, window } from '../editor/window.ts';
import type { Bases } from './bases.ts';

export interface ChooseBaseDeps {
  readonly jobs: Pick<JobClient, 'job'>;
  readonly configuration: Configuration;
  readonly paths: Pick<Paths, 'models' | 'storage' | 'engine'>;
  readonly bases: Pick<Bases, 'measureAgain'>;
}

interface Row extends UiQuickPickItem {
  readonly run?: () => Promise<unknown>;
}

export async function chooseBase(deps: ChooseBaseDeps): Promise<void> {
  const listed = knownRows(deps);
  const pick = window.createQuickPick<Row>();
  pick.title = t('Choose the Base Model');
  pick.placeholder = t('Completes together with the n-gram model; an adaptation starts from it');
  pick.matchOnDescription = true;
  pick.busy = true;
  pick.items = [...listed, ...otherRows(deps)];
  const search = new AbortController();
  const chosen = await new Promise<Row | undefined>((resolve) => {
    pick.onDidAccept(() => resolve(pick.activeItems[0]));
    pick.onDidHide(() => resolve(undefined));
    pick.show();
    void deps.jobs.job('findModels', {}, search.signal).then((found) => {
      if (search.signal.aborted) return;
      pick.busy = false;
      pick.items = [...listed, ...(found.ok ? foundRows(found.value, deps) : []), ...otherRows(deps)];
    });
  });
  search.abort();
  pick.dispose();
  await chosen?.run?.();
}

const megabytes = (bytes: number) => t('{0} MB', Math.ceil(bytes / 1e6));
const separator = (label: UiText): Row => ({ label, kind: vscode.QuickPickItemKind.Separator });

function knownRows(deps: ChooseBaseDeps): Row[] {
  const { configuration, paths } = deps;
  const { neuralBase, neuralPrecision, neuralThreads } = configuration.for(undefined);
  const timings = readTimings(paths.storage);
  const row = (info: PackageInfo, setting: string): Row => {
    const { name, parameters, bytes, manifest } = info;
    const timing = timings.get(timingKey(manifest.weights, neuralPrecision, threadCount(neuralThreads || 'auto')));
    const parts = [t('{0} M parameters', Math.round(parameters / 1e6)), megabytes(bytes), safeText(manifest.licence)];
    return {
      label: safeText(name),
      description: joined([...parts, neuralBase === setting ? t('in use') : ''], ' · '),
      detail: timing
        ? t('A line takes {0} ms, a new prompt {1} ms', Math.round(timing.lineMs), Math.round(timing.promptMs))
        : t('Not timed on this machine'),
      run: () => configuration.write('neuralBase', setting, undefined),
    };
  };
  const shipped = listPackages(paths.models).map((info) => row(info, info.name));
  const imported = listPackages(join(paths.storage, IMPORTED_BASES)).map((info) => row(info, info.folder));
  return [
    {
      label: t('Automatic'),
      ...(neuralBase === 'auto' && { description: t('in use') }),
      detail: t('The medium model if this machine is fast enough for it, otherwise the small one'),
      run: () => configuration.write('neuralBase', 'auto', undefined),
    },
    ...shipped,
    ...(imported.length > 0 ? [separator(t('Imported')), ...imported] : []),
  ];
}

function foundRows(found: readonly FoundModel[], deps: ChooseBaseDeps): Row[] {
  if (found.length === 0) return [];
  const rows = found.map(({ where, name, path, bytes, importedBytes, licence, problem }): Row => {
    if (problem !== undefined) {
      const label = withIcon('circle-slash', safeText(name));
      return { label, description: safeText(where), detail: safeSentence(problem) };
    }
    const licenceText = licence === undefined ? t('no licence stated') : t('licence as stated: {0}', licence);
    return {
      label: safeText(name),
      description: joined(
        [safeText(where), t('{0}, in 4 bits {1}', megabytes(bytes), megabytes(importedBytes ?? 0)), licenceText],
        ' · ',
      ),
      detail: safeText(path),
      run: () => importModel(path, name, deps),
    };
  });
  return [separator(t('Found on this machine, ready to import (check the stated licence)')), ...rows];
}

function otherRows(deps: ChooseBaseDeps): Row[] {
  const open = async (options: UiOpenOptions) => {
    const [picked] = (await window.showOpenDialog({ ...options, openLabel: t('Import') })) ?? [];
    if (picked) await importModel(picked.fsPath, undefined, deps);
  };
  return [
    separator(t('Other')),
    { label: t('Import a GGUF File…'), run: () => open({ filters: { GGUF: ['gguf'] } }) },
    {
      label: t('Import a Folder of Safetensors…'),
      run: () => open({ canSelectFolders: true, canSelectFiles: false }),
    },
    {
      label: t('Measure the Speed Again'),
      detail: t('Do this if the machine was busy when the models were timed'),
      run: () => measureAgain(deps),
    },
  ];
}

/** Shows the list again, with the new timings. */
async function measureAgain(deps: ChooseBaseDeps): Promise<void> {
  const measured = await withProgress(t('Timing the base models'), (signal) => deps.bases.measureAgain(signal));
  if (measured.ok) await chooseBase(deps);
  else if (measured.error.code !== 'cancelled') void window.showErrorMessage(safeSentence(measured.error.message));
}

async function importModel(path: string, name: string | undefined, deps: ChooseBaseDeps): Promise<void> {
  const { configuration, paths, jobs } = deps;
  const into = join(paths.storage, IMPORTED_BASES);
  const imported = await withProgress(t('Importing {0}', name ?? path), (signal, report) => {
    let at = 0;
    return jobs.job(
      'importBase',
      { path, into, ...(name !== undefined && { name }) },
      signal,
      ({ done, total, detail }) => {
        const share = total ? (100 * done) / total : 0;
        report(detail ?? '', share - at);
        at = share;
      },
    );
  });
  if (!imported.ok) {
    if (imported.error.code !== 'cancelled') void window.showErrorMessage(safeSentence(imported.error.message));
    return;
  }
  const base = imported.value;
  const measured = await withProgress(t('Timing {0}', base.name), (signal, report) =>
    measure(base, deps, signal, report),
  );
  const use = t('Use It');
  const result = measured.ok ? describeMeasures(base, measured.value) : safeSentence(measured.error.message);
  const licence = base.licence === undefined ? t('It states no licence.') : t('Licence as stated: {0}.', base.licence);
  // A base that cannot be timed cannot complete. After a cancelled timing the user may still choose it.
  const mayServe = measured.ok || measured.error.code === 'cancelled';
  const answer = await window.showInformationMessage(sentences(result, licence), ...(mayServe ? [use] : []));
  if (answer === use) await configuration.write('neuralBase', base.folder, undefined);
}

function describeMeasures(
  { name }: ImportedBase,
  { lineMs, promptMs, servesInTime, leastMinutes, whyUntrainable }: BaseMeasures,
): UiText {
  const serves = t(
    '{0} needs {1} ms for a line and {2} ms for a new prompt',
    name,
    Math.round(lineMs),
    Math.round(promptMs),
  );
  const verdict = servesInTime
    ? t('fast enough to answer while you type.')
    : t('too slow to answer while you type, so the n-gram model answers first.');
  const trains =
    leastMinutes === undefined
      ? sentences(t('It cannot be trained here:'), safeSentence(whyUntrainable ?? ''))
      : t('An adaptation needs at least {0} minutes to train it.', Math.ceil(leastMinutes));
  return sentences(joined([serves, verdict], ': '), trains);
}

/** Runs in its own process: loading must not delay completions. */
async function measure(
  { folder, tokenizer, vocabulary }: ImportedBase,
  { configuration, paths }: ChooseBaseDeps,
  signal: AbortSignal,
  report: (detail: string) => void,
): Promise<Result<BaseMeasures>> {
  const { neuralPrecision: precision, neuralThreads, neuralMemory } = configuration.for(undefined);
  const client = new EngineClient({ script: paths.engine, memoryCeiling: memoryCeiling(neuralMemory) });
  const threads = threadCount(neuralThreads || 'auto');
  try {
    return await measureBase(client, { folder, tokenizer, vocabulary, threads, precision }, signal, report);
  } finally {
    await client.end();
  }
}

function withProgress<T>(
  title: UiText,
  work: (signal: AbortSignal, report: (message: string, increment?: number) => void) => Promise<T>,
): Promise<T> {
  const location = vscode.ProgressLocation.Notification;
  return Promise.resolve(
    window.withProgress({ location, title, cancellable: true }, (bar, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      return work(controller.signal, (message, increment = 0) => bar.report({ message: safeText(message), increment }));
    }),
  );
}
