// Reads a stored adaptation, whose JSON may be damaged or of another version.
import type { Result } from '../../common/errors.ts';
import { parseRouter, type RouterModel } from '../../routing/router-model.ts';
import type { AdaptReport } from './types.ts';

/** Earlier versions called the validation files `calibration`. */
type EarlierSplits = AdaptReport['splits'] & { readonly calibration?: number };
/** Earlier versions counted only the cost at held-out positions. */
type EarlierApi = AdaptReport['api'] & { readonly costUsd?: number };

/** Undefined if it is no report. A report of another version may lack fields. */
export function storedReport(json: string): AdaptReport | undefined {
  const value = parsed(json);
  if (typeof value !== 'object' || value === null) return undefined;
  const { harvest, examples, splits, api, paid } = value as Partial<Omit<AdaptReport, 'splits' | 'api'>> & {
    readonly splits?: EarlierSplits;
    readonly api?: EarlierApi;
  };
  if (typeof harvest !== 'object' || harvest === null || !Array.isArray(examples)) return undefined;
  const { calibration, ...others } = splits ?? {};
  return {
    ...(value as AdaptReport),
    ...(calibration !== undefined && { splits: { ...(others as AdaptReport['splits']), validation: calibration } }),
    ...(!paid && api?.costUsd !== undefined && { paid: { model: api.model, answers: api.asked, usd: api.costUsd } }),
  };
}

/** Fails as `parseFit` does. */
export function storedRouter(json: string): Result<RouterModel> {
  return parseRouter(parsed(json));
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
