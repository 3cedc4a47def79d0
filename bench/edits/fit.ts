// Fits when a large model is asked for the edit that follows, and writes src/edits/large-model/worth.json:
//   node build/run.mjs bench/edits/fit.ts FOLDER NAME,...
// Weights: on commits of 2026, after which hunk a short one follows near by that repeats none and brings no name that
// the file and the edits lack. Then slope and intercept: on recorded answers at some of these places, which of them the
// author wrote. Before, each repository is judged by a fit on the others.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../build/paths.ts';
import { fitLogistic, type LogisticModel, linear } from '../../src/common/statistics/logistic.ts';
import { followUpFeatures } from '../../src/edits/large-model/worth.ts';
import { changedLines } from '../../src/text/edits.ts';
import { commitsOf, withRepositories } from '../replay/commits.ts';
import { judged, recordedAnswers } from './answers.ts';
import { type EditPosition, placeOf, positionsIn } from './positions.ts';

/** Larger commits are left out. */
const MOST_HUNKS = 40;
/** Longer hunks are more than a consequence, lines. */
const MOST_LINES = 8;
const PENALTY = { l2: 5, interceptL2: 0.1 };
const CALLS = 0.55;

interface Row {
  readonly repository: string;
  readonly id: string;
  readonly features: readonly number[];
  readonly label: number;
  /** Whether a recorded answer was the author's; undefined: none was recorded here. */
  readonly isRight: number | undefined;
}

const NAME = /[\p{L}_$][\p{L}\p{N}_$]{2,}/gu;

/** Whether what follows may be known here: near by, short, and of names that are there. */
function isForeseeable({ follows, expected, text, edits }: EditPosition): boolean {
  if (follows !== 'near' || expected === undefined) return false;
  const { new: now } = changedLines(text, expected);
  const known = new Set([text, ...edits.flatMap(({ before, after }) => [before, after])].join('\n').match(NAME) ?? []);
  return now.split('\n').length - 1 <= MOST_LINES && (now.match(NAME) ?? []).every((name) => known.has(name));
}

async function rowsOf(folder: string, names: readonly string[]): Promise<Row[]> {
  const answers = recordedAnswers('fitting');
  const rows: Row[] = [];
  await withRepositories(folder, names, async (paths) => {
    for (const path of paths)
      for (const commit of commitsOf(path)) {
        if (commit.hunks.length > MOST_HUNKS) continue;
        for (const position of await positionsIn(commit, (id) => answers(id) !== undefined)) {
          // Where a hunk repeats, the local rules mostly offer it.
          if (position.hasLocal || position.follows === 'repeats') continue;
          const answer = answers(position.id);
          rows.push({
            repository: position.repository,
            id: position.id,
            features: followUpFeatures(placeOf(position)),
            label: isForeseeable(position) ? 1 : 0,
            isRight: answer === undefined ? undefined : judged(position, answer).isRight ? 1 : 0,
          });
        }
      }
  });
  return rows;
}

const fitted = (rows: readonly Row[]) =>
  fitLogistic(
    rows.map(({ features }) => features),
    rows.map(({ label }) => label),
    rows.map(() => 0),
    PENALTY,
  );

/** The weights times a slope, so that the estimate is that of a right answer. */
function calibrated(model: LogisticModel, recorded: readonly Row[]): LogisticModel {
  const odds = recorded.map(({ features }) => [linear(model, features)]);
  const labels = recorded.map(({ isRight }) => isRight as number);
  const fit = fitLogistic(
    odds,
    labels,
    labels.map(() => 0),
    { l2: 1, interceptL2: 0.01 },
  );
  const [scale = 1, weight = 0, mean = 0] = [fit.scale[0], fit.weights[0], fit.mean[0]];
  const slope = weight / scale;
  return {
    ...model,
    weights: model.weights.map((each) => each * slope),
    intercept: fit.intercept + slope * (model.intercept - mean),
  };
}

const [folder = '', names = ''] = process.argv.slice(2);
const rows = await rowsOf(folder, names.split(','));
const recorded = rows.filter(({ isRight }) => isRight !== undefined);
const odds = new Map(
  names.split(',').flatMap((name) => {
    const isOwn = ({ repository }: Row) => repository === name;
    const model = fitted(rows.filter((row) => !isOwn(row)));
    return recorded.filter(isOwn).map((row) => [row, linear(model, row.features)] as const);
  }),
);
const byOdds = [...recorded].sort((a, b) => (odds.get(b) as number) - (odds.get(a) as number));
const count = (own: readonly Row[]) => own.filter(({ isRight }) => isRight === 1).length;
console.log(`${rows.length} places, ${recorded.length} recorded, of which ${count(recorded)} right`);
const kept = count(byOdds.slice(0, Math.round(CALLS * byOdds.length))) / count(recorded);
console.log(`${CALLS} of the places asked at: ${kept.toFixed(2)} of the right answers kept`);
const rounded = (values: readonly number[]) => values.map((value) => Math.round(value * 1e4) / 1e4);
const { mean, scale, weights, intercept } = calibrated(fitted(rows), recorded);
const written = {
  source: {
    fitter: 'bench/edits/fit.ts',
    command: `node build/run.mjs bench/edits/fit.ts FOLDER ${names}`,
    data: 'commits of 2026 (bench/replay/README.md), and the answers of bench/data/edits/',
  },
  mean: rounded(mean),
  scale: rounded(scale),
  weights: rounded(weights),
  intercept: rounded([intercept])[0],
};
writeFileSync(join(root, 'src/edits/large-model/worth.json'), `${JSON.stringify(written, undefined, 2)}\n`);
