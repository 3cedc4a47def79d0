// The product's own adaptation run on each recorded package, without the files that recordings name, and what it brings at the cursors.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Precision } from '../../src/arch/precision.ts';
import { ProgressBar } from '../../src/common/bar.ts';
import { currentModel } from '../../src/distil/models.ts';
import { adapt } from '../../src/distil/run.ts';
import type { AdaptReport } from '../../src/distil/types.ts';
import type { EngineClient } from '../../src/engine/client.ts';
import { NgramModel } from '../../src/ngram/model.ts';
import { must, spread, withEngines } from '../engines.ts';
import { chooseFiles } from '../held-out.ts';
import { type Line, lineOf } from '../line-figures.ts';
import { complete } from '../ngram.ts';
import type { Figures } from '../types.ts';
import { byPackage, cursorsOf, fitMixtures, loadAll, mixedLines, promptAt, suffixed } from './lines.ts';
import { neuralLine } from './neural-line.ts';
import { type Prepared, withPrepared } from './prepare.ts';
import type { BaseContext, Show } from './types.ts';
import { lossOf } from './windows.ts';

/** Of recorded files, for the loss before and after: whole files of about so many characters. */
const lossCharacters = 60_000;

interface Adapted {
  /** Folder of the model that the run left in use. */
  readonly model: string;
  readonly snapshot: string;
  readonly report: AdaptReport;
}

export function adapted(context: BaseContext, show: Show): Promise<void> {
  return withPrepared(context, async (prepared, scratch) => {
    const runs = new Map<Prepared, Adapted>();
    for (const [index, item] of prepared.entries()) {
      const run = await withEngines(
        ([engine]) => adaptOn(engine as EngineClient, item, join(scratch, `run-${index}`), context),
        1,
      );
      runs.set(item, run);
      show(`run on ${item.name}`, { ...runFigures(run.report), ...(await lossFigures(item, run.model, context)) });
    }
    const of = (item: Prepared) => runs.get(item) as Adapted;
    const cursors = cursorsOf(prepared);
    const row = (name: string, lines: readonly Line[]) => show(name, byPackage(cursors, lines));

    const indexes = new Map(prepared.map((item) => [item, readIndex(of(item).snapshot, context)]));
    row(
      'n-gram alone',
      cursors.map(({ prepared: item, place }) => lineOf(place, complete(indexes.get(item) as NgramModel, place))),
    );
    await withEngines(async (engines) => {
      const snapshot = (item: Prepared) => of(item).snapshot;
      const base = () => context.model;
      const { models } = await fitMixtures(engines, prepared, { context, base, scratch });
      row('base + n-gram, fitted', await mixedLines(engines, cursors, { context, model: models, snapshot }));
      const alone: Line[] = [];
      for (const item of prepared) {
        await loadAll(engines, { ...context, model: of(item).model }, 'auto');
        const own = cursors.filter((cursor) => cursor.prepared === item);
        alone.push(
          ...(await spread(engines, own, (engine, cursor) =>
            neuralLine(engine, cursor.place, promptAt(cursor, suffixed, context)),
          )),
        );
      }
      row('adapted, suffix', alone);
      const model = (item: Prepared) => of(item).model;
      row('adapted + n-gram, as the product runs it', await mixedLines(engines, cursors, { context, model, snapshot }));
    });
  });
}

/** Throws where the run fails, or had no neural part. */
async function adaptOn(
  engine: EngineClient,
  { recording }: Prepared,
  folder: string,
  { model, tokenizerPath, minutes }: BaseContext,
): Promise<Adapted> {
  const root = join(folder, 'folder');
  for (const { path, text } of recording.others) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const specialistFolder = join(folder, 'specialist');
  const bar = new ProgressBar(process.stderr);
  const result = await adapt(
    {
      root,
      specialistFolder,
      storeFolder: folder,
      tokenizerPath,
      harvest: {},
      effort: 'adapt',
      balance: 0.5,
      neural: {
        base: model,
        precision: 'auto',
        threads: 1,
        device: 'cpu',
        trainingThreads: 'auto',
        ...(minutes === undefined ? {} : { budgetMinutes: minutes }),
      },
    },
    {
      engine,
      teacher: undefined,
      confirm: async () => false,
      record: () => {},
      progress: (update) => bar.update(update),
      signal: new AbortController().signal,
    },
  );
  bar.clear();
  const { report, snapshotPath } = must(result);
  if (report.neural?.training === undefined) {
    throw new Error(`The run on ${recording.package} trained nothing. ${report.notes.join(' ')}`);
  }
  return {
    model: currentModel(specialistFolder, { base: model, tokenizer: tokenizerPath }).model,
    snapshot: snapshotPath,
    report,
  };
}

function runFigures({ neural, elapsedMs }: AdaptReport): Figures {
  const { training, used, quality, peakMemoryBytes } = neural as NonNullable<typeof neural>;
  const own = (name: 'base' | 'adapted'): Figures => {
    const { exactMatch, loss: mixed } = quality[name] ?? {};
    return {
      ...(exactMatch === undefined ? {} : { [`own-exact-${name}`]: exactMatch }),
      ...(mixed === undefined ? {} : { [`own-mixed-${name}`]: mixed }),
    };
  };
  const { loss, minutes, tokens, tokensPerEpoch, tokensPerSecond, stopped } = training as NonNullable<typeof training>;
  return {
    used,
    stopped,
    tokens,
    epochs: tokens / tokensPerEpoch,
    'tokens/s': Math.round(tokensPerSecond),
    'training-min': minutes,
    'whole-run-min': elapsedMs / 60_000,
    'peak-mb': Math.round(peakMemoryBytes / 1e6),
    'own-places': quality.base.places,
    ...own('base'),
    ...own('adapted'),
    ...(loss ? { 'own-loss-before': loss.before, 'own-loss-after': loss.after } : {}),
  };
}

/** Nats a token on files that recordings name; fp32, and the adapted model also as it may be served. */
async function lossFigures({ name, recording }: Prepared, model: string, context: BaseContext): Promise<Figures> {
  const files = chooseFiles(
    recording.named.map((file) => ({ ...file, package: name })),
    lossCharacters,
    1,
  );
  const loss = (folder: string, precision: Precision) =>
    lossOf(folder, files, { precision, tokenizer: context.tokenizer });
  return {
    'loss-before': await loss(context.model, 'fp32'),
    'loss-after': await loss(model, 'fp32'),
    'loss-after-int8': await loss(model, 'int8'),
    'loss-after-int4': await loss(model, 'int4'),
  };
}

function readIndex(snapshot: string, { tokenizer }: BaseContext): NgramModel {
  return must(NgramModel.deserialize(readFileSync(snapshot), tokenizer));
}
