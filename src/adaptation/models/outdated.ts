// Whether what an adaptation learned holds for what ships now: another version may bring another tokenizer, or another base. A coupling
// was fitted on probabilities of tokens: of another tokenizer, or another model, they are others. Both throw where what ships cannot be read.
// And whether what it measured of a large model is of the one that is asked now.
import { BEFORE_MANIFESTS, baseOf } from '../../neural/models/compatibility.ts';
import { sha256Of } from '../../neural/models/manifest.ts';
import type { AdaptReport } from '../report/types.ts';
import type { CurrentModel, Shipped } from './folder-models.ts';

/** For drafts that the n-grams make alone. */
export function holdsAlone({ madeFor }: Pick<AdaptReport, 'madeFor'>, tokenizer: string): boolean {
  return (madeFor?.tokenizer ?? BEFORE_MANIFESTS.tokenizer) === sha256Of(tokenizer);
}

/** @param model the large one that is asked now */
export function holdsForApi({ api }: Pick<AdaptReport, 'api'>, model: string): boolean {
  return api === undefined || api.model === model;
}

/** For drafts that the neural model mixes, by the one in use. */
export function holdsMixed(
  report: Pick<AdaptReport, 'madeFor' | 'neural'>,
  current: CurrentModel,
  { base, tokenizer }: Shipped,
): boolean {
  const { madeFor, neural } = report;
  if (!neural || !holdsAlone(report, tokenizer)) return false;
  if (neural.used !== 'base') return current.name === 'adapted';
  return (madeFor?.base ?? BEFORE_MANIFESTS.base.weights) === baseOf(base).weights;
}
