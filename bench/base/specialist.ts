// A base in engine processes, as the product's specialist with the n-grams of each recorded package.

import { unwrap } from '../../src/common/errors.ts';
import { draftOptions, shownDraft } from '../../src/prompts/completion/completion-position.ts';
import type { EngineClient } from '../../src/specialist/engine/engine-client.ts';
import { spread } from '../common/engines.ts';
import { type Line, lineOf } from '../common/line-figures.ts';
import { askedAt } from '../common/recordings.ts';
import type { Cursor } from './cursors.ts';
import type { Base, Prepared } from './types.ts';

/** A path for each package. */
export type Of = (prepared: Prepared) => string;

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
export function source(base: Base, key: string, model: string, snapshot: string) {
  const serving = { tokenizer: base.tokenizerPath, threads: 1 } as const;
  return { ...serving, key, model, base: base.model, name: 'base', snapshot, changes: [] };
}
