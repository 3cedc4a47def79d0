// The coupling that ships with the extension, for folders without an adaptation.
import { fitRouter } from './fit.ts';
import type { RouterModel } from './router-model.ts';

/** The priors alone; its counts of 0 examples say that nothing was learned here, and no calibration is claimed. */
export function defaultFit(): RouterModel {
  return fitRouter([], { now: 0 });
}
