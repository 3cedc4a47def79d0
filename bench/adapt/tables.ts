// What the pair of specialist and API comes to at judged places: calls that it saves, how long one waits, how often each is right.

import { quantile } from '../../src/common/quality.ts';
import { interval } from '../../src/common/statistics/bootstrap.ts';
import { expectedCalibrationError } from '../../src/common/statistics/calibrate.ts';
import { uniforms } from '../../src/common/statistics/random.ts';
import { priceOf } from '../../src/routing/decide.ts';
import type { Figures } from '../figures.ts';
import { ALLOWED, type Answered, type Judged } from './judged.ts';

/** Of the API, ms: as its answers take as a rule, to the first byte and to the end. The product shows what has come to its end. */
export const API_MS = { first: 700, whole: 1100 };
/** The slider's place that people get. */
const BALANCED = 0.4;

/** What an answer is worth: a right line, or the characters that it saves, of all that were to be written. */
export type Worth = 'lines' | 'characters';
const worths: Readonly<Record<Worth, (answer: Answered, place: Judged) => readonly [value: number, of: number]>> = {
  lines: ({ right }) => [right, 1],
  characters: ({ saved }, { characters }) => [saved, characters],
};

/** By their files, for the bootstrap. */
export function clusters(places: readonly Judged[]): Judged[][] {
  return [...Map.groupBy(places, ({ file }) => file).values()];
}

function mean(places: readonly Judged[], of: (place: Judged) => number): number {
  return places.reduce((sum, place) => sum + of(place), 0) / places.length;
}

function total(places: readonly Judged[], worth: Worth, answer: (place: Judged) => Answered): number {
  let [value, all] = [0, 0];
  for (const place of places) {
    const [of, from] = worths[worth](answer(place), place);
    value += of;
    all += from;
  }
  return value / all;
}

const staysLocal = (place: Judged) => place.gain <= place.price;
const coupled = (place: Judged) => (staysLocal(place) ? place.local : place.api);
const api = (place: Judged) => place.api;

/** Calls saved at the price that was fitted to keep the pair within what is allowed, and how it came out. */
export function savedRow(places: readonly Judged[], worth: Worth): Figures {
  const difference = (of: readonly Judged[]) => total(of, worth, coupled) - total(of, worth, api);
  const name = worth === 'lines' ? 'exact-match' : 'characters-saved';
  return {
    places: places.length,
    'calls-saved': {
      value: mean(places, (place) => Number(staysLocal(place))),
      ...byFile(places, (of) => mean(of, (place) => Number(staysLocal(place)))),
    },
    [`coupled-${name}`]: total(places, worth, coupled),
    [`api-${name}`]: total(places, worth, api),
    difference: { value: difference(places), ...byFile(places, difference) },
    'curve-calls-saved': mostSaved(places, worth, ({ gain }) => gain),
    'oracle-calls-saved': mostSaved(
      places,
      worth,
      (place) => worths[worth](place.api, place)[0] - worths[worth](place.local, place)[0],
    ),
  };
}

/** The largest share that may stay local at no more than the allowed loss, where places stay by rising `by`: what hindsight would have chosen. */
function mostSaved(places: readonly Judged[], worth: Worth, by: (place: Judged) => number): number {
  const all = places.reduce((sum, place) => sum + worths[worth](place.api, place)[1], 0);
  let [lost, best] = [0, 0];
  [...places]
    .sort((a, b) => by(a) - by(b))
    .forEach((place, i) => {
      lost += worths[worth](place.api, place)[0] - worths[worth](place.local, place)[0];
      if (lost <= ALLOWED * all + 1e-9) best = (i + 1) / places.length;
    });
  return best;
}

function byFile(places: readonly Judged[], statistic: (of: readonly Judged[]) => number) {
  return interval([clusters(places)], ([drawn = []]) => statistic(drawn.flat()));
}

/** Waiting at the balanced setting, beside the API alone. A call is made when the local draft is there. */
export function latencyRow(places: readonly Judged[], worth: Worth): Figures {
  const price = priceOf(BALANCED);
  const local = (place: Judged) => place.gain <= price;
  const waits = places.map((place) => place.latencyMs + (local(place) ? 0 : API_MS.whole));
  const [average, middle] = [waits.reduce((sum, ms) => sum + ms, 0) / waits.length, quantile(waits, 0.5)];
  const name = worth === 'lines' ? 'exact-match' : 'characters-saved';
  return {
    places: places.length,
    'calls-saved': mean(places, (place) => Number(local(place))),
    'specialist-p50-ms': quantile(
      places.map(({ latencyMs }) => latencyMs),
      0.5,
    ),
    'mean-ms': average,
    'mean-change': average / API_MS.whole - 1,
    'median-ms': middle,
    'median-change': middle / API_MS.whole - 1,
    [name]: total(places, worth, (place) => (local(place) ? place.local : place.api)),
    [`api-${name}`]: total(places, worth, api),
  };
}

/** Each answers the places where it is expected to be worth more: whether the pair is above the API alone, and what the specialist knows that the API does not. */
export function aboveRow(places: readonly Judged[], worth: Worth): Figures {
  const pair = (place: Judged) => (place.gain <= 0 ? place.local : place.api);
  const difference = (of: readonly Judged[]) => total(of, worth, pair) - total(of, worth, api);
  const failures = places.filter((place) => place.api.right === 0);
  return {
    places: places.length,
    coupled: total(places, worth, pair),
    api: total(places, worth, api),
    difference: { value: difference(places), ...byFile(places, difference) },
    'api-failures': failures.length,
    'specialist-right-there': failures.length === 0 ? 0 : mean(failures, ({ draftRight }) => Number(draftRight)),
  };
}

/** Calibration error of both estimates, beside what one shows that is perfectly calibrated, at as many places with the same estimates. */
export function calibrationRow(places: readonly Judged[]): Figures {
  const row = (probabilities: readonly number[], labels: readonly number[]): Figures => {
    const ece = expectedCalibrationError(probabilities, labels);
    const perfect = perfectError(probabilities);
    return { ece, perfect, above: ece - perfect };
  };
  const drafted = places.filter(({ pSpecialist }) => pSpecialist > 0);
  return {
    specialist: row(
      drafted.map(({ pSpecialist }) => pSpecialist),
      drafted.map(({ draftRight }) => Number(draftRight)),
    ),
    api: row(
      places.map(({ pApi }) => pApi),
      places.map((place) => place.api.right),
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
