// Fits the choice among places on the replayed commits of some repositories, and writes src/workspace/edits/choice.json:
//   node build/run.mjs bench/replay/fit.ts REPOSITORY ...
// Before, each repository is judged by trees, and by a logistic regression, that were fitted on the others.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../build/paths.ts';
import { fitLogistic, linear, sigmoid } from '../../src/common/statistics/logistic.ts';
import { ShownEdits } from '../../src/workspace/edits/edit.ts';
import { namedTree } from '../../src/workspace/edits/features.ts';
import { type BoostOptions, boost, probability } from './boost.ts';
import { commitsOf } from './commits.ts';
import { isRight, type LabelledSite, labelledSteps } from './next.ts';
import { type Order, orderOf, repeatingHunks } from './replay.ts';

interface Run {
  readonly repository: string;
  readonly steps: readonly (readonly LabelledSite[])[];
  readonly repeating: ReadonlySet<number>;
}

const ORDERS: readonly Order[] = ['top-down', 'shuffled'];
/** Larger commits are left out. */
const MOST_HUNKS = 30;
/** Places of one rule at one step that are judged, and those that are learned from: the nearest. */
const JUDGED = 24;
const LEARNED = 6;
/** How often the same place and rule is learned from. */
const REPEATED = 2;
/** Sum of the weights of one commit and order, so that a few commits do not decide. */
const WEIGHT = 15;
const OPTIONS: BoostOptions = { trees: 100, depth: 3, rate: 0.1, l2: 8, least: 6 };
/** Thresholds, and those where the same change was just made again. */
const LEAST = [0.65, 0.7, 0.75, 0.8];
const LEAST_AGAIN = [0.3, 0.35, 0.4];

const runs: Run[] = [];
for (const repository of process.argv.slice(2))
  for (const commit of commitsOf(repository)) {
    if (commit.hunks.length > MOST_HUNKS) continue;
    for (const kind of ORDERS) {
      const order = orderOf(commit, kind);
      const steps = await labelledSteps(commit, order, JUDGED);
      runs.push({ repository: commit.repository, steps, repeating: repeatingHunks(commit, order) });
    }
  }

interface Row {
  readonly features: readonly number[];
  readonly label: number;
  readonly weight: number;
}

function rowsOf({ steps }: Run): Row[] {
  const seen = new Map<string, number>();
  const rows: Row[] = [];
  for (const sites of steps)
    for (const own of Map.groupBy(sites, ({ rule }) => rule).values()) {
      const few = own.slice(0, LEARNED);
      for (const { rule, place, features, verdict } of few) {
        const count = (seen.get(rule + place) ?? 0) + 1;
        seen.set(rule + place, count);
        if (count > REPEATED) continue;
        rows.push({ features, label: isRight(verdict) ? 1 : 0, weight: Math.sqrt(own.length) / few.length });
      }
    }
  const total = rows.reduce((sum, { weight }) => sum + weight, 0);
  return rows.map((row) => ({ ...row, weight: row.weight * Math.min(1, WEIGHT / total) }));
}

type Model = (features: readonly number[]) => number;

const columns = (rows: readonly Row[]) =>
  [rows.map((row) => row.features), rows.map((row) => row.label), rows.map((row) => row.weight)] as const;

function trees(rows: readonly Row[]): Model {
  const model = boost(...columns(rows), OPTIONS);
  return (features) => probability(model, features);
}

function logistic(rows: readonly Row[]): Model {
  const [features, labels] = columns(rows);
  const model = fitLogistic(
    features,
    labels,
    labels.map(() => 0),
    { l2: 3, interceptL2: 0.1 },
  );
  return (row) => sigmoid(linear(model, row));
}

/** What is shown at a threshold, as in the product without its check of the parse. */
function judged(own: readonly Run[], models: ReadonlyMap<string, Model>, least: number, again: number): string {
  const counts = { offers: 0, right: 0, place: 0, recalled: 0, repeating: 0 };
  for (const { repository, steps, repeating } of own) {
    const shown = new ShownEdits();
    const offered = new Set<number>();
    const model = models.get(repository) as Model;
    for (const sites of steps) {
      const { ignored } = shown;
      const scored = sites
        .filter(({ rule, place }) => !ignored.includes(rule) && !ignored.includes(place))
        .map((site) => ({ site, p: model(site.features) }))
        .filter(({ site, p }) => p >= (site.isSameAgain ? again : least))
        .sort((a, b) => b.p - a.p);
      const [first] = scored;
      if (first === undefined) continue;
      shown.shown(first.site);
      counts.offers++;
      if (isRight(first.site.verdict)) counts.right++;
      if (first.site.verdict.kind !== 'wrong') counts.place++;
      for (const { site } of scored)
        if (isRight(site.verdict) && site.verdict.hunk !== undefined) offered.add(site.verdict.hunk);
    }
    counts.repeating += repeating.size;
    counts.recalled += [...repeating].filter((hunk) => offered.has(hunk)).length;
  }
  const { offers, right, place, recalled, repeating } = counts;
  const share = (part: number, all: number) => (part / all).toFixed(3);
  return `${offers} offers, right ${share(right, offers)}, place ${share(place, offers)}, recall ${share(recalled, repeating)}`;
}

const byRepository = Map.groupBy(runs, ({ repository }) => repository);
const rows = new Map([...byRepository].map(([name, own]) => [name, own.flatMap(rowsOf)]));
for (const [kind, fit] of Object.entries({ logistic, trees })) {
  const models = new Map(
    [...byRepository.keys()].map((name) => {
      const others = [...rows].flatMap(([other, own]) => (other === name ? [] : own));
      return [name, fit(others)];
    }),
  );
  for (const least of LEAST)
    for (const again of LEAST_AGAIN)
      console.log(`${kind}, least ${least}, again ${again}: ${judged(runs, models, least, again)}`);
  for (const [name, own] of byRepository) console.log(`  ${name}, 0.7, 0.35: ${judged(own, models, 0.7, 0.35)}`);
}
const model = boost(...columns([...rows.values()].flat()), OPTIONS);
const written = {
  intercept: Math.round(model.intercept * 1000) / 1000,
  trees: model.trees.map((tree) => JSON.stringify(namedTree(tree))),
};
writeFileSync(join(root, 'src/workspace/edits/choice.json'), `${JSON.stringify(written, undefined, 2)}\n`);
