// Reads a stored adaptation, whose JSON may be damaged. Databases of other versions are set aside (storage/open.ts).

import type { Result } from '../../common/errors.ts';
import { isObject } from '../../common/schemas.ts';
import { parseRouter, type RouterModel } from '../../routing/router-model.ts';
import type { AdaptReport } from './types.ts';

/** Undefined if it is no report. */
export function storedReport(json: string): AdaptReport | undefined {
  const value = parsed(json);
  if (!isObject(value) || !isObject(value.harvest) || !Array.isArray(value.notes)) return undefined;
  return value as unknown as AdaptReport;
}

/** Fails as `parseRouter` does. */
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
