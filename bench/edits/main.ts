// The public scenarios of next edits (cursortab.nvim's evaluation): what the chosen large model's recorded answers are
// worth by the peers' rule, as they would be offered.
import { join } from 'node:path';
import { root } from '../../build/paths.ts';
import { editRequestAt, readEdit } from '../../src/edits/large-model/prompt.ts';
import type { Benchmark, BenchOptions, Figures } from '../figures.ts';
import { Table } from '../print.ts';
import { recordedAnswers, writeItems } from './answers.ts';
import { replayed } from './cassettes.ts';
import { readScenarios } from './scenarios.ts';
import { placeOf, scored } from './scored.ts';

const SCENARIOS = join(root, 'bench/data/edits/scenarios');

export const edits: Benchmark = {
  name: 'edits',
  what: "51 public scenarios of next edits, answered by a large model; '--only prompts --into FOLDER' writes the prompts; '--replies cassettes': what models for next edits were recorded to answer",
  takes: ['data', 'only', 'into', 'replies'],
  run,
};

async function run({ data = SCENARIOS, only, into, replies }: BenchOptions): Promise<Figures> {
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
  if (replies !== undefined) {
    if (replies !== 'cassettes') throw new Error("--replies is 'cassettes'.");
    return replayed(scenarios);
  }
  const answers = recordedAnswers('scenarios');
  const figures = await scored(scenarios, (one) => {
    const answer = answers(one.id);
    if (answer === undefined) throw new Error(`No answer was recorded for the scenario ${one.id}.`);
    return readEdit(answer);
  });
  new Table().row('all', figures);
  return figures;
}
