// A stored router model: its schema, and how it is read back.
import * as v from 'valibot';
import { failed, ok, type Result } from '../common/errors.ts';
import { finite, isObject, type SchemaOutput } from '../common/schemas.ts';
import { FEATURES } from './features.ts';

const count = v.pipe(finite, v.minValue(0));
const numbers = (length: number) => v.pipe(v.array(finite), v.length(length));

/** @param width number of features */
const logistic = (width: number) =>
  v.object({ mean: numbers(width), scale: numbers(width), weights: numbers(width), intercept: finite });

const isotonic = v.pipe(
  v.object({ kind: v.literal('isotonic'), scores: v.pipe(v.array(finite), v.minLength(1)), values: v.array(finite) }),
  v.check(({ scores, values }) => scores.length === values.length),
);

/** @param width number of features */
const estimate = (width: number) =>
  v.object({
    model: v.optional(logistic(width)),
    calibrator: v.variant('kind', [
      v.object({ kind: v.literal('identity') }),
      v.object({ kind: v.literal('platt'), model: logistic(1) }),
      isotonic,
    ]),
  });

const neighbourhood = v.object({
  places: v.array(v.object({ words: v.array(v.strictTuple([finite, finite])), right: v.boolean() })),
});

const parameters = v.object({
  /** Names, in the order of the weights. */
  features: v.array(v.string()),
  specialist: estimate(FEATURES.length),
  api: estimate(FEATURES.length),
  /** Estimate for the cuts of a draft. Absent in fits of earlier versions, for which the prior is used. */
  cut: v.optional(estimate(FEATURES.length)),
  /** Used instead of `api`, unless the features predicted clearly better whether the API's answers are right. */
  neighbourhood: v.optional(neighbourhood),
  /**
   * One row per position where both answers are known. `by` is a call's expected gain in accuracy, estimated
   * out-of-fold. `lost`: only the API was right. `won`: only the specialist was right. Absent in fits of earlier
   * versions.
   */
  risk: v.optional(v.array(v.object({ by: finite, lost: v.boolean(), won: v.boolean() }))),
  /** Corrections of `cut`'s log-odds for each language with enough positions. */
  cutIn: v.optional(v.record(v.string(), estimate(0))),
});

const routerSchema = v.object({
  version: v.literal(1),
  /** ms since 1970. */
  fittedAt: count,
  /** Non-empty drafts that the specialist's estimate was fitted on; 0: the built-in prior. */
  specialistExamples: count,
  /** API answers that the API's estimate was fitted on; 0: the prior. */
  apiExamples: count,
  /**
   * Expected calibration error and Brier score of each estimate, measured out-of-fold. Undefined: there were too few
   * files or examples.
   */
  specialistEce: v.optional(finite),
  specialistBrier: v.optional(finite),
  /** The same figures for cuts; absent in fits of earlier versions. */
  cutExamples: v.optional(finite),
  cutEce: v.optional(finite),
  cutBrier: v.optional(finite),
  apiEce: v.optional(finite),
  apiBrier: v.optional(finite),
  parameters,
});

/** A router whose features may differ from today's. */
const anyRouter = v.object({
  version: v.literal(1),
  parameters: v.looseObject({ features: v.array(v.unknown()) }),
});

export type RouterParameters = SchemaOutput<typeof parameters>;
/** A fitted router: plain JSON, stored per folder. */
export type RouterModel = SchemaOutput<typeof routerSchema>;

const ADAPT_AGAIN = "Run 'Adapt to This Repo' again.";
const DAMAGED = `The stored router of this folder is damaged. ${ADAPT_AGAIN}`;
const FEATURE_NAMES: readonly unknown[] = FEATURES.map(({ name }) => name);

/**
 * Reads what JSON.stringify wrote of a fit. A fit with fewer features gets weights of 0 for the others, which leaves
 * its estimates as they were. Fails with 'newer-version' for a later format. Fails with 'corrupt' for everything else
 * that this build cannot use, features that no longer exist included.
 */
export function parseRouter(json: unknown): Result<RouterModel> {
  if (v.is(v.object({ version: v.pipe(v.number(), v.gtValue(1)) }), json)) {
    return failed('newer-version', 'A later version of Easy Adaptation fitted the router. Update the extension.');
  }
  if (!v.is(anyRouter, json)) return failed('corrupt', DAMAGED);
  const { features } = json.parameters;
  const known = features.length > 0 && features.every((name) => FEATURE_NAMES.includes(name));
  if (!known || new Set(features).size < features.length) {
    return failed('corrupt', `The router was fitted by a version with other features. ${ADAPT_AGAIN}`);
  }
  const router = { ...json, parameters: withAllFeatures(json.parameters, features) };
  return v.is(routerSchema, router) ? ok(router) : failed('corrupt', DAMAGED);
}

/** The estimates with weights for today's features. @param names features that the stored weights belong to */
function withAllFeatures(
  stored: Readonly<Record<string, unknown>>,
  names: readonly unknown[],
): Record<string, unknown> {
  if (names.length === FEATURE_NAMES.length && FEATURE_NAMES.every((name, j) => name === names[j]))
    return { ...stored };
  const indexes = FEATURE_NAMES.map((name) => names.indexOf(name));
  const spread = (values: unknown, other: number) =>
    Array.isArray(values) && values.length === names.length
      ? indexes.map((at) => (at < 0 ? other : values[at]))
      : undefined;
  const withAllWeights = (of: unknown) => {
    if (!isObject(of) || !isObject(of.model)) return of;
    const { mean, scale, weights } = of.model;
    const model = { ...of.model, mean: spread(mean, 0), scale: spread(scale, 1), weights: spread(weights, 0) };
    return { ...of, model };
  };
  const { specialist, api, cut } = stored;
  return {
    ...{ ...stored, features: FEATURE_NAMES, specialist: withAllWeights(specialist), api: withAllWeights(api) },
    ...(cut !== undefined && { cut: withAllWeights(cut) }),
  };
}
