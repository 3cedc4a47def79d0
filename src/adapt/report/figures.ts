// The report's figures: quality of specialist, API and both together at the test positions, which nothing was fitted on.
import { mean, quantile } from '../../common/quality.ts';
import { type Interval, interval } from '../../common/statistics/bootstrap.ts';
import { decideWhole } from '../../routing/decide.ts';
import type { Decision } from '../../routing/decision.ts';
import { priceOf } from '../../routing/limits.ts';
import type { RouterModel } from '../../routing/router-model.ts';
import {
  type ApiLabels,
  allLabels,
  type LabelledPosition,
  type ScoredPosition,
} from '../positions/scored-positions.ts';
import type { AdaptReport, ApiReport, ComparedReport, MixedQuality, Quality } from './adapt-report.ts';

export type ReportFigures = Pick<AdaptReport, 'specialist' | 'apiShare' | 'api' | 'slider'>;

/** A test position with the router's decision. */
interface JudgedPosition extends ScoredPosition {
  readonly decision: Decision;
}

/** A test position that the API has answered, too. */
interface ComparedPosition {
  readonly position: JudgedPosition;
  readonly label: LabelledPosition;
  /** Whether the large model was right there without the folder's snippets and draft. */
  readonly bareRight: boolean | undefined;
}

/** Positions of the panel's slider. */
const balances = Array.from({ length: 20 }, (_, i) => (i + 1) / 20);

/**
 * @param labels the API's answers at a sample of these positions; undefined: it was not asked
 * @param balance setting, 0.05 to 1, for which the API's share is computed
 */
export function figuresOf(
  test: readonly ScoredPosition[],
  labels: ApiLabels | undefined,
  fit: RouterModel,
  balance: number,
): ReportFigures {
  const judged = test.map((position) => ({
    ...position,
    // Decided as if an API were available, even if none is set up now, and without the user's display threshold.
    decision: decideWhole(fit, position.draft, position.facts, balance),
  }));
  const answers = new Map((labels?.test?.labelled ?? []).map((label) => [label.scored.example, label]));
  const bare = new Map((labels?.bare?.labelled ?? []).map(({ scored, right }) => [scored.example, right]));
  const compared = judged.flatMap((position) => {
    const label = answers.get(position.example);
    return label === undefined ? [] : [{ position, label, bareRight: bare.get(position.example) }];
  });
  const shareOf = (isSent: (position: JudgedPosition) => boolean) => judged.filter(isSent).length / judged.length;
  return {
    specialist: { ...qualityOf(judged), ...latenciesOf(judged.map(({ draft }) => draft.latencyMs)) },
    apiShare: shareOf(({ decision }) => decision.kind === 'call'),
    api: labels && apiReport(labels, compared),
    // At other balances. Only the price changes with the balance; a whole draft has no other reason against a call.
    slider: balances.map((each) => {
      const isSent = ({ decision }: JudgedPosition) => decision.gain > priceOf(each);
      const right = together(compared, isSent).map((position) => Number(position.right));
      return { balance: each, apiShare: shareOf(isSent), right: right.length === 0 ? undefined : mean(right) };
    }),
  };
}

interface Answer {
  readonly path: string;
  readonly right: boolean;
}

/** The answers of both models together, if some positions are sent to the API. */
function together(compared: readonly ComparedPosition[], isSent: (position: JudgedPosition) => boolean): Answer[] {
  return compared.map(({ position, label }) => ({
    path: position.example.path,
    right: isSent(position) ? label.right : position.right,
  }));
}

function apiReport(labels: ApiLabels, compared: readonly ComparedPosition[]): ApiReport | undefined {
  const asked = allLabels(labels);
  const all = asked.flatMap(({ labelled }) => labelled);
  if (all.length === 0) return undefined;
  return {
    model: labels.model,
    asked: all.length,
    failed: asked.reduce((sum, { failed }) => sum + failed, 0),
    ...latenciesOf(all.map((label) => label.answer.latencyMs)),
    compared: compared.length === 0 ? undefined : comparedReport(compared),
  };
}

function comparedReport(compared: readonly ComparedPosition[]): ComparedReport {
  const isSent = ({ decision }: JudgedPosition) => decision.kind === 'call';
  const pairs = compared.flatMap(({ position, label, bareRight }) =>
    bareRight === undefined ? [] : [{ path: position.example.path, right: label.right, bareRight }],
  );
  const gain = differenceOf(pairs.map(({ path, right, bareRight }) => ({ path, right, other: bareRight })));
  const [api, both] = [together(compared, () => true), together(compared, isSent)];
  const routed = differenceOf(both.map((answer, i) => ({ ...answer, other: api[i]?.right === true })));
  return {
    specialist: qualityOf(compared.map(({ position }) => position)),
    api: qualityOfAnswers(api),
    together: qualityOfAnswers(both),
    ...(routed && { routed }),
    calls: mean(compared.map(({ position }) => Number(isSent(position)))),
    ...(pairs.length > 0 && {
      alone: {
        bare: qualityOfAnswers(pairs.map(({ path, bareRight: right }) => ({ path, right }))),
        informed: qualityOfAnswers(pairs),
        ...(gain && { gain }),
      },
    }),
  };
}

/** The 95% interval of the difference in right answers at the same positions, by files. Undefined: all in one file. */
function differenceOf(pairs: readonly (Answer & { readonly other: boolean })[]): Interval | undefined {
  const files = [...Map.groupBy(pairs, ({ path }) => path).values()];
  const difference = (of: typeof pairs) => mean(of.map(({ right, other }) => Number(right) - Number(other)));
  return files.length > 1 ? interval([files], ([drawn = []]) => difference(drawn.flat())) : undefined;
}

/** As `differenceOf`, at the positions where both have drafts. */
export function changeOf(now: readonly ScoredPosition[], before: readonly ScoredPosition[]): Interval | undefined {
  const others = new Map(before.map(({ example, right }) => [example, right]));
  return differenceOf(
    now.flatMap(({ example, right }) => {
      const other = others.get(example);
      return other === undefined ? [] : [{ path: example.path, right, other }];
    }),
  );
}

function latenciesOf(latencies: readonly number[]): Pick<ApiReport, 'latencyP50Ms' | 'latencyP95Ms'> {
  return { latencyP50Ms: quantile(latencies, 0.5), latencyP95Ms: quantile(latencies, 0.95) };
}

export function qualityOf(scored: readonly ScoredPosition[]): Quality {
  return qualityOfAnswers(scored.map(({ example, right }) => ({ path: example.path, right })));
}

function qualityOfAnswers(answers: readonly Answer[]): Quality {
  const files = [...Map.groupBy(answers, ({ path }) => path).values()].map((inFile) => ({
    right: inFile.filter(({ right }) => right).length,
    places: inFile.length,
  }));
  const exactMatch = (of: typeof files) =>
    of.reduce((sum, { right }) => sum + right, 0) / of.reduce((sum, { places }) => sum + places, 0);
  return {
    places: answers.length,
    exactMatch: answers.length === 0 ? 0 : exactMatch(files),
    ...(files.length > 1 && { interval: interval([files], ([drawn = []]) => exactMatch([...drawn])) }),
  };
}

/** The loss is the mean over positions that have one. */
export function mixedQuality(scored: readonly ScoredPosition[]): MixedQuality {
  const sum = (unit: 'nats' | 'tokens') => scored.reduce((total, { loss }) => total + (loss?.[unit] ?? 0), 0);
  return { ...qualityOf(scored), ...(sum('tokens') > 0 && { loss: sum('nats') / sum('tokens') }) };
}
