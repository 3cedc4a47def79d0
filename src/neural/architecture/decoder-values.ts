// A decoder's shape and values in memory.
import { CodedError } from '../../common/errors.ts';
import type { Adapter } from './lora.ts';
import { allFinite, elements, type ModelConfig, type ParameterSpec, type Weights } from './parameters.ts';
import type { Quantized } from './quantize.ts';

export interface Model {
  readonly config: ModelConfig;
  readonly weights: Map<string, Float32Array>;
  /** Matrices that are stored in 4 bits, which are not among the weights. Absent: none. */
  readonly packed?: ReadonlyMap<string, Quantized>;
  /** Added to the weights. Absent: none. */
  readonly adapter?: Adapter;
}

/** Advice for any model that cannot be used. */
export const REPAIR_ADVICE =
  'Run "Adapt to This Repo" again if the model was adapted here, reinstall the extension if the model came with it, or choose another base.';

/**
 * Throws CodedError 'corrupt', naming the first tensor that is missing, has the wrong size, or holds NaN or infinity.
 */
export function checkWeights(specs: readonly ParameterSpec[], weights: Weights): void {
  for (const { name, shape } of specs) {
    const data = weights.get(name);
    if (!data) throw new CodedError('corrupt', `The model has no tensor '${name}'. ${REPAIR_ADVICE}`);
    if (data.length !== elements(shape)) {
      throw new CodedError(
        'corrupt',
        `The model's tensor '${name}' has ${data.length} elements, not [${shape.join(', ')}]. ${REPAIR_ADVICE}`,
      );
    }
    if (!allFinite(data)) {
      throw new CodedError('corrupt', `The model's tensor '${name}' contains NaN or infinite values. ${REPAIR_ADVICE}`);
    }
  }
}
