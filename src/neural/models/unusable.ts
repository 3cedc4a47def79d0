// What is said of a model that cannot be used, and the check of its weights.
import { CodedError, type ErrorCode } from '../../common/errors.ts';
import { allFinite, elements, type ParameterSpec, type Weights } from '../architecture/parameters.ts';

/** Advice for any model that cannot be used. */
export const REPAIR_ADVICE =
  'Run "Adapt to This Repo" again if the model was adapted here, reinstall the extension if the model came with it, or choose another base.';

/** @param what a sentence without its full stop */
export function unusable(code: ErrorCode, what: string, cause?: unknown): CodedError {
  return new CodedError(code, `${what}. ${REPAIR_ADVICE}`, { cause });
}

/**
 * Throws CodedError 'corrupt', naming the first tensor that is missing, has the wrong size, or holds NaN or infinity.
 */
export function checkWeights(specs: readonly ParameterSpec[], weights: Weights): void {
  for (const { name, shape } of specs) {
    const data = weights.get(name);
    if (!data) throw unusable('corrupt', `The model has no tensor '${name}'`);
    const tensor = `The model's tensor '${name}'`;
    if (data.length !== elements(shape))
      throw unusable('corrupt', `${tensor} has ${data.length} elements, not [${shape.join(', ')}]`);
    if (!allFinite(data)) throw unusable('corrupt', `${tensor} contains NaN or infinite values`);
  }
}
