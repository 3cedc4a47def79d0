// A stored router model: its schema, and how it is read back.
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { failed, ok, type Result } from '../common/errors.ts';
import { finite, isObject, type SchemaOutput } from '../common/schemas.ts';
import { FEATURES } from './features.ts';

const count = v.pipe(finite, v.minValue(0));
const numbers = (length: number) => v.pipe(v.array(finite), v.length(length));

/** @param width number of features */
const logistic = (width: number) =>
  v.object({ mean: numbers(width), scale: numbers(width), weights: numbers(width), intercept: finite });

/** @param width number of features */
const estimate = (width: number) =>
  v.object({ model: v.optional(logistic(width)), calibrator: v.optional(logistic(1)) });

const neighbourhood = v.object({
  places: v.array(v.object({ words: v.array(v.strictTuple([finite, finite])), right: v.boolean() })),
});

const parameters = v.object({
  /** Names, in the order of the weights. */
  features: v.array(v.string()),
  specialist: estimate(FEATURES.length),
  /** Answers of the API, for its estimate; empty: the prior. */
  neighbourhood,
  /** Estimate after the answer, from whether it is the local draft; absent: the prior. */
  agreement: v.optional(estimate(1)),
  /** Estimate for the cuts of a draft. */
  cut: estimate(FEATURES.length),
});

const routerSchema = v.object({
  version: v.literal(2),
  /** Non-empty drafts that the specialist's estimate was fitted on; 0: the built-in prior. */
  specialistExamples: count,
  /** API answers that its estimate is made of; 0: the prior. */
  apiExamples: count,
  /** Expected calibration errors, measured out-of-fold. Undefined: there were too few files or examples. */
  specialistEce: v.optional(finite),
  apiEce: v.optional(finite),
  parameters,
});

export type RouterParameters = SchemaOutput<typeof parameters>;
/** A fitted router: plain JSON, stored per folder. */
export type RouterModel = SchemaOutput<typeof routerSchema>;

const ADAPT_AGAIN = "Run 'Adapt to This Repo' again.";
const DAMAGED = `The stored router of this folder is damaged. ${ADAPT_AGAIN}`;
const FEATURE_NAMES: readonly unknown[] = FEATURES.map(({ name }) => name);

/**
 * Reads what JSON.stringify wrote of a fit. Fails with 'other-version' for another format or other features, and with
 * 'corrupt' for everything else that this build cannot use.
 */
export function parseRouter(json: unknown): Result<RouterModel> {
  const { version, parameters: stored } = (isObject(json) ? json : {}) as { version?: unknown; parameters?: unknown };
  const features = isObject(stored) && Array.isArray(stored.features) ? stored.features : FEATURE_NAMES;
  if ((typeof version === 'number' && version !== 2) || !isDeepStrictEqual(features, FEATURE_NAMES))
    return failed('other-version', `Another version of Easy Adaptation fitted the router. ${ADAPT_AGAIN}`);
  return v.is(routerSchema, json) ? ok(json) : failed('corrupt', DAMAGED);
}
