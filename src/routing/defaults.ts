// The coupling that ships with the extension, for folders without an adaptation.
import { fitCoupling } from './fit.ts';
import type { CouplingFit } from './types.ts';

/** The priors alone; its counts of 0 examples say that nothing was learned here, and no calibration is claimed. */
export function defaultFit(): CouplingFit {
  return fitCoupling([], { now: 0 });
}
