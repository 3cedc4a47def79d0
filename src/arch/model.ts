// A decoder's shape and values in memory.
import type { ModelConfig } from './config.ts';
import type { Quantized } from './quantize.ts';

export interface Model {
  readonly config: ModelConfig;
  readonly weights: Map<string, Float32Array>;
  /** Matrices that the file holds in 4 bits and that are not among the weights. Absent: none. */
  readonly packed?: ReadonlyMap<string, Quantized>;
}

/** What to do with a model that cannot be used, whichever it is. */
export const MEND =
  'Run "Adapt to This Repo" again if the model was made here, reinstall the extension if it came with it, or name another base.';
