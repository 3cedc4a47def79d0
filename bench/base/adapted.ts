// The product's own adaptation run on each recorded package, without the files that recordings name, and what it brings at the cursors.

import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { adapt } from '../../src/adapt/adapt.ts';
import { currentModel } from '../../src/adapt/models/folder-models.ts';
import type { AdaptReport } from '../../src/adapt/report/adapt-report.ts';
import { ProgressBar } from '../../src/common/bar.ts';
import { unwrap } from '../../src/common/errors.ts';
import { JobEngine } from '../../src/specialist/engine/job-engine.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import { withEngines } from '../common/engines.ts';
import { type Line, lineOf } from '../common/line-figures.ts';
import { writeFiles } from '../common/packages.ts';
import type { Figures } from '../figures.ts';
import { complete } from '../ngram/main.ts';
import { byPackage, cursorsOf } from './cursors.ts';
import { showGains } from './gains.ts';
import { mixedLines } from './specialist.ts';
import type { Base, BaseContext, Prepared, Show } from './types.ts';

interface Adapted {
  /** Folder of the model that the run left in use. */
  readonly model: string;
  readonly snapshot: string;
  readonly report: AdaptReport;
}

export async function adapted(context: BaseContext, show: Show): Promise<void> {
  const answers = new Map<Base, Record<string, readonly Line[]>>();
  for (const base of context.bases) answers.set(base, await adaptedLines(base, context, show));
  showGains(show, cursorsOf(context.prepared(context.bases[0] as Base)), answers);
}

async function adaptedLines(
  base: Base,
  { prepared: preparedFor, scratch, minutes }: BaseContext,
  show: Show,
): Promise<Record<string, readonly Line[]>> {
  const prepared = preparedFor(base);
  const runs = new Map<Prepared, Adapted>();
  for (const item of prepared) {
    const folder = mkdtempSync(join(scratch, 'run-'));
    const run = await adaptOn(item, folder, base, minutes);
    runs.set(item, run);
    show([base.name, `run on ${item.name}`], runFigures(run.report));
  }
  const of = (item: Prepared) => runs.get(item) as Adapted;
  const cursors = cursorsOf(prepared);
  const rows: Record<string, readonly Line[]> = {};
  const keep = (name: string, answered: readonly Line[]) => {
    rows[name] = answered;
    show([base.name, name], byPackage(cursors, answered));
  };
  const indexes = new Map(prepared.map((item) => [item, readIndex(of(item).snapshot, base)]));
  keep(
    'n-grams alone',
    cursors.map(({ prepared: item, position }) =>
      lineOf(position, complete(indexes.get(item) as NgramModel, position)),
    ),
  );
  await withEngines(async (engines) => {
    const snapshot = (item: Prepared) => of(item).snapshot;
    const before = { base, model: () => base.model, snapshot };
    keep('before, with n-grams, as shipped', await mixedLines(engines, cursors, before));
    const model = (item: Prepared) => of(item).model;
    keep('adapted with n-grams, as in the product', await mixedLines(engines, cursors, { base, model, snapshot }));
  });
  return rows;
}

/** Throws where the run fails, or had no neural part. */
export async function adaptOn(
  { recording }: Pick<Prepared, 'recording'>,
  folder: string,
  { name, model, tokenizerPath }: Base,
  minutes: number | undefined,
): Promise<Adapted> {
  const root = join(folder, 'folder');
  writeFiles(root, recording.others);
  const specialistFolder = join(folder, 'specialist');
  const bar = new ProgressBar(process.stderr);
  process.stderr.write(`  ${name} on ${recording.package}\n`);
  const result = await adapt(
    {
      root,
      specialistFolder,
      storeFolder: folder,
      tokenizerPath,
      harvest: {},
      secrets: [],
      effort: 'adapt',
      balance: 0.5,
      neural: {
        base: model,
        threads: 1,
        device: 'cpu',
        trainingThreads: 'auto',
        trains: true,
        ...(minutes === undefined ? {} : { budgetMinutes: minutes }),
      },
    },
    {
      engine: new JobEngine({ memoryCeiling: Number.POSITIVE_INFINITY }),
      llm: undefined,
      askPlan: async ({ choice, choices }) => {
        const longer = choices.find(({ trains }) => trains);
        return choice.trains || !longer ? { kind: 'start', api: false } : { kind: 'change', choice: longer };
      },
      record: () => {},
      progress: (update) => bar.update(update),
      signal: new AbortController().signal,
    },
  );
  bar.clear();
  const { report, snapshotPath } = unwrap(result);
  if (report.neural?.training === undefined) {
    throw new Error(`The run on ${recording.package} trained nothing. ${report.neuralFailure?.message ?? ''}`);
  }
  return {
    model: currentModel(specialistFolder, { base: model, tokenizer: tokenizerPath }).model,
    snapshot: snapshotPath,
    report,
  };
}

function runFigures({ neural, elapsedMs, peakMemoryBytes }: AdaptReport): Figures {
  const { training, used, quality, chosenFrom = quality } = neural as NonNullable<typeof neural>;
  const own = (name: 'base' | 'adapted'): Figures => {
    const { exactMatch, loss: mixed } = chosenFrom[name] ?? {};
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
    'tokens-per-second': Math.round(tokensPerSecond),
    'training-min': minutes,
    'whole-run-min': elapsedMs / 60_000,
    'peak-mb': Math.round(peakMemoryBytes / 1e6),
    'own-places': chosenFrom.base.places,
    ...own('base'),
    ...own('adapted'),
    ...(loss ? { 'own-loss-before': loss.before, 'own-loss-after': loss.after } : {}),
  };
}

function readIndex(snapshot: string, { tokenizer }: Base): NgramModel {
  return unwrap(NgramModel.deserialize(readFileSync(snapshot), tokenizer));
}
