// The recorded text tasks: texts, true labels, and what a large model answered. They lie beside the repository, never in it.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { root } from '../../build/paths.ts';
import type { LabelTask } from '../../src/text-tasks/task-file.ts';

export interface RecordedText {
  readonly id: string;
  readonly split: 'train' | 'rest' | 'calibration' | 'test';
  readonly text: string;
  /** Indices of labels. */
  readonly truth: number;
  readonly api: number | undefined;
}

export interface RecordedTask {
  readonly task: Pick<LabelTask, 'name' | 'instruction' | 'labels'>;
  /** The folder knows what is true of its own texts; elsewhere the specialist learns from the API's answers alone. */
  readonly ownLabels: boolean;
  readonly texts: readonly RecordedText[];
}

const labelsOf = (rows: Readonly<Record<string, string>>) =>
  Object.entries(rows).map(([name, meaning]) => ({ name, meaning }));

const tasks: readonly (Omit<RecordedTask, 'texts'> & { readonly leftOut?: string })[] = [
  {
    ownLabels: true,
    task: {
      name: 'changelog',
      instruction: "Say in which section of the project's changelog an entry belongs.",
      labels: labelsOf({
        feature: 'Something new for users.',
        fix: 'Something that was broken works.',
        chore: 'Upkeep: dependencies, build, releases.',
        docs: 'Documentation.',
        test: 'Tests alone.',
        refactor: 'The same behaviour, written anew.',
        performance: 'The same, faster or smaller.',
      }),
    },
  },
  {
    ownLabels: false,
    task: {
      name: 'sst2',
      instruction: 'Decide whether a sentence of a film review is positive or negative.',
      labels: labelsOf({ positive: 'The reviewer likes it.', negative: 'The reviewer does not.' }),
    },
  },
  {
    ownLabels: false,
    // Nobody in the folder knows their labels, and the API was not asked.
    leftOut: 'rest',
    task: {
      name: 'trec',
      instruction: 'Say what kind of thing a question asks for.',
      labels: labelsOf({
        abbreviation: 'What letters stand for.',
        description: 'A definition, a reason, a way to do it.',
        entity: 'A thing, an animal, a word, a work.',
        human: 'A person or a group.',
        location: 'A place.',
        number: 'A count, a date, a size.',
      }),
    },
  },
];

export const besideFolder = resolve(root, '../shared/bench/tasks');

/** Throws where the folder does not hold all three. */
export function readTasks(folder = besideFolder): RecordedTask[] {
  return tasks.map(({ leftOut, ...task }) => {
    const file = join(folder, `${task.task.name}.jsonl`);
    if (!existsSync(file))
      throw new Error(
        `There is no ${file}: name the folder of changelog.jsonl, sst2.jsonl and trec.jsonl with --data.`,
      );
    const names = task.task.labels.map(({ name }) => name);
    const indexOf = (name: string) => {
      if (!names.includes(name)) throw new Error(`${file}: '${name}' is none of ${names.join(', ')}.`);
      return names.indexOf(name);
    };
    const rows = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '');
    const texts = rows
      .map(
        (line) =>
          JSON.parse(line) as { id: string; split: RecordedText['split']; text: string; label: string; api?: string },
      )
      .filter(({ split }) => split !== leftOut)
      .map(({ label, api, ...row }) => ({
        ...row,
        truth: indexOf(label),
        api: api === undefined ? undefined : indexOf(api),
      }));
    return { ...task, texts };
  });
}

/** What the specialist learns a text's label from: the folder's own, where it has them. */
export function targetOf({ ownLabels }: RecordedTask, { truth, api }: RecordedText): number | undefined {
  return ownLabels ? truth : api;
}
