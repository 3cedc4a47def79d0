// What the edits proposed at scenarios are worth, by the peers' rule, as they would be offered.
import type { ProposedEdit } from '../../src/edits/large-model/check.ts';
import { breaksIn } from '../../src/edits/rules/repeated.ts';
import type { Figures } from '../figures.ts';
import { offeredEdit } from './answers.ts';
import type { Scenario } from './scenarios.ts';
import { deltaChrF, outcomeOf } from './score.ts';

export const placeOf = ({ path, text, offset, edits: changes }: Scenario) => ({
  path,
  text,
  offset,
  changes,
  newErrors: 0,
});

type Proposed = (scenario: Scenario) => ProposedEdit | undefined;

export async function scored(scenarios: readonly Scenario[], proposed: Proposed): Promise<Figures> {
  const results = await Promise.all(scenarios.map((one) => resultOf(one, proposed(one))));
  const wanted = results.filter(({ expected }) => expected !== undefined);
  const quiet = results.filter(({ expected }) => expected === undefined);
  const share = (of: typeof results, which: (one: (typeof results)[number]) => boolean) =>
    of.filter(which).length / of.length;
  const shown = share(wanted, ({ after }) => after !== undefined);
  const silent = share(quiet, ({ after }) => after === undefined);
  const mean = wanted.reduce((sum, { score }) => sum + score, 0) / wanted.length;
  const count = (outcome: string) => wanted.filter((one) => one.outcome === outcome).length;
  return {
    scenarios: results.length,
    score: (mean / 100) * ((2 * shown * silent) / (shown + silent)),
    'show-share': shown,
    'quiet-share': silent,
    exact: count('exact'),
    nearer: count('nearer'),
    further: count('further'),
  };
}

async function resultOf(scenario: Scenario, proposed: ProposedEdit | undefined) {
  const { text, expected } = scenario;
  // The scenarios come without their folder: no name can be called unknown.
  const deps = { isKnownName: () => true, breaks: await breaksIn(scenario) };
  const after = offeredEdit(placeOf(scenario), proposed, deps)?.after;
  if (expected === undefined) return { expected, after, outcome: undefined, score: 0 };
  return { expected, after, outcome: outcomeOf(text, after, expected), score: deltaChrF(text, after, expected) };
}
