// The report's figures: quality of specialist, API and both together at the test positions, which nothing was fitted
// on.

import { precisionAt, quantile } from '../../common/quality.ts';
import type { CursorKind } from '../../prompts/completion/cursor-examples.ts';
import { decideWhole } from '../../routing/decide.ts';
import { sentenceOf } from '../../routing/decision.ts';
import { lowestProbability } from '../../routing/features.ts';
import { priceOf } from '../../routing/limits.ts';
import type { RouterModel } from '../../routing/router-model.ts';
import { lastLines } from '../../text/lines.ts';
import { curvesOf } from './curves.ts';
import type { JudgedPosition } from './judged.ts';
import type { ApiLabels, LabeledPosition, ScoredPosition } from './scored.ts';
import type { AdaptReport, ApiReport, ExampleCompletion, MixedQuality, Quality, SliderPoint } from './types.ts';
import { underfitOf } from './underfit.ts';

export type ReportFigures = Pick<
  AdaptReport,
  'specialist' | 'byKind' | 'before' | 'apiShare' | 'api' | 'slider' | 'curves' | 'underfit' | 'examples'
>;

const EXAMPLES = 5;
/** Positions of the panel's slider. */
const balances = Array.from({ length: 20 }, (_, i) => (i + 1) / 20);

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * @param before drafts without the adaptation at the same positions; undefined: no earlier model to compare with
 * @param labels the API's answers at a sample of these positions; undefined: it was not asked
 * @param balance setting, 0.05 to 1, for which the API's share is computed
 */
export function measure(
  test: readonly ScoredPosition[],
  before: readonly ScoredPosition[] | undefined,
  labels: ApiLabels | undefined,
  fit: RouterModel,
  balance: number,
): ReportFigures {
  const withDecision = (position: ScoredPosition): JudgedPosition => ({
    ...position,
    // Decided as if an API were available, even if none is set up now, and without the user's display threshold.
    decision: decideWhole(fit, position.draft, position.facts, balance),
  });
  const judged = test.map(withDecision);
  const quality = (positions: readonly JudgedPosition[]) =>
    qualityOf(
      positions,
      positions.map((position) => position.decision.pSpecialist),
    );
  const latencies = judged.map((position) => position.draft.latencyMs);
  const answers = new Map((labels?.test?.labelled ?? []).map((label) => [label.scored.example, label]));
  const api = labels && apiReport(labels, judged, answers);
  const currentPoint =
    api && api.testPlaces > 0 ? { apiShare: api.coupledApiShare, right: api.coupledExactMatch } : undefined;
  return {
    specialist: { ...quality(judged), latencyP50Ms: quantile(latencies, 0.5), latencyP95Ms: quantile(latencies, 0.95) },
    byKind: byKind(judged, quality),
    ...(before && { before: byKind(before, ownQuality) }),
    apiShare: judged.filter((position) => position.decision.kind === 'call').length / judged.length,
    api,
    slider: balances.map((each) => sliderPoint(each, judged, answers)),
    curves: curvesOf(fit, judged, answers, currentPoint),
    underfit: underfitOf(judged, answers),
    examples: exampleCompletions(judged, answers),
  };
}

function byKind<P extends ScoredPosition>(
  positions: readonly P[],
  qualityOfGroup: (group: readonly P[]) => Quality,
): Readonly<Partial<Record<CursorKind, Quality>>> {
  const kinds = [...Map.groupBy(positions, ({ example }) => example.kind)].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(kinds.map(([kind, group]) => [kind, qualityOfGroup(group)]));
}

function sliderPoint(
  balance: number,
  judged: readonly JudgedPosition[],
  answers: ReadonlyMap<unknown, LabeledPosition>,
): SliderPoint {
  const price = priceOf(balance);
  const isSent = ({ decision }: JudgedPosition) => decision.gain > price;
  const known = judged.flatMap((position) => {
    const label = answers.get(position.example);
    return label === undefined ? [] : [Number(isSent(position) ? label.right : position.right)];
  });
  return {
    balance,
    apiShare: judged.filter(isSent).length / judged.length,
    right: known.length === 0 ? undefined : mean(known),
  };
}

function apiReport(
  labels: ApiLabels,
  judged: readonly JudgedPosition[],
  answers: ReadonlyMap<unknown, LabeledPosition>,
): ApiReport | undefined {
  const all = [...labels.validation.labelled, ...(labels.test?.labelled ?? [])];
  if (all.length === 0) return undefined;
  const latencies = all.map((label) => label.answer.latencyMs);
  // Positions where both answers are known; the router was not fitted on them.
  const both = judged.flatMap((position) => {
    const label = answers.get(position.example);
    return label === undefined ? [] : [{ position, label }];
  });
  const toApi = both.filter(({ position }) => position.decision.kind === 'call').length;
  return {
    model: labels.model,
    asked: all.length,
    failed: labels.validation.failed + (labels.test?.failed ?? 0),
    exactMatch: mean(all.map((label) => Number(label.right))),
    editSimilarity: mean(all.map(({ similarity }) => similarity)),
    latencyP50Ms: quantile(latencies, 0.5),
    latencyP95Ms: quantile(latencies, 0.95),
    testPlaces: both.length,
    specialistExactMatch: mean(both.map(({ position }) => Number(position.right))),
    apiExactMatch: mean(both.map(({ label }) => Number(label.right))),
    coupledExactMatch: mean(
      both.map(({ position, label }) => Number(position.decision.kind === 'call' ? label.right : position.right)),
    ),
    coupledApiShare: toApi / both.length,
  };
}

/**
 * A few examples, evenly spaced along the specialist's confidence, so that good, middling and hopeless positions are
 * shown.
 */
function exampleCompletions(
  judged: readonly JudgedPosition[],
  answers: ReadonlyMap<unknown, LabeledPosition>,
): ExampleCompletion[] {
  const pool = answers.size >= EXAMPLES ? judged.filter((position) => answers.has(position.example)) : judged;
  const ranked = [...pool].sort((a, b) => b.decision.pSpecialist - a.decision.pSpecialist);
  const count = Math.min(EXAMPLES, ranked.length);
  return Array.from({ length: count }, (_, index) => {
    const position = ranked[Math.floor((index * (ranked.length - 1)) / Math.max(1, count - 1))] as JudgedPosition;
    const label = position.decision.kind === 'call' ? answers.get(position.example) : undefined;
    const { example, draft, decision } = position;
    const reason = sentenceOf(decision);
    const common = {
      path: example.path,
      line: example.line,
      kind: example.kind,
      before: lastLines(example.prefix, 2, 400).join('\n'),
      truth: position.truth,
    };
    if (label !== undefined) {
      const { text, model, latencyMs } = label.answer;
      return { ...common, answer: text, source: 'api', model, right: label.right, latencyMs, reason };
    }
    return {
      ...common,
      answer: draft.text,
      source: draft.text === '' ? 'none' : 'specialist',
      model: draft.model,
      right: position.right,
      latencyMs: draft.latencyMs,
      // There is no answer of the API at this position.
      reason:
        decision.kind === 'call'
          ? `The router would have asked the large model, but it was not asked here: ${reason}`
          : reason,
    };
  });
}

/**
 * Quality of answers given with a confidence.
 * @param confidence of each position, in the same order; ranks the positions for precision at coverage
 */
function qualityOf(scored: readonly ScoredPosition[], confidence: readonly number[]): Quality {
  const meanOf = (value: (position: ScoredPosition) => number) => (scored.length === 0 ? 0 : mean(scored.map(value)));
  const ranked = scored.map((position, index) => ({ right: position.right, confidence: confidence[index] ?? 0 }));
  return {
    places: scored.length,
    exactMatch: meanOf((position) => Number(position.right)),
    editSimilarity: meanOf(({ similarity }) => similarity),
    precisionAt: {
      '10': precisionAt(ranked, 0.1),
      '20': precisionAt(ranked, 0.2),
      '30': precisionAt(ranked, 0.3),
      '50': precisionAt(ranked, 0.5),
    },
  };
}

/** Ranked by the specialist's own confidence: a router is fitted only for the model that is used. */
export function ownQuality(scored: readonly ScoredPosition[]): Quality {
  return qualityOf(
    scored,
    scored.map(({ draft }) => draft.confidence ?? lowestProbability(draft)),
  );
}

/** The loss is the mean over positions that have one. */
export function mixedQuality(scored: readonly ScoredPosition[]): MixedQuality {
  const sum = (unit: 'nats' | 'tokens') => scored.reduce((total, { loss }) => total + (loss?.[unit] ?? 0), 0);
  return { ...ownQuality(scored), ...(sum('tokens') > 0 && { loss: sum('nats') / sum('tokens') }) };
}
