// The report of a run, from what it chose, measured and paid for.
import { basename } from 'node:path';
import { sha256Of } from '../common/file-hash.ts';
import { baseOf } from '../neural/models/list.ts';
import type { RouterModel } from '../routing/router-model.ts';
import type { HarvestReport } from '../workspace/files/harvest-types.ts';
import type { Tested } from './candidates.ts';
import type { MeasuredModel } from './choose.ts';
import { routerFor, type ServedDrafts } from './fit-router.ts';
import type { ApiLabels } from './positions/scored-positions.ts';
import type { AdaptReport, NeuralReport } from './report/adapt-report.ts';
import { changeOf, mixedQuality, qualityOf, type ReportFigures } from './report/figures.ts';
import type { Run } from './run.ts';
import type { Training } from './train-on-folder.ts';

/** What a run learned from the folder. */
export interface Learned {
  readonly router: RouterModel;
  /** Undefined: no files are held out for the test. */
  readonly figures: ReportFigures | undefined;
  /** Undefined: the n-grams alone are used. */
  readonly neural: LearnedNeural | undefined;
}

interface LearnedNeural {
  /** The neural model to use from now on. */
  readonly used: MeasuredModel;
  readonly report: NeuralReport;
}

/** The model that validation positions chose. */
export interface Chosen extends Pick<NeuralReport, 'why' | 'chosenFrom'> {
  readonly used: MeasuredModel;
  readonly base: MeasuredModel;
  readonly training: Training | undefined;
}

/** @param ngrams drafts of the n-grams alone, at all positions */
export function learnedNeural(
  { used, base, training, why, chosenFrom }: Chosen,
  tested: Tested,
  ngrams: ServedDrafts,
  labels: ApiLabels | undefined,
): LearnedNeural {
  const positions = new Set(tested.used.map(({ example }) => example));
  const ngramsThere = ngrams.test.filter(({ example }) => positions.has(example));
  const change = changeOf(tested.used, used === base ? ngramsThere : tested.base);
  const report: NeuralReport = {
    used: used.name,
    why,
    base: basename(used.base),
    quality: {
      ngram: qualityOf(ngramsThere),
      base: mixedQuality(tested.base),
      ...(used !== base && { [used.name]: mixedQuality(tested.used) }),
    },
    ...(change && { change }),
    chosenFrom,
    training: training?.report,
    ngramRouter: routerFor(ngrams.choose, labels),
  };
  return { used, report };
}

/** @param learned undefined: the folder was only indexed */
export function reportOf(
  { request, held, llm, paid, notes, neuralFailure }: Run,
  harvest: HarvestReport,
  learned: Learned | undefined,
  elapsedMs: number,
): AdaptReport {
  const base = learned?.neural && request.neural && baseOf(request.neural.base).weights;
  const { parameters: _, ...router } = learned?.router ?? { parameters: undefined };
  return {
    folder: request.root,
    harvest,
    splits: {
      train: held.train.length,
      validation: held.fit.length + held.choose.length,
      test: held.test.length,
    },
    balance: request.balance,
    madeFor: { tokenizer: sha256Of(request.tokenizerPath), ...(base !== undefined && { base }) },
    ...(learned?.figures ?? { specialist: undefined, apiShare: 0, api: undefined }),
    router: learned && (router as AdaptReport['router']),
    neural: learned?.neural?.report,
    ...(llm && paid.answers + paid.usd > 0 && { paid: { model: llm.model, ...paid } }),
    ...(neuralFailure && { neuralFailure }),
    notes,
    elapsedMs,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  };
}
