// What the pair of specialist and API comes to at judged places: calls that it saves, how long one waits, how often each is right.

import { quantile } from '../../src/common/quality.ts';
import { interval } from '../../src/common/statistics/bootstrap.ts';
import { expectedCalibrationError } from '../../src/common/statistics/calibrate.ts';
import { uniforms } from '../../src/common/statistics/random.ts';
import { priceOf } from '../../src/routing/limits.ts';
import type { Figures } from '../figures.ts';
import { ALLOWED, type Answered, type Judged } from './judged.ts';

/** Of the API, ms: as its answers take as a rule, to the first byte and to the end. The product shows what has come to its end. */
export const API_MS = { first: 700, whole: 1100 };
/** The slider's place that people get. */
const BALANCED = 0.4;

/** What an answer is worth: a right line, or the characters that it saves, of all that were to be written. */
export type Worth = 'lines' | 'characters';
const worths: Readonly<Record<Worth, (answer: Answered, position: Judged) => readonly [value: number, of: number]>> = {
  lines: ({ right }) => [right, 1],
  characters: ({ saved }, { characters }) => [saved, characters],
};

/** By their files, for the bootstrap. */
export function clusters(positions: readonly Judged[]): Judged[][] {
  return [...Map.groupBy(positions, ({ file }) => file).values()];
}

function mean(positions: readonly Judged[], of: (position: Judged) => number): number {
  return positions.reduce((sum, position) => sum + of(position), 0) / positions.length;
}

function total(positions: readonly Judged[], worth: Worth, answer: (position: Judged) => Answered): number {
  let [value, all] = [0, 0];
  for (const position of positions) {
    const [of, from] = worths[worth](answer(position), position);
    value += of;
    all += from;
  }
  return value / all;
}

const staysLocal = (position: Judged) => position.gain <= position.price;
const coupled = (position: Judged) => (staysLocal(position) ? position.local : position.called);
const api = (position: Judged) => position.api;

/** Calls saved at the price that was fitted to keep the pair within what is allowed, and how it came out. */
export function savedRow(positions: readonly Judged[], worth: Worth): Figures {
  const difference = (of: readonly Judged[]) => total(of, worth, coupled) - total(of, worth, api);
  const name = worth === 'lines' ? 'exact-match' : 'characters-saved';
  return {
    places: positions.length,
    'calls-saved': {
      value: mean(positions, (position) => Number(staysLocal(position))),
      ...byFile(positions, (of) => mean(of, (position) => Number(staysLocal(position)))),
    },
    [`coupled-${name}`]: total(positions, worth, coupled),
    [`api-${name}`]: total(positions, worth, api),
    difference: { value: difference(positions), ...byFile(positions, difference) },
    'curve-calls-saved': mostSaved(positions, worth, ({ gain }) => gain),
    'oracle-calls-saved': mostSaved(
      positions,
      worth,
      (position) => worths[worth](position.called, position)[0] - worths[worth](position.local, position)[0],
    ),
  };
}

/** The largest share that may stay local at no more than the allowed loss, where places stay by rising `by`: what hindsight would have chosen. */
function mostSaved(positions: readonly Judged[], worth: Worth, by: (position: Judged) => number): number {
  const worthOf = (answer: Answered, position: Judged) => worths[worth](answer, position)[0];
  const all = positions.reduce((sum, position) => sum + worths[worth](position.api, position)[1], 0);
  const wonByCalls = positions.map((position) => worthOf(position.called, position) - worthOf(position.api, position));
  let [lost, best] = [-wonByCalls.reduce((sum, each) => sum + each, 0), 0];
  [...positions]
    .sort((a, b) => by(a) - by(b))
    .forEach((position, i) => {
      lost += worthOf(position.called, position) - worthOf(position.local, position);
      if (lost <= ALLOWED * all + 1e-9) best = (i + 1) / positions.length;
    });
  return best;
}

function byFile(positions: readonly Judged[], statistic: (of: readonly Judged[]) => number) {
  return interval([clusters(positions)], ([drawn = []]) => statistic(drawn.flat()));
}

/** Waiting at the balanced setting, beside the API alone. A call is made when the local draft is there. */
export function latencyRow(positions: readonly Judged[], worth: Worth): Figures {
  const price = priceOf(BALANCED);
  const local = (position: Judged) => position.gain <= price;
  const waits = positions.map((position) => position.latencyMs + (local(position) ? 0 : API_MS.whole));
  const [average, middle] = [waits.reduce((sum, ms) => sum + ms, 0) / waits.length, quantile(waits, 0.5)];
  const name = worth === 'lines' ? 'exact-match' : 'characters-saved';
  return {
    places: positions.length,
    'calls-saved': mean(positions, (position) => Number(local(position))),
    'specialist-p50-ms': quantile(
      positions.map(({ latencyMs }) => latencyMs),
      0.5,
    ),
    'mean-ms': average,
    'mean-change': average / API_MS.whole - 1,
    'median-ms': middle,
    'median-change': middle / API_MS.whole - 1,
    [name]: total(positions, worth, (position) => (local(position) ? position.local : position.called)),
    [`api-${name}`]: total(positions, worth, api),
  };
}

/** Each answers the places where it is expected to be worth more: whether the pair is above the API alone, and what the specialist knows that the API does not. */
export function aboveRow(positions: readonly Judged[], worth: Worth): Figures {
  const pair = (position: Judged) => (position.gain <= 0 ? position.local : position.called);
  const difference = (of: readonly Judged[]) => total(of, worth, pair) - total(of, worth, api);
  const failures = positions.filter((position) => position.api.right === 0);
  return {
    places: positions.length,
    coupled: total(positions, worth, pair),
    api: total(positions, worth, api),
    difference: { value: difference(positions), ...byFile(positions, difference) },
    'api-failures': failures.length,
    'specialist-right-there': failures.length === 0 ? 0 : mean(failures, ({ draftRight }) => Number(draftRight)),
  };
}

/** Calibration error of both estimates, beside what one shows that is perfectly calibrated, at as many places with the same estimates. */
export function calibrationRow(positions: readonly Judged[]): Figures {
  const row = (probabilities: readonly number[], labels: readonly number[]): Figures => {
    const ece = expectedCalibrationError(probabilities, labels);
    const perfect = perfectError(probabilities);
    return { ece, perfect, above: ece - perfect };
  };
  const drafted = positions.filter(({ pSpecialist }) => pSpecialist > 0);
  return {
    specialist: row(
      drafted.map(({ pSpecialist }) => pSpecialist),
      drafted.map(({ draftRight }) => Number(draftRight)),
    ),
    api: row(
      positions.map(({ pApi }) => pApi),
      positions.map((position) => position.api.right),
    ),
  };
}

/** Mean over labels that were drawn with just these probabilities. */
function perfectError(probabilities: readonly number[], times = 500): number {
  const uniform = uniforms(1);
  let sum = 0;
  for (let i = 0; i < times; i++) {
    sum += expectedCalibrationError(
      probabilities,
      probabilities.map((p) => Number(uniform() < p)),
    );
  }
  return sum / times;
}
