// The paper's table for text: LoRA of small language models (lora.py, by peft) beside the local model, the large one and the pair, all with the same
// labels. Trains where EASY_ADAPTATION_PYTHON names a Python and --model GGUF files; otherwise the recorded runs of bench/data/peft are shown.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root } from '../../build/paths.ts';
import { interval } from '../../src/common/statistics/bootstrap.ts';
import { parseLabel } from '../../src/prompts/label/label-prompt.ts';
import type { Judged } from '../../src/routing/local-or-large.ts';
import { mostLikely } from '../../src/text-tasks/labels/router.ts';
import { labelProbabilities } from '../../src/text-tasks/labels/text-specialist.ts';
import type { Figures } from '../figures.ts';
import { Table } from '../print.ts';
import { type RecordedTask, targetOf } from './data.ts';
import { judgedTexts, type LearnedPair, learnPair, pairWith } from './pair.ts';
import type { Readings } from './states.ts';

const PYTHON = 'EASY_ADAPTATION_PYTHON';
const RATES = [1e-3, 2e-4];
const EPOCHS = 3;
/** Shares of calls, %. */
const SHARES = [25, 50, 70];
const recordedRuns = join(root, 'bench/data/peft');
const recordedAnswers = join(root, 'bench/data/evidence');

/** A run of lora.py: the best rate by the calibration texts. */
interface LoraRun {
  readonly model: string;
  readonly epochs: number;
  readonly rates: Readonly<Record<string, number>>;
  readonly 'processor-seconds': number;
  readonly 'processor-ms-a-text': number;
  readonly 'peak-megabytes': number;
  /** Test text -> the label that was predicted. */
  readonly predicted: Readonly<Record<string, string>>;
}

export function peftTable(
  recorded: RecordedTask,
  options: { readonly data: string; readonly models: readonly string[] },
  read: Readings,
): Figures {
  const { task } = recorded;
  const table = new Table();
  const rows: Record<string, Figures> = {};
  const add = (name: string, right: readonly boolean[], costs: Figures = {}) => {
    rows[name] = { ...accuracyOf(right), ...costs };
    table.row(name, rows[name]);
  };
  console.log(`\n${task.name}`);
  for (const run of runsOf(recorded, options.models)) {
    const right = recorded.texts
      .filter(({ split }) => split === 'test')
      .map(({ id, truth }) => run.predicted[id] === task.labels[truth]?.name);
    add(`lora of ${run.model}`, right, costsOf(run));
  }
  const script = join(import.meta.dirname, 'local-run.ts');
  const costs = execFileSync(process.execPath, [script, options.data, task.name], { encoding: 'utf8' });
  const ngrams = learnPair(recorded);
  add('local, n-grams', localRight(ngrams), JSON.parse(costs) as Figures);
  if (read.vectors) add('local, with vectors', localRight(learnPair(recorded, { ...read, states: [] })));
  const pair = learnPair(recorded, read);
  if (read.states) add('local, with vectors and base', localRight(pair));
  const asked = judgedTexts(pair).map((item) => pair.router.judge(item));
  addPairs('names of the labels', asked, add);
  for (const arm of ['bare', 'examples', 'informed']) {
    const answers = recordedLabels(recorded, arm);
    if (answers) addPairs(arm, pairWith(pair, answers), add);
  }
  return rows;
}

function localRight({ test, specialist }: LearnedPair): boolean[] {
  return test.map((item) => mostLikely(labelProbabilities(specialist, item)) === item.truth);
}

function addPairs(
  name: string,
  pairs: readonly Judged[],
  add: (name: string, right: readonly boolean[]) => void,
): void {
  add(
    `large model, ${name}`,
    pairs.map(({ apiRight }) => apiRight === 1),
  );
  for (const percent of SHARES) {
    const order = pairs.toSorted((a, b) => b.gain - a.gain);
    const calls = Math.round((percent / 100) * pairs.length);
    const right = order.map(({ apiRight, specialistRight }, i) => (i < calls ? apiRight : specialistRight) === 1);
    add(`pair, ${name}, ${percent} % of the calls`, right);
  }
}

function accuracyOf(right: readonly boolean[]): Figures {
  const share = (of: readonly boolean[]) => of.filter(Boolean).length / of.length;
  const { low, high } = interval([right], ([drawn = []]) => share(drawn));
  return { accuracy: share(right), low, high };
}

function costsOf(run: LoraRun): Figures {
  const { epochs, 'processor-seconds': seconds, 'processor-ms-a-text': ms, 'peak-megabytes': peak } = run;
  return { 'processor-seconds': seconds, 'processor-ms-a-text': ms, 'peak-megabytes': peak, epochs };
}

/** Answers to an arm's prompts of the evidence benchmark, by text; undefined: none were recorded. */
export function recordedLabels({ task }: RecordedTask, arm: string): Map<string, number> | undefined {
  const folder = join(recordedAnswers, task.name, arm);
  if (!existsSync(folder)) return undefined;
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.jsonl'));
  const rows = files.flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'));
  return new Map(
    rows.flatMap((row) => {
      if (row.trim() === '') return [];
      const { id, answer } = JSON.parse(row) as { readonly id: string; readonly answer: string };
      const label = parseLabel(answer, task.labels);
      // An answer that names no label is wrong.
      return [[id, label ?? -1] as const];
    }),
  );
}

function runsOf(recorded: RecordedTask, models: readonly string[]): LoraRun[] {
  const python = process.env[PYTHON];
  if (python !== undefined && models.length > 0) return models.map((model) => train(recorded, python, model));
  if (!existsSync(recordedRuns)) return [];
  return readdirSync(recordedRuns)
    .filter((file) => file.startsWith(`${recorded.task.name}-`) && file.endsWith('.json'))
    .sort()
    .map((file) => JSON.parse(readFileSync(join(recordedRuns, file), 'utf8')) as LoraRun);
}

/** Trains on what the specialist learns from, chooses the rate by the checked calibration texts, and records the run. */
function train(recorded: RecordedTask, python: string, model: string): LoraRun {
  const { task, texts } = recorded;
  const rowsOf = (split: string, label: (text: (typeof texts)[number]) => number | undefined) =>
    texts.flatMap((row) => {
      const target = label(row);
      return row.split === split && target !== undefined ? [{ text: row.text, label: target }] : [];
    });
  const target = (row: (typeof texts)[number]) => targetOf(recorded, row);
  const rows = {
    train: [...rowsOf('train', target), ...rowsOf('rest', target)],
    calibration: rowsOf('calibration', ({ truth }) => truth),
    test: rowsOf('test', ({ truth }) => truth),
  };
  const request = { model, labels: task.labels.length, rates: RATES, epochs: EPOCHS, rows };
  const said = spawnSync(python, [join(import.meta.dirname, 'lora.py')], {
    encoding: 'utf8',
    input: JSON.stringify(request),
    stdio: ['pipe', 'pipe', 'inherit'],
    maxBuffer: 1 << 26,
  });
  const line = said.stdout.trim().split('\n').at(-1);
  if (said.status !== 0 || !line) throw new Error(`${PYTHON}: ${python} ended with ${said.status ?? said.error}.`);
  const run = runOf(recorded, { model: basename(model, '.gguf'), epochs: EPOCHS }, line);
  mkdirSync(recordedRuns, { recursive: true });
  writeFileSync(join(recordedRuns, `${task.name}-${run.model}.json`), `${JSON.stringify(run, undefined, 1)}\n`);
  return run;
}

/** @param line what lora.py printed last */
export function runOf({ task, texts }: RecordedTask, named: Pick<LoraRun, 'model' | 'epochs'>, line: string): LoraRun {
  const printed = JSON.parse(line) as LoraRun & { readonly 'peak-bytes': number; readonly test: readonly number[][] };
  const ids = texts.filter(({ split }) => split === 'test').map(({ id }) => id);
  return {
    ...named,
    rates: printed.rates,
    'processor-seconds': printed['processor-seconds'],
    'processor-ms-a-text': printed['processor-ms-a-text'],
    'peak-megabytes': printed['peak-bytes'] / 1e6,
    predicted: Object.fromEntries(
      ids.map((id, i) => [id, task.labels[mostLikely(printed.test[i] as number[])]?.name as string]),
    ),
  };
}
