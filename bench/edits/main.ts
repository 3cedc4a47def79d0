// The public scenarios of next edits (cursortab.nvim's evaluation): what the chosen large model's recorded answers are
// worth by the peers' rule, as they would be offered.
import { join } from 'node:path';
import { root } from '../../build/paths.ts';
import { editRequestAt } from '../../src/edits/large-model/prompt.ts';
import { breaksIn } from '../../src/edits/rules/repeated.ts';
import type { Benchmark, BenchOptions, Figures } from '../figures.ts';
import { Table } from '../print.ts';
import { offered, recordedAnswers, writeItems } from './answers.ts';
import { readScenarios, type Scenario } from './scenarios.ts';
import { deltaChrF, outcomeOf } from './score.ts';

const SCENARIOS = join(root, 'bench/data/edits/scenarios');

export const edits: Benchmark = {
  name: 'edits',
  what: "51 public scenarios of next edits, answered by a large model; '--only prompts --into FOLDER' writes the prompts",
  takes: ['data', 'only', 'into'],
  run,
};

async function run({ data = SCENARIOS, only, into }: BenchOptions): Promise<Figures> {
  const scenarios = readScenarios(data);
  if (only === 'prompts') {
    if (into === undefined) throw new Error('--only prompts needs --into FOLDER.');
    const items = scenarios.map((scenario) => ({
      name: scenario.id,
      source: scenario.id.replace(/:\d+$/, ''),
      request: editRequestAt(placeOf(scenario)),
    }));
    return { readers: writeItems('scenarios', into, items) };
  }
  const answers = recordedAnswers('scenarios');
  const results = await Promise.all(scenarios.map((one) => resultOf(one, answers(one.id))));
  const wanted = results.filter(({ expected }) => expected !== undefined);
  const quiet = results.filter(({ expected }) => expected === undefined);
  const share = (of: typeof results, which: (one: (typeof results)[number]) => boolean) =>
    of.filter(which).length / of.length;
  const shown = share(wanted, ({ after }) => after !== undefined);
  const silent = share(quiet, ({ after }) => after === undefined);
  const mean = wanted.reduce((sum, { score }) => sum + score, 0) / wanted.length;
  const count = (outcome: string) => wanted.filter((one) => one.outcome === outcome).length;
  const figures = {
    scenarios: results.length,
    score: (mean / 100) * ((2 * shown * silent) / (shown + silent)),
    'show-share': shown,
    'quiet-share': silent,
    exact: count('exact'),
    nearer: count('nearer'),
    further: count('further'),
  };
  new Table().row('all', figures);
  return figures;
}

const placeOf = ({ path, text, offset, edits: changes }: Scenario) => ({ path, text, offset, changes, errors: [] });

async function resultOf(scenario: Scenario, answer: string | undefined) {
  if (answer === undefined) throw new Error(`No answer was recorded for the scenario ${scenario.id}.`);
  const { text, expected } = scenario;
  // The scenarios come without their folder: no name can be called unknown.
  const deps = { isKnownName: () => true, breaks: await breaksIn(scenario) };
  const after = offered(placeOf(scenario), answer, deps)?.after;
  if (expected === undefined) return { expected, after, outcome: undefined, score: 0 };
  return { expected, after, outcome: outcomeOf(text, after, expected), score: deltaChrF(text, after, expected) };
}
