// Brings a model into use: a job imports it, its speed is measured, and it serves only if the user agrees.
import { join } from 'node:path';
import type { Result } from '../../common/errors.ts';
import type { JobClient } from '../../jobs/job-client.ts';
import type { AddedBase } from '../../neural/models/import/add-gguf.ts';
import { IMPORTED_BASES, type PackageInfo } from '../../neural/models/list.ts';
import type { Timing } from '../../specialist/engine/engine-protocol.ts';
import { storeTiming } from '../../specialist/engine/timings.ts';
import type { Paths } from '../editor/paths.ts';
import { shares, withProgress } from '../editor/progress.ts';
import { safeSentence, sentences, t } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';
import type { Configuration } from '../settings/configuration.ts';
import { measuresText } from './base-status.ts';
import { timeBase, timingKeyOf } from './shipped-bases.ts';

export interface ImportBaseDeps {
  readonly jobs: Pick<JobClient, 'job'>;
  readonly configuration: Configuration;
  readonly paths: Pick<Paths, 'models' | 'storage' | 'engine'>;
}

export async function importModel(path: string, name: string | undefined, deps: ImportBaseDeps): Promise<void> {
  const targetFolder = join(deps.paths.storage, IMPORTED_BASES);
  const request = { path, into: targetFolder, ...(name !== undefined && { suggestedName: name }) };
  const imported = await withProgress(t('Importing {0}', name ?? path), (signal, report) =>
    deps.jobs.job('importBase', request, signal, shares(report)),
  );
  if (imported.ok) await offerBase(imported.value, deps);
  else if (imported.error.code !== 'cancelled') void window.showErrorMessage(safeSentence(imported.error.message));
}

/** Measures an imported base and asks whether it should serve. */
export async function offerBase(base: AddedBase, deps: ImportBaseDeps): Promise<void> {
  const timing = await withProgress(t('Timing {0}', base.name), (signal, report) => {
    report(t('how fast it answers'));
    return measure(base, deps, signal);
  });
  const use = t('Use It');
  const result = timing.ok ? measuresText(base.name, timing.value) : safeSentence(timing.error.message);
  const licence = base.licence === undefined ? t('It states no licence.') : t('Licence as stated: {0}.', base.licence);
  // A base that cannot be timed cannot complete. After a cancelled timing the user may still choose it.
  const mayServe = timing.ok || timing.error.code === 'cancelled';
  const answer = await window.showInformationMessage(sentences(result, licence), ...(mayServe ? [use] : []));
  if (answer === use) await deps.configuration.write('baseModel', base.folder, undefined);
}

/** Times the base, and stores the timing for later lists. */
export async function measure(
  { name, folder, tokenizer, manifest }: Pick<PackageInfo, 'name' | 'folder' | 'tokenizer' | 'manifest'>,
  { configuration, paths }: ImportBaseDeps,
  signal: AbortSignal,
): Promise<Result<Timing>> {
  const settings = configuration.for(undefined);
  const timing = await timeBase(paths.engine, { name, folder, tokenizer, weights: manifest.weights }, settings, signal);
  if (timing.ok) storeTiming(paths.storage, timingKeyOf(manifest, settings), { ...timing.value, at: Date.now() });
  return timing;
}
