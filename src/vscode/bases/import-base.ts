// Brings a model into use: a job imports it, its speed is measured, and it serves only if the user agrees.
import { join } from 'node:path';
import { ok, type Result } from '../../common/errors.ts';
import { memoryCeiling } from '../../common/memory.ts';
import type { JobClient } from '../../jobs/client.ts';
import type { AddedBase } from '../../jobs/own-bases.ts';
import { IMPORTED_BASES } from '../../neural/models/list.ts';
import { EngineClient } from '../../specialist/engine/client.ts';
import { type BaseMeasures, measureBase, type ServingMeasures } from '../../specialist/engine/measure-base.ts';
import { storeTiming } from '../../specialist/engine/timings.ts';
import type { Paths } from '../editor/paths.ts';
import { type Report, shares, withProgress } from '../editor/progress.ts';
import { safeSentence, sentences, t } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';
import type { Configuration } from '../settings/configuration.ts';
import { measuresText } from './base-status.ts';
import { timingKeyOf } from './shipped-bases.ts';

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
  const timing = await withProgress(t('Timing {0}', base.name), (signal, report) =>
    measure(base, deps, signal, report),
  );
  const use = t('Use It');
  const result = timing.ok ? measuresText(base.name, timing.value) : safeSentence(timing.error.message);
  const licence = base.licence === undefined ? t('It states no licence.') : t('Licence as stated: {0}.', base.licence);
  // A base that cannot be timed cannot complete. After a cancelled timing the user may still choose it.
  const mayServe = timing.ok || timing.error.code === 'cancelled';
  const answer = await window.showInformationMessage(sentences(result, licence), ...(mayServe ? [use] : []));
  if (answer === use) await deps.configuration.write('baseModel', base.folder, undefined);
}

/**
 * Times the base in its own process, so that loading delays no completion. The timing is stored for later lists. If the
 * user cancels while training is measured, the figures of serving are returned.
 */
async function measure(
  { folder, tokenizer, vocabulary, manifest }: AddedBase,
  { configuration, paths }: ImportBaseDeps,
  signal: AbortSignal,
  report: Report,
): Promise<Result<ServingMeasures & Partial<BaseMeasures>>> {
  const settings = configuration.for(undefined);
  const { device, memory } = settings;
  const client = new EngineClient({ script: paths.engine, memoryCeiling: memoryCeiling(memory) });
  try {
    const base = { folder, tokenizer, vocabulary, threads: 'auto', precision: 'auto', device } as const;
    let serving: ServingMeasures | undefined;
    const measured = await measureBase(client, base, signal, report, (measures) => {
      serving = measures;
      const { lineMs, promptMs } = measures;
      storeTiming(paths.storage, timingKeyOf(manifest, settings), { lineMs, promptMs, at: Date.now() });
    });
    return !measured.ok && measured.error.code === 'cancelled' && serving ? ok(serving) : measured;
  } finally {
    await client.end();
  }
}
