// Lines at the recorded cursors: the n-grams alone, the base alone with more and more to see, and the two as one specialist.

import { copyFileSync, existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Snippet } from '../../src/common/completion.ts';
import type { EngineClient } from '../../src/engine/client.ts';
import { MIXTURE_FILE, type MixWeights } from '../../src/mix/types.ts';
import { cursorPlaces } from '../../src/ngram/learn.ts';
import { must, spread, withEngines } from '../engines.ts';
import { type Line, lineFigures, lineOf, lineTokens } from '../line-figures.ts';
import { complete } from '../ngram.ts';
import type { RecordedPlace } from '../recordings.ts';
import type { Figures } from '../types.ts';
import { neuralLine } from './neural-line.ts';
import { type Prepared, withPrepared } from './prepare.ts';
import { type Budget, promptOf } from './prompt.ts';
import type { BaseContext, Show } from './types.ts';

/** What the base sees in its rows: about the shape of a pretraining sample. */
export const suffixed: Budget = { prefix: 320, suffix: 96, snippets: 0 };
const alone: Readonly<Record<string, Budget>> = {
  'base, prefix only': { ...suffixed, suffix: 0 },
  'base, suffix': suffixed,
  'base, suffix + snippets': { ...suffixed, snippets: 192 },
};
/** Places that the mixture's weights are fitted on, of files that no recording names. */
const fitPlaces = 200;
const snippetOptions = { maxSnippets: 3, maxCharacters: 900 };

/** One cursor, with the package that it is in. */
export interface Cursor {
  readonly prepared: Prepared;
  readonly place: RecordedPlace;
}

export function lines(context: BaseContext, show: Show): Promise<void> {
  return withPrepared(context, async (prepared, scratch) => {
    const cursors = cursorsOf(prepared);
    const ngram = cursors.map(({ prepared: { ngram }, place }) => lineOf(place, complete(ngram, place)));
    show('n-gram, fitted', byPackage(cursors, ngram));
    await withEngines(async (engines) => {
      await loadAll(engines, context, 'auto');
      for (const [name, budget] of Object.entries(alone)) {
        const answers = await spread(engines, cursors, (engine, cursor) =>
          neuralLine(engine, cursor.place, promptAt(cursor, budget, context)),
        );
        show(name, byPackage(cursors, answers));
      }
      const mixed = async (name: string, model: Of, snapshot: Of) =>
        show(name, byPackage(cursors, await mixedLines(engines, cursors, { context, model, snapshot })));
      if (!existsSync(join(context.model, MIXTURE_FILE))) {
        console.log(`  The base has no ${MIXTURE_FILE}: 'shipped' are the weights that the code starts with.`);
      }
      const base = () => context.model;
      await mixed('base + n-gram, shipped', base, ({ snapshots }) => snapshots.shipped);
      const { models, loss } = await fitMixtures(engines, prepared, { context, base, scratch });
      await mixed('base + n-gram, fitted', models, ({ snapshots }) => snapshots.fitted);
      show('mixture on the fitted tokens, nats a token', loss);
    });
  });
}

export function cursorsOf(prepared: readonly Prepared[]): Cursor[] {
  return prepared.flatMap((item) => item.places.map((place) => ({ prepared: item, place })));
}

export async function loadAll(
  engines: readonly EngineClient[],
  { model, tokenizerPath }: BaseContext,
  precision: 'auto' | 'fp32' | 'int8' | 'int4',
  threads = 1,
): Promise<void> {
  for (const engine of engines) {
    must(await engine.request('load', { model, tokenizer: tokenizerPath, precision, threads }));
  }
}

export function promptAt({ prepared: { ngram }, place }: Cursor, budget: Budget, { tokenizer }: BaseContext) {
  const query = queryAt(place);
  const snippets: readonly Snippet[] = budget.snippets > 0 ? ngram.snippets(query, snippetOptions) : [];
  return promptOf(place, snippets, budget, tokenizer);
}

export function queryAt({ path, prefix, suffix }: RecordedPlace) {
  return { path, languageId: 'typescript', prefix, suffix };
}

/** Figures of all places, and of each package's. */
export function byPackage(cursors: readonly Cursor[], answers: readonly Line[]): Figures {
  const names = [...new Set(cursors.map(({ prepared }) => prepared.name))];
  const of = (name: string) => answers.filter((_, i) => cursors[i]?.prepared.name === name);
  return {
    ...lineFigures(answers),
    'by-package': Object.fromEntries(names.map((name) => [name, lineFigures(of(name))])),
  };
}

/** A path for each package. */
type Of = (prepared: Prepared) => string;

interface Mixed {
  readonly context: BaseContext;
  /** Folder of the neural model. */
  readonly model: Of;
  /** n-gram snapshot. */
  readonly snapshot: Of;
}

/** Opens every package's specialist in every engine, asks for each cursor's draft, and closes them. */
export async function mixedLines(
  engines: readonly EngineClient[],
  cursors: readonly Cursor[],
  { context, model, snapshot }: Mixed,
): Promise<Line[]> {
  const prepared = [...new Set(cursors.map((cursor) => cursor.prepared))];
  for (const engine of engines) {
    for (const item of prepared) {
      must(await engine.request('open', source(context, item.name, model(item), snapshot(item))));
    }
  }
  const answers = await spread(engines, cursors, async (engine, { prepared, place }) => {
    const started = performance.now();
    const request = { key: prepared.name, query: queryAt(place), options: { multiline: false, maxTokens: lineTokens } };
    const draft = must(await engine.request('draft', request));
    return lineOf(place, draft, performance.now() - started);
  });
  for (const engine of engines) {
    for (const { name } of prepared) must(await engine.request('close', { key: name }));
  }
  return answers;
}

export function source({ tokenizerPath }: BaseContext, key: string, model: string, snapshot: string) {
  const serving = { tokenizer: tokenizerPath, precision: 'auto', threads: 1 } as const;
  return { ...serving, key, model, name: 'base', snapshot, over: [] };
}

/** Copies of the models with mixture weights that were learned on their package's calibration files, and what that came to. */
export async function fitMixtures(
  engines: readonly EngineClient[],
  prepared: readonly Prepared[],
  { context, base, scratch }: { readonly context: BaseContext; readonly base: Of; readonly scratch: string },
): Promise<{ readonly models: Of; readonly loss: Figures }> {
  const folders = new Map<string, string>();
  const fits = await spread(engines, prepared, async (engine, item) => {
    const { name, calibration, snapshots } = item;
    must(await engine.request('open', source(context, name, base(item), snapshots.learning)));
    const places = cursorPlaces(calibration, fitPlaces, 1).map(({ path, prefix, suffix, truth }) => ({
      query: { path, languageId: 'typescript', prefix, suffix },
      truth,
    }));
    const { weights, loss, tokens } = must(await engine.request('fit', { key: name, places }));
    must(await engine.request('close', { key: name }));
    folders.set(name, withMixture(base(item), mkdtempSync(join(scratch, 'model-')), weights));
    return [name, { ...loss, tokens }] as const;
  });
  return { models: ({ name }) => folders.get(name) as string, loss: { 'by-package': Object.fromEntries(fits) } };
}

function withMixture(model: string, folder: string, weights: MixWeights): string {
  for (const file of ['config.json', 'model.safetensors']) copyFileSync(join(model, file), join(folder, file));
  writeFileSync(join(folder, MIXTURE_FILE), JSON.stringify(weights));
  return folder;
}
