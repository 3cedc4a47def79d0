// The default router, for folders without an adaptation.
import { fitRouter } from './fit.ts';
import type { RouterModel } from './router-model.ts';

/** Only the priors: 0 examples, and no calibration figures. */
export function defaultRouter(): RouterModel {
  return fitRouter([], { now: 0 });
}
