// Whether a stored router is still valid. It was fitted on token probabilities of a tokenizer and a base.
// The functions throw if the shipped files cannot be read.
import { baseOf } from '../../neural/models/list.ts';
import { sha256Of } from '../../neural/models/manifest.ts';
import type { AdaptReport } from '../report/types.ts';
import type { CurrentModel, Shipped } from './folder-models.ts';

/** For drafts of the n-grams alone. */
export function holdsAlone({ madeFor }: Pick<AdaptReport, 'madeFor'>, tokenizer: string): boolean {
  return madeFor.tokenizer === sha256Of(tokenizer);
}

/** Whether the report measured the large model `model`, or none. */
export function holdsForApi({ api }: Pick<AdaptReport, 'api'>, model: string): boolean {
  return api === undefined || api.model === model;
}

/** For mixed drafts of the neural model in use. */
export function holdsMixed(
  report: Pick<AdaptReport, 'madeFor' | 'neural'>,
  current: CurrentModel,
  { base, tokenizer }: Shipped,
): boolean {
  const { madeFor, neural } = report;
  if (!neural || !holdsAlone(report, tokenizer)) return false;
  if (neural.used !== 'base') return current.name === 'adapted';
  return madeFor.base === baseOf(base).weights;
}
