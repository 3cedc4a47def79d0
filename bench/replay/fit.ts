// Fits the weights of src/workspace/edits/score.ts on the replayed commits of some repositories:
//   node build/run.mjs bench/replay/fit.ts REPOSITORY ...
// It prints weights, and the precision of the first offers at some thresholds, at commits that the fit did not see. The
// weights in src/workspace/edits/score-weights.ts are those of an earlier fit with another choice of sites (README.md).
import { splitByFile } from '../../src/common/statistics/folds.ts';
import {
  contribution,
  fitLogistic,
  type LogisticModel,
  linear,
  sigmoid,
} from '../../src/common/statistics/logistic.ts';
import { shuffled } from '../../src/common/statistics/random.ts';
import { siteFeatures } from '../../src/workspace/edits/score.ts';
import { commitsOf } from './commits.ts';
import { type LabelledSite, labelledSites } from './next.ts';

/** Commits of each repository that are learned from, the oldest ones. Larger commits are left out. */
const COMMITS = 75;
const MOST_HUNKS = 30;
/** Sites of each step that are learned from, the best by the present weights. */
const SITES = 12;
/** Sites of each commit that are learned from, a seeded choice, so that a few commits do not decide. */
const SITES_OF_COMMIT = 80;
const SEED = 30;
/**
 * Weights that are not fitted, because few of the commits rename a name: two renames of a name make the third likely
 * wherever it stands, as the editor's tests expect.
 */
const FIXED: Readonly<Partial<Record<(typeof siteFeatures)[number], number>>> = {
  'a new name, several examples, here or in several files': 5.4,
};
const PENALTY = { l2: 3, interceptL2: 0.1 };

type Site = LabelledSite & { readonly path: string };

const all: Site[] = [];
let commits = 0;
for (const repository of process.argv.slice(2)) {
  let own = 0;
  for (const commit of commitsOf(repository)) {
    if (commit.hunks.length > MOST_HUNKS) continue;
    if (own++ === COMMITS) break;
    const sites = await labelledSites(commit, commits++ % 2 === 0 ? 'top-down' : 'shuffled', SITES);
    all.push(...sites.map((site) => ({ ...site, path: commit.id })));
  }
}

const fixed = siteFeatures.map((name) => FIXED[name]);
const fixedSum = (features: readonly number[]) => features.reduce((sum, value, j) => sum + value * (fixed[j] ?? 0), 0);
const others = (features: readonly number[]) => features.map((value, j) => (fixed[j] === undefined ? value : 0));

function fitted(sites: readonly Site[]): LogisticModel {
  const chosen = [...Map.groupBy(sites, ({ path }) => path).values()].flatMap((own) =>
    shuffled(own.length, SEED)
      .slice(0, SITES_OF_COMMIT)
      .map((i) => own[i] as Site),
  );
  return fitLogistic(
    chosen.map(({ features }) => others(features)),
    chosen.map(({ right }) => (right ? 1 : 0)),
    chosen.map(({ features }) => fixedSum(features)),
    PENALTY,
  );
}

const model = fitted(all);
// Weights of the features as they are, without their standardisation, which is clamped: the slope from 0 to the most.
const none = siteFeatures.map(() => 0);
const weights = siteFeatures.map((_, j) => {
  if (fixed[j] !== undefined) return fixed[j];
  const most = Math.max(...all.map(({ features }) => features[j] as number));
  return most === 0 ? 0 : (contribution(model, none.with(j, most), j) - contribution(model, none, j)) / most;
});
const intercept = linear(model, none);
console.log(`${all.length} sites of ${commits} commits, ${all.filter(({ right }) => right).length} right`);
for (const [i, name] of siteFeatures.entries())
  console.log(`  ${name.padEnd(56)} ${(weights[i] as number).toFixed(2)}`);
console.log(JSON.stringify({ intercept: round(intercept), weights: weights.map(round) }));

const heldOut = splitByFile(all).flatMap(({ heldOut: sites, rest }) => {
  const other = fitted(rest);
  return sites.map((site) => ({ ...site, p: sigmoid(fixedSum(site.features) + linear(other, others(site.features))) }));
});
const steps = Map.groupBy(heldOut, ({ step }) => step);
const best = [...steps.values()].map((sites) => sites.reduce((a, b) => (b.p > a.p ? b : a)));
for (const least of [0.3, 0.4, 0.5, 0.6, 0.7, 0.8]) {
  const shown = best.filter(({ p }) => p >= least);
  const right = shown.filter((one) => one.right).length;
  console.log(
    `least ${least}: ${shown.length} of ${steps.size} steps with a site, precision ${(right / shown.length).toFixed(3)}`,
  );
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
