// Commands and options of the command line, and their errors.

import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../../common/errors.ts';
import { byCommandLine } from '../../llm/providers/providers.ts';
import { listPackages } from '../../neural/models/list.ts';

export const repository = resolve(import.meta.dirname, '../../..');
export const models = join(repository, 'models');
const shippedNames = listPackages(models)
  .map(({ name }) => name)
  .join(', ');

export const usage = `Easy Adaptation: a small model of your own repository, and a report of what it can do.

  npm start -- [adapt] [FOLDER]              read the folder, fine-tune, measure, report (default: this repository's src/)
  npm start -- complete FILE:LINE[:COLUMN]   complete at a place (1-based; default column: the line's end)
  npm start -- inspect FOLDER [--at PLACE]   all that is kept of the folder, as JSON lines of kind, path and text;
                                             with --at FILE:LINE[:COLUMN] first the exact request that a completion
                                             there would send
  npm start -- report [FOLDER]               print the last report again
  npm start -- list                          the folders that have been adapted to
  npm start -- delete FOLDER                 forget a folder's adaptation
  npm start -- adaptations export FOLDER FILE    its adapted model, coupling and report as one safetensors file
  npm start -- adaptations import FILE FOLDER    the same put in use in another folder, or on another machine
  npm start -- adaptations compare FOLDER FOLDER two reports side by side
  npm start -- label TASK [--shard I/N]      label all texts of .easyadaptation/tasks/TASK.json, or one of N equal parts
                                             with --base NAME that base reads what the n-grams doubt
  npm start -- export TASK                   the task's specialist as one ONNX model, labels and a README
  npm start -- export-adapter FOLDER         what was trained on the folder, for transformers, vLLM, llama.cpp and Ollama:
                                             adapter, merged model, base, and a README; --into FOLDER says where
  npm start -- import-adapter ADAPTER        an adapter of peft's that was trained over the base (--base) answers in --folder
  npm start -- base add PATH [--name NAME]   bring a model of your own as a base: a GGUF file, or a folder of safetensors;
                                             then --base NAME
  npm start -- base list                     the bases there are, and models on this machine that could be brought
  npm start -- base measure NAME             how fast it answers and is trained here
  npm start -- base remove NAME              delete a base that was brought

  An interrupted adaptation goes on where it was when it is started again and the folder's text is the same.

  --json               print JSON on stdout (progress stays on stderr)
  --balance N          0 local only ... 1 API first (default 0.4)
  --no-neural          n-grams alone: seconds instead of minutes
  --minutes N          for training and measuring, after the first look (default 10, for the demonstration 2);
                       --budget-minutes is the same option
  --max-steps N        of fine-tuning, where the minutes allow more; none fewer for getting no better
  --device NAME        auto, cpu or webgpu, for fine-tuning (default auto)
  --threads N          of the processor (default: physical cores minus one, but two of two)
  --memory GB          limit of each of the neural engine's processes (default 3)
  --base NAME          the base model: one that ships (${shippedNames}) or was brought, or a folder (default small)
  --yes                include the API without asking (needs a key: ANTHROPIC_API_KEY, or as the provider has it)
  --batch              in batches, at half the price where the provider has them, and up to a day, for adapt
  --local              never use the API, key or no key
  --places N           places to ask the API about at most, for adapt (default 300)
  --run-budget USD     most that this run may cost: it asks about fewer places or texts otherwise (default 1)
  --budget USD         most that the API may cost a calendar month, over all runs (default 1)
  --provider NAME      who has the large model: ${byCommandLine.join(', ')}
                       (default anthropic; its key is in ..._API_KEY, for a server of one's own in EASY_ADAPTATION_API_KEY)
  --url ADDRESS        where it is asked (default: the provider's own)
  --model NAME         the large model (default: the provider's small one)
  --folder FOLDER      for complete, label, export and import-adapter: the folder that it is about (default: the current one)
  --storage FOLDER     where specialists, reports and API answers are kept (default: the user's data folder)
  --verbose            say more on stderr
`;

const options = {
  json: { type: 'boolean', default: false },
  balance: { type: 'string', default: '0.4' },
  yes: { type: 'boolean', default: false },
  batch: { type: 'boolean', default: false },
  local: { type: 'boolean', default: false },
  places: { type: 'string' },
  'run-budget': { type: 'string', default: '1' },
  budget: { type: 'string', default: '1' },
  provider: { type: 'string', default: byCommandLine[0] },
  url: { type: 'string' },
  model: { type: 'string', default: '' },
  folder: { type: 'string' },
  at: { type: 'string' },
  shard: { type: 'string' },
  into: { type: 'string' },
  storage: { type: 'string' },
  'no-neural': { type: 'boolean', default: false },
  minutes: { type: 'string' },
  'budget-minutes': { type: 'string' },
  'max-steps': { type: 'string' },
  device: { type: 'string', default: 'auto' },
  threads: { type: 'string' },
  memory: { type: 'string', default: '3' },
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
  'adaptations',
  'label',
  'export',
  'export-adapter',
  'import-adapter',
  'base',
] as const;
export type CommandName = (typeof commands)[number];

/** The argument of a command that takes no folder. */
const things: Partial<Record<CommandName, string>> = {
  ...{ complete: 'place', label: 'task', export: 'task' },
  'import-adapter': 'adapter',
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
    if (others.length > 0 && command !== 'adaptations' && command !== 'base')
      throw new UsageError(`One ${things[command] ?? 'folder'} at a time, please.`);
    if (command !== 'label' && values.shard !== undefined) throw new UsageError('--shard belongs to label.');
    for (const name of ['places', 'batch'] as const)
      if (command === 'label' && values[name])
        throw new UsageError(`--${name} belongs to adapt. What label may cost is limited by --run-budget.`);
    if (command !== 'export-adapter' && values.into !== undefined)
      throw new UsageError('--into belongs to export-adapter.');
    if (command !== 'inspect' && values.at !== undefined) throw new UsageError('--at belongs to inspect.');
    if (command !== 'base' && values.name !== undefined) throw new UsageError('--name belongs to base add.');
    return { command, target, others, values };
  } catch (error) {
    throw new UsageError(messageOf(error), { cause: error });
  }
}

export function numberOption(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= least && value <= most)) {
    throw new UsageError(`--${name} takes a number from ${least} to ${most}, not "${text}".`);
  }
  return value;
}
