// The command line: the extension's pipeline without an editor. `npm start -- --help` prints the usage.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { ProgressBar } from '../common/bar.ts';
import { type Failure, messageOf } from '../common/errors.ts';
import { type Log, silentLog } from '../common/log.ts';
import { plainJson, plainText } from '../common/plain-text.ts';
import { Stop } from '../common/stop.ts';
import { threadCount } from '../common/threads.ts';
import { readTuning } from '../common/tuning.ts';
import { killEngines } from '../engine/client.ts';
import { EnginePair } from '../engine/pair.ts';
import { cancelled } from '../learn/cancellation.ts';
import { AdaptClient } from '../learn/client.ts';
import { workFolder } from '../learn/folder-models.ts';
import { renderReport } from '../learn/render.ts';
import { latestAdaptation } from '../learn/run-with-store.ts';
import { trainingStage } from '../learn/training.ts';
import type { AdaptRequest, ApiAccess, ApiEstimate, NeuralAccess } from '../learn/types.ts';
import { listPackages, type PackageInfo, readPackage } from '../package/list.ts';
import { MANIFEST, TOKENIZER } from '../package/manifest.ts';
import { defaultModel } from '../teacher/models.ts';
import { standOf } from '../train/stand.ts';
import { deleteAdaptation, listAdaptations, renderAdaptations } from './adaptations.ts';
import { completeAt, renderCompletion } from './complete.ts';
import { inspect } from './inspect.ts';

const repository = resolve(import.meta.dirname, '../..');
const models = join(repository, 'models');
const shippedNames = listPackages(models)
  .map(({ name }) => name)
  .join(', ');

const usage = `Easy Adaptation: a small model of your own repository, and a report of what it can do.

  npm start -- [adapt] [FOLDER]              read the folder, fine-tune, measure, report (default: this repository's src/)
  npm start -- complete FILE:LINE[:COLUMN]   complete at a place (1-based; default column: the line's end)
  npm start -- inspect FOLDER [--at PLACE]   all that is kept of the folder, as JSON lines of kind, path and text;
                                             with --at FILE:LINE[:COLUMN] first the exact request that a completion
                                             there would send
  npm start -- report [FOLDER]               print the last report again
  npm start -- list                          the folders that have been adapted to
  npm start -- delete FOLDER                 forget a folder's adaptation

  An interrupted adaptation goes on where it was when it is started again and the folder's text is the same.

  --json               print JSON on stdout (progress stays on stderr)
  --balance N          0 local only ... 1 API first (default 0.4)
  --no-neural          n-grams alone: seconds instead of minutes
  --budget-minutes N   of fine-tuning; measuring takes a few more (default 10)
  --max-steps N        of fine-tuning, where the minutes would allow more
  --device NAME        auto, cpu or webgpu, for fine-tuning (default auto)
  --threads N          of the processor (default: physical cores minus one, but two of two)
  --memory GB          limit of each of the neural engine's processes (default 3)
  --base NAME          the base model: one that ships (${shippedNames}), or a folder (default small)
  --yes                include the API without asking (needs ANTHROPIC_API_KEY; ANTHROPIC_BASE_URL is honoured)
  --local              never use the API, key or no key
  --places N           places to ask the API about (default 60)
  --budget USD         most that the API may cost a calendar month, over all runs (default 1)
  --model NAME         the large model (default ${defaultModel})
  --folder FOLDER      for complete: the folder whose specialist answers (default: the current one)
  --storage FOLDER     where specialists, reports and API answers are kept (default: the user's data folder)
  --verbose            say more on stderr
`;

const options = {
  json: { type: 'boolean', default: false },
  balance: { type: 'string', default: '0.4' },
  yes: { type: 'boolean', default: false },
  local: { type: 'boolean', default: false },
  places: { type: 'string', default: '60' },
  budget: { type: 'string', default: '1' },
  model: { type: 'string', default: defaultModel },
  folder: { type: 'string' },
  at: { type: 'string' },
  storage: { type: 'string' },
  'no-neural': { type: 'boolean', default: false },
  'budget-minutes': { type: 'string', default: '10' },
  'max-steps': { type: 'string' },
  device: { type: 'string', default: 'auto' },
  threads: { type: 'string' },
  memory: { type: 'string', default: '3' },
  base: { type: 'string' },
  verbose: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** What is asked to end has this long to come to a checkpoint, and its engine this long to go, ms: together under two seconds. */
const STOP_MS = 1300;
const ENGINE_GRACE_MS = 200;
const stop = new Stop(STOP_MS).listen();

/** Wrong usage: exit code 2 and one sentence. */
class UsageError extends Error {}

function numberOption(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= least && value <= most)) {
    throw new UsageError(`--${name} takes a number from ${least} to ${most}, not "${text}".`);
  }
  return value;
}

function stderrLog(verbose: boolean, bar: ProgressBar): Log {
  // Of what ends because it was asked to, the last line says enough.
  const say = (message: string) => stop.signal.aborted || bar.interrupt(`${plainText(message)}\n`);
  return {
    ...silentLog,
    ...(verbose && { debug: say, info: say }),
    warn: say,
    error: (message, error) => say(error === undefined ? message : `${message}: ${messageOf(error)}`),
  };
}

function parse(argv: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
    const command = ['adapt', 'complete', 'inspect', 'report', 'list', 'delete'].includes(positionals[0] ?? '')
      ? (positionals.shift() as string)
      : 'adapt';
    if (positionals.length > 1)
      throw new UsageError(`One ${command === 'complete' ? 'place' : 'folder'} at a time, please.`);
    return { command, target: positionals[0], values };
  } catch (error) {
    throw new UsageError(messageOf(error), { cause: error });
  }
}

type Values = ReturnType<typeof parse>['values'];

function apiAccess(values: Values): ApiAccess | undefined {
  const apiKey = process.env.ANTHROPIC_API_KEY;
  if (values.local || !apiKey) return undefined;
  const baseUrl = process.env.ANTHROPIC_BASE_URL;
  return {
    settings: { apiKey, model: values.model, timeoutMs: 30_000, ...(baseUrl && { baseUrl }) },
    places: numberOption('places', values.places, 5, 2000),
    budgetUsd: numberOption('budget', values.budget, 0, 1000),
  };
}

type BaseChoice = Pick<PackageInfo, 'folder' | 'tokenizer'>;

/** A base that ships, by its name; or a folder, with its own tokenizer where it has one. */
function baseOf({ base = 'small' }: Values): BaseChoice {
  const shipped = join(models, base);
  if (/^[\w-]+$/.test(base) && existsSync(join(shipped, MANIFEST))) {
    const info = readPackage(shipped);
    if (!info.ok) throw new UsageError(`The base '${base}' cannot be used. ${info.error.message}`);
    return info.value;
  }
  const folder = requireFolder(base);
  const own = join(folder, TOKENIZER);
  return { folder, tokenizer: existsSync(own) ? own : join(models, 'small', TOKENIZER) };
}

/** Undefined: n-grams alone. */
function neuralAccess(values: Values, base: BaseChoice): NeuralAccess | undefined {
  const { device } = values;
  if (device !== 'auto' && device !== 'cpu' && device !== 'webgpu') {
    throw new UsageError(`--device takes auto, cpu or webgpu, not "${device}".`);
  }
  const threads = values.threads === undefined ? 'auto' : numberOption('threads', values.threads, 1, 256);
  const budgetMinutes = numberOption('budget-minutes', values['budget-minutes'], 0.1, 1440);
  const steps = values['max-steps'];
  const maxSteps = steps === undefined ? undefined : Math.floor(numberOption('max-steps', steps, 1, 1e6));
  if (values['no-neural']) return undefined;
  return {
    base: base.folder,
    precision: 'auto',
    threads: threadCount(threads),
    trainingThreads: threads,
    device,
    budgetMinutes,
    ...(maxSteps !== undefined && { maxSteps }),
  };
}

/** `--yes`, or a question on the terminal; without either the API stays out, and the report says so. */
async function confirm(estimate: ApiEstimate, values: Values, bar: ProgressBar): Promise<boolean> {
  bar.clear();
  const what = `Asking ${estimate.model} at ${estimate.host} about ${estimate.places} places will cost about $${estimate.usd.toFixed(3)}.`;
  const sends = 'It sends the text round those places and similar snippets of this folder, secrets masked.';
  process.stderr.write(`${what}\n${sends}\n`);
  if (values.yes) return true;
  if (!process.stdin.isTTY) {
    process.stderr.write(
      'Not a terminal to ask on: pass --yes to include the API, --local to leave it out without this note.\n',
    );
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // While it asks, it takes Ctrl-C for itself.
  terminal.on('SIGINT', () => stop.request('SIGINT'));
  const reply = await terminal.question('Go on? [y/N] ', { signal: stop.signal }).finally(() => terminal.close());
  return /^y(es)?$/i.test(reply.trim());
}

function storageFolder(values: Values): string {
  const data = process.env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share');
  return resolve(values.storage ?? join(data, 'easy-adaptation'));
}

function specialistFolder(storage: string, root: string): string {
  return join(storage, 'specialists', createHash('sha256').update(root).digest('hex').slice(0, 16));
}

function requireFolder(path: string): string {
  const root = resolve(path);
  const stat = statSync(root, { throwIfNoEntry: false });
  if (stat === undefined) throw new UsageError(`There is no folder ${root}.`);
  if (!stat.isDirectory()) throw new UsageError(`${root} is a file: name the folder that holds it.`);
  return root;
}

/** Ends at once where the reader has gone away (`| head`): it has seen enough. */
function endWithReader(): void {
  process.stdout.once('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
}

/** Waits where the reader is slow. */
async function writeLine(value: unknown): Promise<void> {
  if (!process.stdout.write(`${plainJson(value)}\n`)) await once(process.stdout, 'drain');
}

function fail(error: Failure): number {
  process.stderr.write(`${plainText(error.message)}\n`);
  return 1;
}

/** Where a run that was asked to end goes on, by what is on disk; and what else it ended with. */
function stopped(begunTraining: boolean, specialist: string, error: Failure = cancelled.error): Failure {
  const stand = begunTraining ? standOf(workFolder(specialist)) : undefined;
  if (stand === undefined || error.code !== 'cancelled') return error;
  const where = stand.kind === 'trained' ? 'after the training' : `at step ${stand.step} of ${stand.totalSteps}`;
  const message = error.message.replace(cancelled.error.message, `Stopped ${where}; start it again to go on.`);
  return { ...error, message };
}

async function main(argv: readonly string[]): Promise<number> {
  const { command, target, values } = parse(argv);
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const bar = new ProgressBar(process.stderr);
  const log = stderrLog(values.verbose, bar);
  const print = (value: unknown, text: string) =>
    process.stdout.write(`${values.json ? plainJson(value, 2) : plainText(text)}\n`);
  const storage = storageFolder(values);
  if (command !== 'inspect' && values.at !== undefined) throw new UsageError('--at belongs to inspect.');
  if (command === 'list') {
    if (target !== undefined) throw new UsageError('list takes no folder: it shows all of them.');
    const kept = listAdaptations(storage, (root) => specialistFolder(storage, root), log);
    print(kept, renderAdaptations(kept));
    return 0;
  }
  if (command === 'delete') {
    if (target === undefined) throw new UsageError('Name the folder whose adaptation to delete: delete FOLDER.');
    // It may be gone itself.
    const root = resolve(target);
    const deleted = deleteAdaptation(root, storage, specialistFolder(storage, root), log);
    if (!deleted.ok) return fail(deleted.error);
    print(deleted.value, `Deleted the adaptation of ${root} (${(deleted.value.bytes / 1e6).toFixed(1)} MB).`);
    return 0;
  }
  if (command === 'inspect' && target === undefined)
    throw new UsageError('Name the folder to look into: inspect FOLDER.');
  const folder = command === 'complete' ? (values.folder ?? process.cwd()) : (target ?? join(repository, 'src'));
  const root = requireFolder(folder);
  const base = baseOf(values);
  const neural = neuralAccess(values, base);
  const request: AdaptRequest = {
    root,
    storeFolder: storage,
    specialistFolder: specialistFolder(storage, root),
    tokenizerPath: base.tokenizer,
    // Whoever names a folder here runs git there, too.
    harvest: { trusted: true },
    effort: 'adapt',
    balance: numberOption('balance', values.balance, 0, 1),
    ...(neural && { neural }),
  };
  if (command === 'report') {
    const latest = latestAdaptation(request, log);
    if (!latest.ok) return fail(latest.error);
    print(latest.value.report, renderReport(latest.value.report));
    return 0;
  }
  const memoryCeiling = numberOption('memory', values.memory, 0.5, 1024) * 1e9;
  const { trainingNiceness } = readTuning(process.env);
  const script = join(repository, 'src', 'engine', 'main.ts');
  const engine = neural && new EnginePair({ script, memoryCeiling, trainingNiceness, log });
  const worker = join(repository, 'src', 'learn', 'worker.ts');
  let begunTraining = false;
  const run = (more: Partial<AdaptRequest>, toLog = log) =>
    new AdaptClient(worker, engine, toLog, 'npm start').run(
      { ...request, ...more },
      stop.signal,
      (update) => {
        if (stop.signal.aborted) return;
        begunTraining ||= update.stage === trainingStage;
        bar.update(update);
      },
      (estimate) => confirm(estimate, values, bar),
    );
  const work = async (): Promise<number> => {
    if (command === 'complete') {
      if (target === undefined) throw new UsageError('Name a place: complete FILE:LINE[:COLUMN].');
      // Nothing of it is worth waiting for.
      stop.signal.addEventListener('abort', () => engine?.dispose());
      const completion = await completeAt(target, request, () => run({ effort: 'index' }), engine, log);
      bar.clear();
      if (!completion.ok) return fail(completion.error);
      print(completion.value, renderCompletion(completion.value));
      return 0;
    }
    if (command === 'inspect') {
      endWithReader();
      const done = await inspect(request, values.at, values.model, {
        index: (noted) => run({ effort: 'index' }, noted),
        engine,
        signal: stop.signal,
        log,
        write: writeLine,
      });
      bar.clear();
      return done.ok ? 0 : fail(done.error);
    }
    const api = apiAccess(values);
    const result = await run(api ? { api } : {});
    bar.clear();
    if (!result.ok) {
      return fail(stop.signal.aborted ? stopped(begunTraining, request.specialistFolder, result.error) : result.error);
    }
    const { report, trouble } = result.value;
    print(report, renderReport(report));
    return trouble === undefined ? 0 : fail({ code: 'unwritable', message: trouble });
  };
  const code = await Promise.race([work(), stop.over]);
  if (code !== undefined) {
    await Promise.race([engine?.end(ENGINE_GRACE_MS), stop.over]);
    return code;
  }
  killEngines();
  bar.clear();
  return fail(stopped(begunTraining, request.specialistFolder));
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code === 0 ? 0 : (stop.exitCode ?? code);
    // A thread that is still at work may not keep the prompt waiting.
    if (stop.signal.aborted) process.exit();
  },
  (error: unknown) => {
    const wrongUsage = error instanceof UsageError;
    process.stderr.write(
      wrongUsage
        ? `${plainText(error.message)}\nSee npm start -- --help\n`
        : `${error instanceof Error ? error.stack : error}\n`,
    );
    process.exitCode = wrongUsage ? 2 : 1;
  },
);
