// What a large model answers when it is shown what the folder knows: writes the product's prompts at recorded cursors
// and texts, an arm a form of the request, and reads the answers.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultModel, modelFacts } from '../../src/llm/providers/anthropic.ts';
import { listBases } from '../base/bases.ts';
import type { Base } from '../base/types.ts';
import { readRecordings, recordingsFolder } from '../common/recordings.ts';
import type { Benchmark, BenchOptions, Figures } from '../figures.ts';
import { printFigures } from '../print.ts';
import { type RecordedTask, readTasks } from '../tasks/data.ts';
import { type ItemRow, readAnswers } from './answers.ts';
import { armFigures, type JudgedItem } from './arms.ts';
import { askSet, largeModel } from './ask.ts';
import { type CodeRecording, codeRecordings, codeSet, idOf, isRightAt } from './code.ts';
import { isLabelRight, textSet } from './texts.ts';
import type { EvidenceSet } from './types.ts';
import { writePrompts } from './write-prompts.ts';

const answersFolder = join(recordingsFolder, 'evidence');
/** Cursors and texts of a reader. */
const PER_READER = { cursors: 40, texts: 150 };

export const evidence: Benchmark = {
  name: 'evidence',
  what: 'a large model that is shown what the folder knows: --only prompts[,SET] --into FOLDER writes them, with --ask and asks; --answers FOLDER reads what came',
  takes: ['recordings', 'data', 'bases', 'only', 'into', 'answers', 'ask', 'url'],
  run,
};

async function run(options: BenchOptions): Promise<Figures> {
  const only = options.only?.split(',') ?? [];
  const sets = only.filter((name) => name !== 'prompts');
  const recordings = codeRecordings(readRecordings(options.recordings, ['public', 'renamed']));
  const tasks = readTasks(options.data);
  if (!only.includes('prompts')) return answered(options.answers ?? answersFolder, sets, recordings, tasks);
  if (options.into === undefined) throw new Error('Name the folder for the prompts with --into.');
  const wanted = (name: string) => sets.length === 0 || sets.includes(name);
  const { into } = options;
  const llm = options.ask === undefined ? undefined : largeModel(options.ask, options.url);
  const take = async (set: EvidenceSet, perReader: number) => {
    write(set, into, perReader);
    if (llm) await askSet(set, into, llm);
  };
  const [base] = listBases([], [options.bases ?? 'medium']);
  const scratch = mkdtempSync(join(tmpdir(), 'easy-adaptation-bench-'));
  try {
    for (const recorded of tasks.filter(({ task }) => wanted(task.name)))
      await take(await textSet(recorded, options.bases ?? 'medium'), PER_READER.texts);
    for (const each of recordings.filter(({ name }) => wanted(name)))
      await take(await codeSet(each, base as Base, scratch), PER_READER.cursors);
    return {};
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function write(set: EvidenceSet, into: string, perReader: number): void {
  const readers = writePrompts(set, into, perReader);
  const right = set.items.filter(({ localRight }) => localRight).length;
  console.log(
    `${set.name}: ${set.items.length} items, ${readers} readers an arm; the local model is right at ${right}.`,
  );
}

function answered(
  folder: string,
  sets: readonly string[],
  recordings: readonly CodeRecording[],
  tasks: readonly RecordedTask[],
): Figures {
  const figures: Record<string, Figures> = {};
  for (const { name, items, arms } of readAnswers(folder)) {
    if (sets.length > 0 && !sets.includes(name)) continue;
    const judge = judgeOf(name, recordings, tasks);
    const judged = items.flatMap(({ id, document, estimate, localRight }): JudgedItem[] => {
      const answers = [...arms].flatMap(([arm, of]) => {
        const row = of.get(id);
        return row ? [{ arm, row }] : [];
      });
      if (answers.length < arms.size) return [];
      const right = Object.fromEntries(answers.map(({ arm, row }) => [arm, judge(id, row.answer)]));
      const memory = answers.some(({ row }) => row.memory === true);
      return [{ document, estimate, localRight, right, memory }];
    });
    if (judged.length < items.length) console.log(`${name}: ${items.length - judged.length} items lack an answer.`);
    if (judged.length === 0) continue;
    figures[name] = { ...armFigures(judged, [...arms.keys()]), 'usd-per-1000-calls': priceOf(items, [...arms.keys()]) };
    printFigures(name, figures[name]);
  }
  return figures;
}

/** Tokens of an answer, for the price. */
const ANSWER_TOKENS = 30;

/** At the list price of the default model, nothing cached. */
function priceOf(items: readonly ItemRow[], arms: readonly string[]): Figures {
  const { input, output, charactersPerToken } = modelFacts(defaultModel);
  return Object.fromEntries(
    arms.map((arm) => {
      const characters = items.reduce((sum, each) => sum + (each.characters[arm] ?? 0), 0) / items.length;
      return [arm, ((characters / charactersPerToken) * input + ANSWER_TOKENS * output) / 1000];
    }),
  );
}

/** Whether an answer of a set's item is right. */
function judgeOf(
  name: string,
  recordings: readonly CodeRecording[],
  tasks: readonly RecordedTask[],
): (id: string, answer: string) => boolean {
  const task = tasks.find((each) => each.task.name === name);
  if (task) return (id, answer) => isLabelRight(task, id, answer);
  const found = recordings.find((each) => each.name === name);
  if (!found) throw new Error(`There is no recording '${name}': name their folder with --recordings.`);
  const places = new Map(found.recording.places.map((position) => [idOf(name, position), position]));
  return (id, answer) => {
    const position = places.get(id);
    if (!position) throw new Error(`${name} has no cursor ${id}: the answers belong to other recordings.`);
    return isRightAt(position, answer);
  };
}
