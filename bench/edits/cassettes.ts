// Recorded exchanges of models that were trained to write next edits (cursortab.nvim's evaluation): what their answers
// are worth as we read and check them, and whether our prompts are the recorded ones.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../build/paths.ts';
import { type EditFormat, editFormatOf, readRewrite, rewritePrompt } from '../../src/edits/large-model/formats.ts';
import { infillOf } from '../../src/llm/protocol/models.ts';
import type { Figures } from '../figures.ts';
import { Table } from '../print.ts';
import type { Scenario } from './scenarios.ts';
import { scored } from './scored.ts';

interface Exchange {
  /** Id of the scenario; its first cursor. */
  readonly scenario: string;
  readonly model: string;
  readonly prompt: string;
  readonly answer: string;
}

/** The lines that were rewritten, with the cursor among them: the last part of a recorded prompt. */
const REWRITTEN =
  /(?:<\|file_sep\|>current\/.*|<{7} CURRENT)\n([\s\S]*)<\|(?:user_)?cursor\|>([\s\S]*?)\n?(?:<\|file_sep\|>updated\/|={7}\n<\[fim-middle)/;

/** By model: each answer at the cursor that was asked about, then as the published table has it. */
export async function replayed(scenarios: readonly Scenario[]): Promise<Figures> {
  const file = readFileSync(join(root, 'bench/data/edits/cassettes.jsonl'), 'utf8');
  const exchanges = file.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Exchange]));
  const figures: Record<string, Figures> = {};
  const table = new Table();
  for (const [model, recorded] of Map.groupBy(exchanges, (one) => one.model)) {
    const asked = new Map(recorded.map((one) => [one.scenario, askedIn(one, scenarios)]));
    const cursors = [...asked.values()];
    const equal = cursors.filter(({ scenario, format, prompt }) => promptAt(scenario, format) === prompt).length;
    const edits = new Map(
      cursors.map(({ scenario, format, answer }) => [scenario, readRewrite(answer, scenario, format)]),
    );
    const right = await scored([...edits.keys()], (one) => edits.get(one));
    // Whatever the cursor, the answer to the recorded one; a file without an answer gets silence.
    const byOrder = await scored(scenarios, (one) => {
      const exchange = asked.get(one.id.replace(/:\d+$/, ''));
      return exchange && readRewrite(exchange.answer, one, exchange.format);
    });
    figures[model] = { 'prompts-equal': equal / asked.size, ...right, 'by-order': byOrder };
    table.row(model, { 'prompts-equal': equal / asked.size, ...right });
    table.row(`${model}, by order`, byOrder);
  }
  return figures;
}

/** A recorded exchange with its cursor, and with the form that shows the recorded lines. */
function askedIn({ scenario: id, model, prompt, answer }: Exchange, scenarios: readonly Scenario[]) {
  const scenario = scenarios.find((one) => one.id === id);
  const infill = infillOf(model, { path: '/completions', form: 'tokens' });
  const format = infill && editFormatOf({ infill });
  const [, before, after] = REWRITTEN.exec(prompt) ?? [];
  if (scenario === undefined || format === undefined || before === undefined || after === undefined)
    throw new Error(`The recorded prompt of ${model} for ${id} cannot be read.`);
  const lines = (text: string) => text.split('\n').length - 1;
  const isWhole = before + after === scenario.text;
  const [above, below] = isWhole ? [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY] : [lines(before), lines(after)];
  const offset = scenario.text.indexOf(before + after) + before.length;
  return { prompt, answer, scenario: { ...scenario, offset }, format: { ...format, around: { above, below } } };
}

function promptAt(scenario: Scenario, format: EditFormat): string | undefined {
  const { path, text, offset, edits: changes } = scenario;
  return rewritePrompt({ path, line: 0, before: text.slice(0, offset), after: text.slice(offset), changes }, format);
}
