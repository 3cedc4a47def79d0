// A folder's serving model outside an editor window: the files of the n-gram model, drafts from an engine, and their
// router, which was fitted on token probabilities of a tokenizer and a base.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CompletionQuery, Draft, DraftOptions } from '../../common/completion.ts';
import { failed, messageOf, ok, type Result } from '../../common/errors.ts';
import { sha256Of } from '../../common/file-hash.ts';
import { replaceFile } from '../../common/files.ts';
import type { Log } from '../../common/log.ts';
import { baseOf } from '../../neural/models/list.ts';
import { defaultRouter } from '../../routing/fit.ts';
import type { RouterModel } from '../../routing/router-model.ts';
import type { EditorEngine } from '../../specialist/engine/engine-protocol.ts';
import { llamaOptions } from '../../specialist/engine/timings.ts';
import { NgramModel } from '../../specialist/ngram/model.ts';
import { openLogged } from '../../storage/open.ts';
import { readTokenizer } from '../../text/tokenizer/load.ts';
import { type AdaptReport, storedReport, storedRouter } from '../report/adapt-report.ts';
import type { AdaptRequest, NeuralAccess } from '../request/adapt-request.ts';
import { type CurrentModel, currentModel, type Shipped } from './folder-models.ts';

export const snapshotName = 'specialist.ngram';

/** The folder's stored n-gram model. */
export async function readSpecialist(
  request: Pick<AdaptRequest, 'specialistFolder' | 'tokenizerPath'>,
  log: Log,
): Promise<Result<NgramModel>> {
  const tokenizer = readTokenizer(request.tokenizerPath);
  if (!tokenizer.ok) return tokenizer;
  let bytes: Uint8Array;
  try {
    bytes = await readFile(join(request.specialistFolder, snapshotName));
  } catch (error) {
    return failed(
      'unreadable',
      `There is no index of this folder yet: ${messageOf(error)}. Adapt to the folder first.`,
    );
  }
  const model = NgramModel.deserialize(bytes, tokenizer.value);
  if (!model.ok) log.warn(`The stored index is not used: ${model.error.message}`);
  return model;
}

/**
 * Writes the snapshot and replaces the old one atomically, so that a crash or a second window leaves a whole file.
 * Returns its path.
 */
export function writeSnapshot(folder: string, bytes: Uint8Array): string {
  const path = join(folder, snapshotName);
  replaceFile(path, [bytes]);
  return path;
}

/** For drafts of the n-grams alone. */
export function routerFitsNgrams({ madeFor }: Pick<AdaptReport, 'madeFor'>, tokenizer: string): boolean {
  return madeFor.tokenizer === sha256Of(tokenizer);
}

/** Whether the report measured the large model `model`, or none. */
export function routerFitsApi({ api }: Pick<AdaptReport, 'api'>, model: string): boolean {
  return api === undefined || api.model === model;
}

/** For mixed drafts of the neural model in use. */
export function routerFitsMixed(
  report: Pick<AdaptReport, 'madeFor' | 'neural'>,
  current: CurrentModel,
  { base, tokenizer }: Shipped,
): boolean {
  const { madeFor, neural } = report;
  if (!neural || !routerFitsNgrams(report, tokenizer)) return false;
  if (neural.used !== 'base') return current.name === 'adapted';
  return madeFor.base === baseOf(base).weights;
}

async function draftMixed(
  engine: EditorEngine,
  { specialistFolder, tokenizerPath }: Pick<AdaptRequest, 'specialistFolder' | 'tokenizerPath'>,
  { base, threads, trainingThreads = 'auto', device }: NeuralAccess,
  query: CompletionQuery,
  options: DraftOptions,
  log: Log,
): Promise<Result<Draft>> {
  const key = specialistFolder;
  const { setAside, ...current } = currentModel(specialistFolder, { base, tokenizer: tokenizerPath });
  if (setAside) log.warn(setAside.message);
  const source = {
    ...current,
    key,
    snapshot: join(specialistFolder, snapshotName),
    changes: [],
    tokenizer: tokenizerPath,
    threads,
    ...llamaOptions(trainingThreads, device),
  };
  let isTold = false;
  const onProgress = () => {
    if (!isTold) log.info("The base's file has changed and is checked first.");
    isTold = true;
  };
  const opened = await engine.request('open', source, { onProgress });
  return opened.ok ? engine.request('draft', { key, query, options }) : opened;
}

/** A draft of both models, or of the n-grams alone without an engine, without a neural part, or after its failure. */
export async function draftServed(
  engine: EditorEngine | undefined,
  ngram: Pick<NgramModel, 'complete'>,
  request: Pick<AdaptRequest, 'specialistFolder' | 'tokenizerPath' | 'neural'>,
  query: CompletionQuery,
  options: DraftOptions,
  log: Log,
): Promise<{ readonly draft: Draft; readonly isMixed: boolean }> {
  const mixed = engine && request.neural && (await draftMixed(engine, request, request.neural, query, options, log));
  if (mixed?.ok) return { draft: mixed.value, isMixed: true };
  if (mixed) log.warn(`The neural model does not answer: ${mixed.error.message}`);
  return { draft: ngram.complete(query, options), isMixed: false };
}

/**
 * One router is fitted for mixed drafts and one for those of the n-grams alone. The default applies if the last
 * adaptation was made for another tokenizer or model.
 */
export function servedRouter(
  {
    neural,
    specialistFolder,
    tokenizerPath,
    ...request
  }: Pick<AdaptRequest, 'root' | 'storeFolder' | 'specialistFolder' | 'tokenizerPath' | 'neural'>,
  mixed: boolean,
  log: Log,
): RouterModel {
  const latest = latestAdaptation(request, log);
  if (!latest.ok) return defaultRouter();
  const { router, report } = latest.value;
  if (!mixed || !neural)
    return routerFitsNgrams(report, tokenizerPath) ? (report.neural?.ngramRouter ?? router) : defaultRouter();
  const shipped = { base: neural.base, tokenizer: tokenizerPath };
  return routerFitsMixed(report, currentModel(specialistFolder, shipped), shipped) ? router : defaultRouter();
}

export function latestAdaptation(
  request: Pick<AdaptRequest, 'root' | 'storeFolder'>,
  log: Log,
): Result<{ readonly report: AdaptReport; readonly router: RouterModel; readonly finishedAt: number }> {
  const store = openLogged(request.storeFolder, log);
  try {
    const row = store.latestAdaptation(request.root);
    if (row === undefined) {
      return failed('nothing-to-learn', `${request.root} has no adaptation yet. Run: npm start -- ${request.root}`);
    }
    const router = storedRouter(row.router);
    if (!router.ok) return router;
    const report = storedReport(row.report);
    if (report !== undefined) return ok({ report, router: router.value, finishedAt: row.finishedAt });
    return failed('corrupt', `The report on ${request.root} is damaged. Adapt again: npm start -- ${request.root}`);
  } finally {
    store.close();
  }
}
