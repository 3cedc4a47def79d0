// Fits the weights of src/workspace/edits/score.ts on the replayed commits of some repositories:
//   node build/run.mjs bench/replay/fit.ts REPOSITORY ...
// It prints the weights for src/workspace/edits/score-weights.ts, and precision and share of steps at some thresholds.
import { fitLogistic, linear, sigmoid } from '../../src/common/statistics/logistic.ts';
import { siteFeatures } from '../../src/workspace/edits/score.ts';
import { commitsOf } from './commits.ts';
import { type LabelledSite, labelledSites } from './next.ts';

/** Sites of each step that are learned from, the best by the present weights. */
const SITES = 12;

const all: LabelledSite[] = [];
for (const repository of process.argv.slice(2))
  for (const commit of commitsOf(repository))
    for (const order of ['top-down', 'shuffled'] as const) all.push(...(await labelledSites(commit, order, SITES)));

const rows = all.map(({ features }) => features);
const labels = all.map(({ right }) => (right ? 1 : 0));
const model = fitLogistic(
  rows,
  labels,
  rows.map(() => 0),
  { l2: 3, interceptL2: 0.1 },
);
// Weights of the features as they are, without their standardisation.
const weights = model.weights.map((weight, i) => (model.scale[i] === 0 ? 0 : weight / (model.scale[i] as number)));
const intercept = model.intercept - weights.reduce((sum, weight, i) => sum + weight * (model.mean[i] as number), 0);
console.log(`${all.length} sites, ${labels.filter((label) => label === 1).length} right`);
for (const [i, name] of siteFeatures.entries())
  console.log(`  ${name.padEnd(40)} ${(weights[i] as number).toFixed(3)}`);
console.log(JSON.stringify({ intercept: round(intercept), weights: weights.map(round) }));

const steps = Map.groupBy(all, ({ step }) => step);
const best = [...steps.values()].map((sites) =>
  sites
    .map(({ features, right }) => ({ p: sigmoid(linear(model, features)), right }))
    .reduce((a, b) => (b.p > a.p ? b : a)),
);
for (const least of [0.3, 0.4, 0.5, 0.6, 0.7, 0.8]) {
  const shown = best.filter(({ p }) => p >= least);
  const right = shown.filter((one) => one.right).length;
  console.log(
    `least ${least}: ${shown.length} of ${steps.size} steps with a site, precision ${(right / shown.length).toFixed(3)}`,
  );
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
