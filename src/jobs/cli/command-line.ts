// Commands and options of the command line: two tables, from which usage, parsing and errors follow.
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CALIBRATION_POSITIONS } from '../../adapt/request/adapt-request.ts';
import { messageOf } from '../../common/errors.ts';
import { wrap } from '../../common/format.ts';
import { commandLineProviders } from '../../llm/providers/providers.ts';
import { listPackages } from '../../neural/models/list.ts';

export const repository = resolve(import.meta.dirname, '../../..');
export const models = join(repository, 'models');
const shippedNames = listPackages(models)
  .map(({ name }) => name)
  .join(', ');

/** Wrong usage: exit code 2 and one sentence. */
export class UsageError extends Error {}

interface Command {
  readonly takes: string;
  /** What the argument names. */
  readonly noun: string;
  readonly words: string;
}

const COMMANDS = {
  adapt: {
    takes: '[FOLDER]',
    noun: 'folder',
    words: 'read the folder, train, measure, report; without FOLDER, a demonstration on the sources of this repository',
  },
  complete: {
    takes: 'FILE:LINE[:COLUMN]',
    noun: 'position',
    words: "complete at a position (from 1; default column: the line's end)",
  },
  inspect: {
    takes: 'FOLDER',
    noun: 'folder',
    words: 'everything stored of the folder, as JSON lines; with --at first the exact request of a completion there',
  },
  label: { takes: 'TASK', noun: 'task', words: 'label the texts of .easyadaptation/tasks/TASK.json' },
} satisfies Record<string, Command>;

export type CommandName = keyof typeof COMMANDS;

interface Option<T> {
  /** Name of the value in the usage; absent: a switch. */
  readonly takes?: string;
  readonly words: string;
  readonly initial: T;
  /** Undefined if the text is no such value, which `expects` describes. */
  readonly read: (text: string) => T | undefined;
  readonly expects?: string;
  /** The commands that take it; absent: all. */
  readonly only?: readonly CommandName[] | undefined;
}

const flag = (words: string, only?: readonly CommandName[]): Option<boolean> => ({
  words,
  initial: false,
  read: () => true,
  only,
});

function text<T extends string | undefined>(
  takes: string,
  initial: T,
  words: string,
  only?: readonly CommandName[],
): Option<T | string> {
  return { takes, words, initial, read: (given) => given, only };
}

function number<T extends number | undefined>(
  takes: string,
  [least, most]: readonly [number, number],
  initial: T,
  words: string,
  only?: readonly CommandName[],
): Option<T | number> {
  const read = (given: string) => {
    const value = Number(given);
    return given.trim() !== '' && value >= least && value <= most ? value : undefined;
  };
  return { takes, words, initial, read, expects: `a number from ${least} to ${most}`, only };
}

function oneOf<T extends string>(takes: string, choices: readonly T[], initial: T, words: string): Option<T> {
  const expects = `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;
  const read = (given: string) => choices.find((each) => each === given);
  return { takes, words: `${expects}; ${words}`, initial, read, expects };
}

const OPTIONS = {
  json: flag('print JSON on stdout (progress stays on stderr)'),
  balance: number('N', [0.05, 1], 0.4, 'from 0.05, hardly any call, to 1, API first'),
  'no-neural': flag('n-grams alone: seconds instead of minutes'),
  train: oneOf('WHEN', ['auto', 'always', 'never'], 'auto', 'train the base model; auto: where that pays'),
  minutes: number('N', [0.1, 1440], undefined, 'for training and measuring (default 10, for the demonstration 2)'),
  'max-steps': number('N', [1, 1e6], undefined, 'maximum training steps; early stopping is then off'),
  device: oneOf('NAME', ['auto', 'cpu', 'webgpu'], 'auto', 'of training and of a GGUF base'),
  threads: number('N', [1, 256], undefined, 'of the processor (default: physical cores minus one)'),
  base: text('NAME', undefined, `${shippedNames}, a base imported into --storage, or a folder (default small)`),
  yes: flag('use the API without asking (needs a key, such as ANTHROPIC_API_KEY)'),
  local: flag('never use the API, even with a key'),
  places: number('N', [5, 2000], CALIBRATION_POSITIONS, 'positions to ask the API about', ['adapt', 'inspect']),
  export: text('FOLDER', undefined, "write the task's local model there instead, for Python, Ray and Spark", ['label']),
  init: flag('write a task for the table TASK instead, whose labels stand in a column', ['label']),
  'dry-run': flag('say what the source holds, and learn nothing', ['label']),
  'unknown-labels': oneOf('WHAT', ['ask', 'correct', 'add'], 'ask', 'labels of the source that the task does not know'),
  'accept-mistakes': flag('label although the source has labels that look like mistakes', ['label']),
  more: number('N', [1, 100_000], 0, 'random texts to ask about beyond the first sample', ['label']),
  'run-budget': number('USD', [0, 1000], 1, 'maximum cost of this run, with reservations'),
  budget: number('USD', [0, 1000], 1, 'maximum cost of the API per calendar month, over all runs'),
  provider: oneOf('NAME', commandLineProviders, 'anthropic', 'key in ..._API_KEY; a server: EASY_ADAPTATION_API_KEY'),
  url: text('ADDRESS', undefined, "address of the API (default: the provider's own)"),
  model: text('NAME', '', "the large model (default: the provider's small one)"),
  folder: text('FOLDER', undefined, 'folder for complete and label (default: the current)'),
  at: text('FILE:LINE[:COLUMN]', undefined, 'the position of a request', ['inspect']),
  storage: text('FOLDER', undefined, "for models, reports and API answers (default: the user's data folder)"),
  verbose: flag('say more on stderr'),
  help: flag('print this'),
};

export type Values = {
  readonly [K in keyof typeof OPTIONS]: (typeof OPTIONS)[K] extends Option<infer T> ? T : never;
};

function usageRow(head: string, words: string, indent: number): string {
  const space = `\n${' '.repeat(indent)}`;
  const lines = wrap(words, 100 - indent).split('\n');
  const first = head.length + 4 > indent ? `${head}${space}` : head.padEnd(indent - 2);
  return `  ${first}${lines.map((line) => line.trim()).join(space)}`;
}

export const usage = [
  'Easy Adaptation: a small model of your own repository, and a report of what it can do.\n',
  ...Object.entries(COMMANDS).map(([name, { takes, words }]) =>
    usageRow(`npm start -- ${name === 'adapt' ? '[adapt]' : name} ${takes}`, words, 35),
  ),
  "\n  An interrupted adaptation resumes when it is started again and the folder's text is the same.\n",
  ...Object.entries<Option<unknown>>(OPTIONS).map(([name, { takes, words, initial, only }]) => {
    const told = only ? `for ${only.join(' and ')}: ${words}` : words;
    return usageRow(`--${name}${takes ? ` ${takes}` : ''}`, initial ? `${told} (default ${initial})` : told, 23);
  }),
  '',
].join('\n');

export interface CommandLine {
  readonly command: CommandName;
  /** ''; none, which only `adapt` allows. */
  readonly target: string;
  readonly values: Values;
}

export function parse(argv: readonly string[]): CommandLine {
  const given = parsed(argv);
  const [first = '', ...rest] = given.positionals;
  const isNamed = Object.hasOwn(COMMANDS, first);
  const command = isNamed ? (first as CommandName) : 'adapt';
  const { takes, noun } = COMMANDS[command];
  const [target = '', ...others] = isNamed ? rest : given.positionals;
  if (others.length > 0) throw new UsageError(`One ${noun} at a time, please.`);
  if (target === '' && command !== 'adapt' && !given.values.help)
    throw new UsageError(`Name a ${noun}: ${command} ${takes}.`);
  const values = Object.entries<Option<unknown>>(OPTIONS).map(([name, option]) => {
    const value = given.values[name];
    if (value === undefined) return [name, option.initial];
    if (option.only && !option.only.includes(command))
      throw new UsageError(`--${name} belongs to ${option.only.join(' and ')}.`);
    const read = option.read(String(value));
    if (read === undefined) throw new UsageError(`--${name} takes ${option.expects}, not "${value}".`);
    return [name, read];
  });
  return { command, target, values: Object.fromEntries(values) as Values };
}

function parsed(argv: readonly string[]) {
  const entries = Object.entries<Option<unknown>>(OPTIONS).map(([name, { takes }]) => {
    return [name, { type: takes ? 'string' : 'boolean', ...(name === 'help' && { short: 'h' }) }] as const;
  });
  try {
    return parseArgs({ args: [...argv], options: Object.fromEntries(entries), allowPositionals: true });
  } catch (error) {
    throw new UsageError(messageOf(error), { cause: error });
  }
}
