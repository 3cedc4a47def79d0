// Bases in processes: alone, and as the product's specialist with the n-grams of each recorded package.

import { unwrap } from '../../src/common/errors.ts';
import { clean } from '../../src/prompts/completion/clean.ts';
import { draftOptions, shownDraft } from '../../src/prompts/completion/completion-position.ts';
import type { EngineClient } from '../../src/specialist/engine/client.ts';
import { spread } from '../common/engines.ts';
import type { PromptPart } from '../common/greedy/alone.ts';
import { type AloneProcess, withAlone } from '../common/greedy/processes.ts';
import { type Line, lineOf, lineTokens } from '../common/line-figures.ts';
import { askedAt, type RecordedPosition } from '../common/recordings.ts';
import { type Cursor, promptAt } from './cursors.ts';
import type { Base, Prepared } from './types.ts';

/** A path for each package. */
export type Of = (prepared: Prepared) => string;

/** How a base is loaded alone. */
export function loading({ model, over = model, tokenizerPath }: Base, threads = 1) {
  return { model, base: over, tokenizer: tokenizerPath, precision: 'auto', threads } as const;
}

/** By the base alone. */
export function aloneLines(cursors: readonly Cursor[], base: Base): Promise<Line[]> {
  const ask = (process: AloneProcess, cursor: Cursor) => neuralLine(process, cursor.position, promptAt(cursor, base));
  return withAlone(loading(base), (processes) => spread(processes, cursors, ask, `${base.name} alone`));
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

/** Greedy, healed at the cursor, until the line's end or the middle's. */
async function neuralLine(
  process: AloneProcess,
  position: RecordedPosition,
  prompt: readonly PromptPart[],
): Promise<Line> {
  const started = performance.now();
  const { text, steps, stop } = await process.ask('complete', {
    prompt,
    maxTokens: lineTokens,
    stopText: '\n',
  });
  const latencyMs = performance.now() - started;
  // The end counts as a token, be it a line end (then it is the last step) or the end of the middle.
  const all = stop ? [...steps, stop] : steps;
  const lowest = Math.exp(Math.min(0, ...all.map(({ logProbability }) => logProbability)));
  return { position, text: clean(text, askedAt(position)), confidence: undefined, lowest, latencyMs };
}
