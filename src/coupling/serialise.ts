// Reads a stored fit back; refuses what is damaged, foreign, or from a later version.
import { failed, ok, type Result } from '../common/errors.ts';
import { FEATURES } from './features.ts';
import type { CouplingFit } from './types.ts';

const AGAIN = "Run 'Adapt to This Repo' again.";
const DAMAGED = `The stored coupling of this folder is damaged. ${AGAIN}`;

/**
 * A fit is plain JSON: write it with JSON.stringify. Fails with 'newer-version' for a later format, with 'corrupt' for
 * anything else that this build cannot use, another set of features included.
 */
export function parseFit(json: unknown): Result<CouplingFit> {
  if (!isObject(json)) return failed('corrupt', DAMAGED);
  if (typeof json.version === 'number' && json.version > 1) {
    return failed(
      'newer-version',
      'The coupling was fitted by a later version of Easy Adaptation. Update the extension.',
    );
  }
  if (json.version !== 1) return failed('corrupt', DAMAGED);
  const parameters = json.parameters;
  if (!isObject(parameters) || !Array.isArray(parameters.features)) return failed('corrupt', DAMAGED);
  const same =
    parameters.features.length === FEATURES.length && FEATURES.every((f, j) => f.name === parameters.features[j]);
  if (!same) {
    return failed('corrupt', `The coupling was fitted by a version that looked at other features. ${AGAIN}`);
  }
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
  return sound ? ok(json as unknown as CouplingFit) : failed('corrupt', DAMAGED);
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
