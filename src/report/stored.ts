// An adaptation as the store has it, read back: its JSON may be damaged, or of another version.
import type { Result } from '../common/errors.ts';
import { parseFit } from '../coupling/serialise.ts';
import type { CouplingFit } from '../coupling/types.ts';
import type { AdaptReport } from './types.ts';

/** Versions before the splits had the names of today called the validation files so. */
type EarlierSplits = AdaptReport['splits'] & { readonly calibration?: number };

/** Undefined where it is no report. One from another version may lack what this one has. */
export function storedReport(json: string): AdaptReport | undefined {
  const value = parsed(json);
  if (typeof value !== 'object' || value === null) return undefined;
  const { harvest, examples, splits } = value as Partial<AdaptReport> & { readonly splits?: EarlierSplits };
  const sound = typeof harvest === 'object' && harvest !== null && Array.isArray(examples);
  if (!sound || splits?.calibration === undefined) return sound ? (value as AdaptReport) : undefined;
  const { calibration: validation, ...others } = splits;
  return { ...(value as AdaptReport), splits: { ...others, validation } };
}

/** Fails as `parseFit` does. */
export function storedFit(json: string): Result<CouplingFit> {
  return parseFit(parsed(json));
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
