// Reads a stored fit back; refuses what is damaged, foreign, or from a later version.
import { failed, ok, type Result } from '../common/errors.ts';
import { FEATURES } from './features.ts';
import type { RouterModel } from './types.ts';

const AGAIN = "Run 'Adapt to This Repo' again.";
const DAMAGED = `The stored coupling of this folder is damaged. ${AGAIN}`;

/**
 * A fit is plain JSON: write it with JSON.stringify. One that was fitted when there were fewer features is read with weights of 0 for the others: it says
 * what it said. Fails with 'newer-version' for a later format, with 'corrupt' for anything else that this build cannot use, features that are gone included.
 */
export function parseFit(json: unknown): Result<RouterModel> {
  if (!isObject(json)) return failed('corrupt', DAMAGED);
  if (typeof json.version === 'number' && json.version > 1) {
    return failed(
      'newer-version',
      'The coupling was fitted by a later version of Easy Adaptation. Update the extension.',
    );
  }
  if (json.version !== 1) return failed('corrupt', DAMAGED);
  const stored = json.parameters;
  if (!isObject(stored) || !Array.isArray(stored.features)) return failed('corrupt', DAMAGED);
  const known = stored.features.length > 0 && stored.features.every((name) => NAMES.includes(name));
  if (!known || new Set(stored.features).size < stored.features.length) {
    return failed('corrupt', `The coupling was fitted by a version that looked at other features. ${AGAIN}`);
  }
  const parameters = widened(stored, stored.features);
  const sound =
    isCount(json.fittedAt) &&
    isCount(json.specialistExamples) &&
    isCount(json.apiExamples) &&
    [json.specialistEce, json.specialistBrier, json.apiEce, json.apiBrier].every(isOptionalNumber) &&
    [json.cutExamples, json.cutEce, json.cutBrier].every(isOptionalNumber) &&
    (parameters.cut === undefined || isEstimate(parameters.cut)) &&
    (parameters.risk === undefined || isRisk(parameters.risk)) &&
    (parameters.cutIn === undefined || areCorrections(parameters.cutIn)) &&
    (parameters.neighbourhood === undefined || isNeighbourhood(parameters.neighbourhood)) &&
    isEstimate(parameters.specialist) &&
    isEstimate(parameters.api);
  return sound ? ok({ ...json, parameters } as unknown as RouterModel) : failed('corrupt', DAMAGED);
}

const NAMES: readonly unknown[] = FEATURES.map(({ name }) => name);

/** Its estimates in today's features. @param names of the features that it has */
function widened(parameters: Readonly<Record<string, unknown>>, names: readonly unknown[]): Record<string, unknown> {
  if (names.length === NAMES.length && NAMES.every((name, j) => name === names[j])) return { ...parameters };
  const places = NAMES.map((name) => names.indexOf(name));
  const spread = (values: unknown, other: number) =>
    Array.isArray(values) && values.length === names.length
      ? places.map((at) => (at < 0 ? other : values[at]))
      : undefined;
  const estimate = (of: unknown) => {
    if (!isObject(of) || !isObject(of.model)) return of;
    const { mean, scale, weights } = of.model;
    const model = { ...of.model, mean: spread(mean, 0), scale: spread(scale, 1), weights: spread(weights, 0) };
    return { ...of, model };
  };
  const { specialist, api, cut } = parameters;
  return {
    ...{ ...parameters, features: NAMES, specialist: estimate(specialist), api: estimate(api) },
    ...(cut !== undefined && { cut: estimate(cut) }),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: unknown JSON, each property is checked before use.
function isObject(value: unknown): value is Record<string, any> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): boolean {
  return Number.isFinite(value) && (value as number) >= 0;
}

function isOptionalNumber(value: unknown): boolean {
  return value === undefined || Number.isFinite(value);
}

function isNumbers(value: unknown, length?: number): boolean {
  return Array.isArray(value) && (length === undefined || value.length === length) && value.every(Number.isFinite);
}

function isRisk(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every(
      (of) => isObject(of) && Number.isFinite(of.by) && typeof of.lost === 'boolean' && typeof of.won === 'boolean',
    )
  );
}

/** By language, of log-odds alone. */
function areCorrections(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((each) => isEstimate(each, 0));
}

function isNeighbourhood(value: unknown): boolean {
  const isWord = (of: unknown) => isNumbers(of, 2);
  return (
    isObject(value) &&
    Array.isArray(value.places) &&
    value.places.every(
      (of) => isObject(of) && typeof of.right === 'boolean' && Array.isArray(of.words) && of.words.every(isWord),
    )
  );
}

function isEstimate(value: unknown, width: number = FEATURES.length): boolean {
  if (!isObject(value)) return false;
  if (value.model !== undefined && !isModel(value.model, width)) return false;
  const calibrator = value.calibrator;
  if (!isObject(calibrator)) return false;
  if (calibrator.kind === 'identity') return true;
  if (calibrator.kind === 'platt') return isModel(calibrator.model, 1);
  return (
    calibrator.kind === 'isotonic' &&
    isNumbers(calibrator.scores) &&
    calibrator.scores.length > 0 &&
    isNumbers(calibrator.values, calibrator.scores.length)
  );
}

function isModel(value: unknown, width: number): boolean {
  return (
    isObject(value) &&
    isNumbers(value.mean, width) &&
    isNumbers(value.scale, width) &&
    isNumbers(value.weights, width) &&
    Number.isFinite(value.intercept)
  );
}
