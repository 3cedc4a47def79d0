// `base`: adds, downloads, lists, measures and removes base models.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Result } from '../../common/errors.ts';
import { counted, megabytes } from '../../common/format.ts';
import { type CatalogModel, DOWNLOADS, readCatalog } from '../../neural/models/catalog.ts';
import { DIALECTS } from '../../neural/models/dialects.ts';
import type { AddedBase } from '../../neural/models/import/add-gguf.ts';
import { discoverModels, type FoundModel } from '../../neural/models/import/discover-models.ts';
import { listPackages, type PackageInfo, readPackage } from '../../neural/models/list.ts';
import { removeBase } from '../../neural/models/remove-base.ts';
import { EngineClient } from '../../specialist/engine/client.ts';
import {
  answersBy,
  LONG_PROMPT_MS,
  measureServing,
  measureTraining,
  type TrainingMeasures,
} from '../../specialist/engine/measure-base.ts';
import type { Timing } from '../../specialist/engine/protocol.ts';
import { JobClient } from '../client.ts';
import type { Jobs } from '../protocol.ts';
import { removeUnfinished, unfinishedBytes } from '../unfinished-downloads.ts';
import { type CommandLine, memoryOption, models, processorOptions, repository, UsageError } from './command-line.ts';
import { basesFolder, storageFolder } from './run-request.ts';
import { GRACE_MS, type Terminal } from './terminal.ts';

const verbs: Readonly<Record<string, (asked: CommandLine, terminal: Terminal) => Promise<number>>> = {
  add,
  get,
  list: listAll,
  measure,
  remove,
};

export async function ownBase(asked: CommandLine, terminal: Terminal): Promise<number> {
  const { target: verb = '', others } = asked;
  const work = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (others.length > 1) throw new UsageError('Name one base at a time.');
  if (!work) throw new UsageError(`Say what to do with a base: base ${Object.keys(verbs).join(', base ')}.`);
  return work(asked, terminal);
}

async function add(asked: CommandLine, terminal: Terminal): Promise<number> {
  const { others, values } = asked;
  const [target] = others;
  if (target === undefined) throw new UsageError('Name a GGUF file: base add FILE.gguf.');
  const request = { path: target, into: basesFolder(values), ...(values.name !== undefined && { name: values.name }) };
  return addBy('importBase', request, asked, terminal);
}

async function get(asked: CommandLine, terminal: Terminal): Promise<number> {
  const { others, values } = asked;
  const catalog = readCatalog(process.env);
  const model = catalog.find(({ id }) => id === others[0]);
  if (!model) {
    const rows = catalog.map((each) => {
      const arrived = unfinishedBytes(each, storageFolder(values));
      const unfinished = arrived > 0 ? `; ${megabytes(arrived)} have arrived` : '';
      return `  ${each.id.padEnd(32)} ${megabytes(each.bytes)}, ${each.licence}${unfinished}`;
    });
    throw new UsageError(['Name a model to download: base get NAME.', ...rows].join('\n'));
  }
  const { name, licence, restriction } = model;
  if (restriction !== undefined && !values.yes)
    throw new UsageError(`${name} has the licence ${licence}: ${restriction}. Pass --yes to download it.`);
  return addBy('downloadModel', { model, storage: storageFolder(values), proxies: {} }, asked, terminal);
}

async function addBy<K extends 'importBase' | 'downloadModel'>(
  job: K,
  request: Jobs[K]['request'],
  asked: CommandLine,
  terminal: Terminal,
): Promise<number> {
  const { bar, stop, log } = terminal;
  // In a job's process, which needs a third of the memory that this process would.
  const jobs = new JobClient({ script: join(repository, 'src', 'jobs', 'main.ts'), log });
  const added = await jobs.job(job, request, stop.signal, (update) => bar.update(update));
  await jobs.end(GRACE_MS);
  bar.clear();
  if (!added.ok) return terminal.fail(added.error);
  terminal.print(added.value, renderImported(added.value));
  return measureThat(added.value, asked, terminal);
}

async function measure(asked: CommandLine, terminal: Terminal): Promise<number> {
  const [target] = asked.others;
  if (target === undefined) throw new UsageError('Name a base: base measure NAME.');
  const folder = [models, basesFolder(asked.values)].map((each) => join(each, target)).find(existsSync);
  if (folder === undefined)
    throw new UsageError(`There is no base '${target}'. List the bases: npm start -- base list`);
  const info = readPackage(folder);
  return info.ok ? measureThat(info.value, asked, terminal) : terminal.fail(info.error);
}

async function measureThat(base: PackageInfo, { values }: CommandLine, terminal: Terminal): Promise<number> {
  const { bar, stop, log } = terminal;
  const script = join(repository, 'src', 'specialist', 'engine', 'main.ts');
  const engine = new EngineClient({
    script,
    memoryCeiling: memoryOption(values),
    log,
  });
  const { threads, device } = processorOptions(values);
  const { folder, tokenizer, vocabulary, manifest } = base;
  const asked = { folder, tokenizer, vocabulary, threads, device, precision: 'auto' } as const;
  try {
    const tell = (detail: string) => bar.update({ stage: 'Measuring', done: 0, total: undefined, detail });
    tell('how fast it answers');
    const timing = await measureServing(engine, asked, stop.signal);
    if (!timing.ok) return terminal.fail(timing.error);
    if (!manifest.gguf) tell('how fast it is trained');
    const training = manifest.gguf ? undefined : await measureTraining(engine, asked, stop.signal);
    bar.clear();
    if (training?.ok === false && training.error.code === 'cancelled') return terminal.fail(training.error);
    const measures = {
      ...timing.value,
      answers: answersBy(timing.value),
      ...(training?.ok && { training: training.value }),
    };
    terminal.print(measures, renderMeasures(base.name, timing.value, training));
    return 0;
  } finally {
    await engine.end();
  }
}

async function remove({ others, values }: CommandLine, terminal: Terminal): Promise<number> {
  const [target] = others;
  if (target === undefined) throw new UsageError('Name the base: base remove NAME.');
  const folder = join(basesFolder(values), target);
  if (!/^[\w.-]+$/.test(target) || target.startsWith('.') || !existsSync(folder)) {
    const model = readCatalog(process.env).find(({ id }) => id === target);
    if (model && unfinishedBytes(model, storageFolder(values)) > 0)
      return removeDownload(model, storageFolder(values), terminal);
    throw new UsageError(`There is no added base '${target}'. List the bases: npm start -- base list`);
  }
  const removed = removeBase(folder, join(storageFolder(values), DOWNLOADS));
  if (!removed.ok) return terminal.fail(removed.error);
  const { kept, freedBytes } = removed.value;
  const file = kept === undefined ? `${megabytes(freedBytes)} are free again.` : `The GGUF file ${kept} stays.`;
  terminal.print({ removed: target, ...removed.value }, `Removed the base '${target}'. ${file}`);
  return 0;
}

function removeDownload(model: CatalogModel, storage: string, terminal: Terminal): number {
  const removed = removeUnfinished(model, storage);
  if (!removed.ok) return terminal.fail(removed.error);
  const sentence = `Removed the unfinished download of '${model.id}'. ${megabytes(removed.value)} are free again.`;
  terminal.print({ removed: model.id, freedBytes: removed.value }, sentence);
  return 0;
}

async function listAll({ values }: CommandLine, terminal: Terminal): Promise<number> {
  const bases = [...listPackages(models), ...listPackages(basesFolder(values))];
  const found = await discoverModels(terminal.stop.signal);
  terminal.print({ bases, found }, renderAll(bases, found));
  return 0;
}

const millions = (parameters: number) => `${Math.round(parameters / 1e6)} M parameters`;

function renderImported({ name, parameters, bytes, contextLength, licence, manifest }: AddedBase): string {
  const stated = licence === undefined ? 'It states no licence' : `Its licence, as stated: ${licence}`;
  const form =
    DIALECTS[manifest.dialect].tokens.suffix === ''
      ? 'it continues the text before the cursor'
      : `prompts as ${manifest.dialect}`;
  return [
    `Added '${name}': ${millions(parameters)}, ${megabytes(bytes)}, served by llama.cpp from where it is, a context of ${contextLength} tokens; ${form}.`,
    `${stated}. Copies of a model sometimes state a wrong one: check its maker's page.`,
    `Use it with --base ${name}`,
  ].join('\n');
}

const SPEEDS: Readonly<Record<ReturnType<typeof answersBy>, string>> = {
  'while-typing': 'fast enough to answer while you type',
  'in-a-pause': 'fast enough to answer in a short pause; the n-gram model answers first',
  late: 'too slow to answer in a short pause, so the n-gram model answers first',
};

/** @param training undefined for a GGUF file, which is not trained */
export function renderMeasures(name: string, timing: Timing, training: Result<TrainingMeasures> | undefined): string {
  const { lineMs, promptMs } = timing;
  const answers = answersBy(timing);
  const waits =
    answers !== 'late' && promptMs >= LONG_PROMPT_MS
      ? ` At a new position, the n-gram model alone answers for ${(promptMs / 1000).toFixed(1)} s.`
      : '';
  const serves = `'${name}' on this machine: a line ${Math.round(lineMs)} ms, a new position ${Math.round(promptMs)} ms: ${SPEEDS[answers]}.${waits}`;
  if (training === undefined) return serves;
  if (!training.ok) return `${serves}\nIt cannot be trained here: ${training.error.message}`;
  const { tokensPerSecond, leastMinutes } = training.value;
  const least = counted(Math.ceil(leastMinutes), 'minute');
  return `${serves}\nTraining: ${Math.round(tokensPerSecond)} tokens/s; the minimum number of steps takes ${least}.`;
}

function renderAll(bases: readonly PackageInfo[], found: readonly FoundModel[]): string {
  const rows = bases.map(
    ({ name, parameters, bytes, manifest }) =>
      `  ${name.padEnd(32)} ${millions(parameters)}, ${megabytes(bytes)}, ${manifest.licence}`,
  );
  const others = found.map(({ where, name, path, bytes, licence, problem }) => {
    const what = problem ?? `${megabytes(bytes)}, licence as stated: ${licence ?? 'none'}`;
    return `  ${name.padEnd(32)} ${where}: ${what}\n    ${path}`;
  });
  const heading = 'On this machine, to add with base add FILE.gguf (the stated licence can be wrong):';
  return ['Bases:', ...rows, ...(others.length > 0 ? [heading, ...others] : [])].join('\n');
}
