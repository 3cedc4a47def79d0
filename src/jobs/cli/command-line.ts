// Commands and options of the command line, and their errors.

import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../../common/errors.ts';
import { wrap } from '../../common/format.ts';
import { memoryCeiling } from '../../common/memory.ts';
import { commandLineProviders } from '../../llm/providers/providers.ts';
import { listPackages } from '../../neural/models/list.ts';

export const repository = resolve(import.meta.dirname, '../../..');
export const models = join(repository, 'models');
const shippedNames = listPackages(models)
  .map(({ name }) => name)
  .join(', ');

const providerLines = wrap(commandLineProviders.join(', '), 76)
  .split('\n')
  .map((line) => line.trim())
  .join(`\n${' '.repeat(23)}`);

export const usage = `Easy Adaptation: a small model of your own repository, and a report of what it can do.

  npm start -- [adapt] [FOLDER]    read the folder, train, measure, report; without FOLDER, a
                                   demonstration on the sources of this repository
  npm start -- complete FILE:LINE[:COLUMN]
                                   complete at a position (from 1; default column: the line's end)
  npm start -- inspect FOLDER [--at FILE:LINE[:COLUMN]]
                                   everything stored of the folder, as JSON lines; with --at first
                                   the exact request of a completion there
  npm start -- report [FOLDER]     print the last report again
  npm start -- list                list the adapted folders
  npm start -- delete FOLDER       delete a folder's adaptation
  npm start -- label TASK [--more N]
                                   label the texts of .easyadaptation/tasks/TASK.json;
                                   with --base NAME that base reads doubtful texts;
                                   --more N asks about N random texts beyond the first sample
  npm start -- export TASK         write the task's local model as ONNX, with labels and a README
  npm start -- export-adapter FOLDER [--into FOLDER]
                                   write the folder's model for transformers, vLLM, llama.cpp and
                                   Ollama: adapter, merged model, base, and a README
  npm start -- base add FILE.gguf [--name NAME]
                                   add a base model that llama.cpp serves, and measure how fast it
                                   answers on this machine; use it with --base NAME
  npm start -- base list           list the bases
  npm start -- base remove NAME    remove an added base

  An interrupted adaptation resumes when it is started again and the folder's text is the same.

  --json               print JSON on stdout (progress stays on stderr)
  --balance N          from 0.05, hardly any call, to 1, API first (default 0.4)
  --no-neural          n-grams alone: seconds instead of minutes
  --train WHEN         never: index, thresholds and router alone, in about two minutes; always;
                       auto (default): only where this machine is fast enough for it to pay
  --minutes N          for training and measuring after the first look (default 10, for the
                       demonstration 2)
  --max-steps N        maximum training steps; early stopping is then off
  --device NAME        auto, cpu or webgpu, for training and for a GGUF base (default auto)
  --threads N          of the processor (default: physical cores minus one, but two of two
                       for the models that ship)
  --memory GB          limit of each process of the neural engine (default: two fifths of
                       the machine's memory, at least 3)
  --base NAME          the base model: shipped (${shippedNames}), imported, or a folder
                       (default small)
  --yes                use the API without asking (needs a key, such as ANTHROPIC_API_KEY)
  --local              never use the API, even with a key
  --places N           for adapt: maximum cursor positions to ask the API about (default 300)
  --run-budget USD     maximum cost of this run, reservations included; it asks about less if
                       necessary (default 1); a run that resumes another one counts anew
  --budget USD         maximum cost of the API per calendar month, over all runs (default 1)
  --provider NAME      the provider of the large model (default anthropic):
                       ${providerLines}
                       its key is in ..._API_KEY, for your own server in EASY_ADAPTATION_API_KEY
  --url ADDRESS        address of the API (default: the provider's own)
  --model NAME         the large model (default: the provider's small one)
  --folder FOLDER      folder for complete, label and export (default: the current)
  --storage FOLDER     folder for models, reports and API answers, closed to other users
                       (default: the user's data folder)
  --verbose            say more on stderr
`;

const options = {
  json: { type: 'boolean', default: false },
  balance: { type: 'string', default: '0.4' },
  yes: { type: 'boolean', default: false },
  local: { type: 'boolean', default: false },
  places: { type: 'string' },
  'run-budget': { type: 'string', default: '1' },
  budget: { type: 'string', default: '1' },
  provider: { type: 'string', default: commandLineProviders[0] },
  url: { type: 'string' },
  model: { type: 'string', default: '' },
  folder: { type: 'string' },
  at: { type: 'string' },
  more: { type: 'string' },
  into: { type: 'string' },
  storage: { type: 'string' },
  'no-neural': { type: 'boolean', default: false },
  train: { type: 'string', default: 'auto' },
  minutes: { type: 'string' },
  'max-steps': { type: 'string' },
  device: { type: 'string', default: 'auto' },
  threads: { type: 'string' },
  memory: { type: 'string' },
  base: { type: 'string' },
  name: { type: 'string' },
  verbose: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Wrong usage: exit code 2 and one sentence. */
export class UsageError extends Error {}

export const commands = [
  'adapt',
  'complete',
  'inspect',
  'report',
  'list',
  'delete',
  'label',
  'export',
  'export-adapter',
  'base',
] as const;
export type CommandName = (typeof commands)[number];

/** The argument of a command that takes no folder. */
const targets: Partial<Record<CommandName, string>> = {
  ...{ complete: 'position', label: 'task', export: 'task' },
};

export interface CommandLine {
  readonly command: CommandName;
  readonly target: string | undefined;
  /** Further arguments. */
  readonly others: readonly string[];
  readonly values: Values;
}

export type Values = ReturnType<typeof parseOptions>['values'];

function parseOptions(argv: readonly string[]) {
  return parseArgs({ args: [...argv], options, allowPositionals: true });
}

export function parse(argv: readonly string[]): CommandLine {
  try {
    const { values, positionals } = parseOptions(argv);
    const named = commands.find((each) => each === positionals[0]);
    const command = named ?? 'adapt';
    const [target, ...others] = named ? positionals.slice(1) : positionals;
    if (others.length > 0 && command !== 'base')
      throw new UsageError(`One ${targets[command] ?? 'folder'} at a time, please.`);
    if (command !== 'label' && values.more !== undefined) throw new UsageError('--more belongs to label.');
    if (command === 'label' && values.places !== undefined)
      throw new UsageError('--places belongs to adapt. What label may cost is limited by --run-budget.');
    if (command !== 'export-adapter' && values.into !== undefined)
      throw new UsageError('--into belongs to export-adapter.');
    if (command !== 'inspect' && values.at !== undefined) throw new UsageError('--at belongs to inspect.');
    if (command !== 'base' && values.name !== undefined) throw new UsageError('--name belongs to base add.');
    return { command, target, others, values };
  } catch (error) {
    throw new UsageError(messageOf(error), { cause: error });
  }
}

/** Bytes that each process of the neural engine may take. */
export function memoryOption({ memory }: Pick<Values, 'memory'>): number {
  return memoryCeiling(memory === undefined ? 0 : numberOption('memory', memory, 0.5, 1024));
}

export function processorOptions({ device, threads }: Pick<Values, 'device' | 'threads'>) {
  if (device !== 'auto' && device !== 'cpu' && device !== 'webgpu')
    throw new UsageError(`--device takes auto, cpu or webgpu, not "${device}".`);
  return { device, threads: threads === undefined ? 'auto' : numberOption('threads', threads, 1, 256) } as const;
}

export function numberOption(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= least && value <= most)) {
    throw new UsageError(`--${name} takes a number from ${least} to ${most}, not "${text}".`);
  }
  return value;
}
