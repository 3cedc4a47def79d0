// Bases in processes: alone, and as the product's specialist with the n-grams of each recorded package.

import { copyFileSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unwrap } from '../../src/common/errors.ts';
import { draftOptions, shownDraft } from '../../src/prompts/completion/completion-position.ts';
import { MIXTURE_FILE, type MixWeights } from '../../src/specialist/decoding/types.ts';
import type { EngineClient } from '../../src/specialist/engine/client.ts';
import { spread } from '../common/engines.ts';
import { type AloneProcess, withAlone } from '../common/greedy/processes.ts';
import { type Line, lineOf } from '../common/line-figures.ts';
import { askedAt } from '../common/recordings.ts';
import { samplePositions } from '../common/sampled-positions.ts';
import type { Figures } from '../figures.ts';
import { type Cursor, promptAt, type Shown } from './cursors.ts';
import { neuralLine } from './neural-line.ts';
import type { Base, Prepared } from './types.ts';

/** Places that the mixture's weights are fitted on, of files that no recording names. */
const fitPlaces = 200;

/** A path for each package. */
export type Of = (prepared: Prepared) => string;

/** How a base is loaded alone. */
export function loading(
  { model, over = model, tokenizerPath }: Base,
  precision: 'auto' | 'fp32' | 'int8' | 'int4' = 'auto',
  threads = 1,
) {
  return { model, base: over, tokenizer: tokenizerPath, precision, threads };
}

/** By the base alone. */
export function aloneLines(
  cursors: readonly Cursor[],
  base: Base,
  shown: Shown,
  precision?: 'fp32' | 'int8' | 'int4',
): Promise<Line[]> {
  const ask = (process: AloneProcess, cursor: Cursor) =>
    neuralLine(process, cursor.position, promptAt(cursor, shown, base));
  return withAlone(loading(base, precision), (processes) => spread(processes, cursors, ask, `${base.name} alone`));
}

export interface Mixed {
  readonly base: Base;
  /** Folder of the neural model. */
  readonly model: Of;
  /** n-gram snapshot. */
  readonly snapshot: Of;
}

/** Opens every package's specialist in every engine, asks for each cursor's draft, and closes them. */
export async function mixedLines(
  engines: readonly EngineClient[],
  cursors: readonly Cursor[],
  { base, model, snapshot }: Mixed,
): Promise<Line[]> {
  const prepared = [...new Set(cursors.map((cursor) => cursor.prepared))];
  for (const engine of engines) {
    for (const item of prepared) {
      unwrap(await engine.request('open', source(base, item.name, model(item), snapshot(item))));
    }
  }
  const ask = async (engine: EngineClient, { prepared: { name }, position }: Cursor) => {
    const started = performance.now();
    const asked = askedAt(position);
    const request = { key: name, query: asked.query, options: draftOptions(asked) };
    const draft = unwrap(await engine.request('draft', request));
    return lineOf(position, shownDraft(draft, asked), performance.now() - started);
  };
  const answers = await spread(engines, cursors, ask, `${base.name} with n-grams`);
  for (const engine of engines) {
    for (const { name } of prepared) unwrap(await engine.request('close', { key: name }));
  }
  return answers;
}

/** @param model the base's folder, or that of what was made from it */
export function source(base: Base, key: string, model: string, snapshot: string, threads = 1) {
  const serving = { tokenizer: base.tokenizerPath, precision: 'auto', threads } as const;
  return { ...serving, key, model, base: base.model, name: 'base', snapshot, changes: [] };
}

/** Copies of the models with mixture weights that were learned on their package's validation files, and what that came to. */
export async function fitMixtures(
  engines: readonly EngineClient[],
  prepared: readonly Prepared[],
  { base, model, scratch }: { readonly base: Base; readonly model: Of; readonly scratch: string },
): Promise<{ readonly models: Of; readonly loss: Figures }> {
  const folders = new Map<string, string>();
  const fit = async (engine: EngineClient, item: Prepared) => {
    const { name, validation, snapshots } = item;
    unwrap(await engine.request('open', source(base, name, model(item), snapshots.learning)));
    const queries = samplePositions(validation, fitPlaces, 1).map((position) => ({
      query: askedAt(position).query,
      truth: position.truth,
    }));
    const { weights, loss, tokens } = unwrap(await engine.request('fit', { key: name, queries }));
    unwrap(await engine.request('close', { key: name }));
    folders.set(name, withMixture(model(item), mkdtempSync(join(scratch, 'model-')), weights));
    return [name, { ...loss, tokens }] as const;
  };
  const fits = await spread(engines, prepared, fit, `${base.name}: fitting mixtures`);
  return { models: ({ name }) => folders.get(name) as string, loss: { 'by-package': Object.fromEntries(fits) } };
}

/** The same model with other mixture weights; the file of weights, large, is not copied. */
function withMixture(model: string, folder: string, weights: MixWeights): string {
  for (const file of readdirSync(model)) {
    if (file.endsWith('.safetensors')) symlinkSync(join(model, file), join(folder, file));
    else if (file !== MIXTURE_FILE) copyFileSync(join(model, file), join(folder, file));
  }
  writeFileSync(join(folder, MIXTURE_FILE), JSON.stringify(weights));
  return folder;
}
