// Exports a folder's trained model for other programs, whether or not it serves now.
import { dirname } from 'node:path';
import { failed, type Result } from '../../common/errors.ts';
import type { Progress } from '../../common/progress.ts';
import { type ExportedFiles, exportModel } from '../../neural/models/export/export.ts';
import { listPackages } from '../../neural/models/list.ts';
import { ownModel, type Shipped } from './folder-models.ts';

export type { ExportedFiles };

/** Plain data: it is sent to a job's process. */
export interface OwnExport extends Shipped {
  readonly specialistFolder: string;
  /** Target folder. */
  readonly into: string;
}

/** Fails with 'nothing-to-learn' if there is no model to export, and as `ownModel` and `exportModel` do. */
export function exportOwn(
  { specialistFolder, into, ...shipped }: OwnExport,
  signal?: AbortSignal,
  progress?: Progress,
): Result<ExportedFiles> {
  // The base that the model was made from may not be the one in use.
  const beside = listPackages(dirname(dirname(shipped.tokenizer))).map(({ folder }) => folder);
  const bases = [shipped.base, ...beside];
  const found = bases.map((base) => ({ base, own: ownModel(specialistFolder, { ...shipped, base }) }));
  const { base, own } = found.find((each) => each.own?.ok) ?? (found[0] as (typeof found)[number]);
  if (!own)
    return failed(
      'nothing-to-learn',
      'This folder has no adapted model, so there is nothing to export. Adapt to it first.',
    );
  if (!own.ok) return own;
  return exportModel({ model: own.value, base, tokenizer: shipped.tokenizer, into }, signal, progress);
}
