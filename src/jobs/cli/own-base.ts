// `base`: adds, lists, measures and removes base models.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { counted, megabytes } from '../../common/format.ts';
import { DIALECTS } from '../../neural/models/dialects.ts';
import type { AddedBase } from '../../neural/models/import/add-gguf.ts';
import { discoverModels, type FoundModel } from '../../neural/models/import/discover-models.ts';
import { listPackages, type PackageInfo, readPackage } from '../../neural/models/list.ts';
import { EngineClient } from '../../specialist/engine/client.ts';
import { type BaseMeasures, measureBase } from '../../specialist/engine/measure-base.ts';
import { JobClient } from '../client.ts';
import { type CommandLine, memoryOption, models, processorOptions, repository, UsageError } from './command-line.ts';
import { basesFolder } from './run-request.ts';
import { GRACE_MS, type Terminal } from './terminal.ts';

const verbs: Readonly<Record<string, (asked: CommandLine, terminal: Terminal) => Promise<number>>> = {
  add,
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
  const { bar, stop, log } = terminal;
  const request = { path: target, into: basesFolder(values), ...(values.name !== undefined && { name: values.name }) };
  // In a job's process, which needs a third of the memory that this process would.
  const jobs = new JobClient({ script: join(repository, 'src', 'jobs', 'main.ts'), log });
  const imported = await jobs.job('importBase', request, stop.signal, (update) => bar.update(update));
  await jobs.end(GRACE_MS);
  bar.clear();
  if (!imported.ok) return terminal.fail(imported.error);
  terminal.print(imported.value, renderImported(imported.value));
  return measureThat(imported.value, asked, terminal);
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
  const { folder, tokenizer, vocabulary } = base;
  const asked = { folder, tokenizer, vocabulary, threads, device, precision: 'auto' } as const;
  try {
    const tell = (detail: string) => bar.update({ stage: 'Measuring', done: 0, total: undefined, detail });
    const measured = await measureBase(engine, asked, stop.signal, tell);
    bar.clear();
    if (!measured.ok) return terminal.fail(measured.error);
    terminal.print(measured.value, renderMeasures(base.name, measured.value));
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
    throw new UsageError(`There is no added base '${target}'. List the bases: npm start -- base list`);
  }
  rmSync(folder, { recursive: true });
  terminal.print({ removed: target }, `Removed the base '${target}'. Its GGUF file is unchanged.`);
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

export function renderMeasures(name: string, measures: BaseMeasures): string {
  const { lineMs, promptMs, servesInTime, trainingTokensPerSecond: speed, leastMinutes, whyUntrainable } = measures;
  const serves = servesInTime
    ? 'in time for every key'
    : 'too slow to be chosen automatically, but --base NAME uses it';
  const trains =
    speed === undefined || leastMinutes === undefined
      ? `It cannot be trained here: ${whyUntrainable ?? 'the reason is not known'}`
      : `Training: ${Math.round(speed)} tokens/s; the minimum number of steps takes ${counted(Math.ceil(leastMinutes), 'minute')}.`;
  return `'${name}' on this machine: a line ${Math.round(lineMs)} ms, a new position ${Math.round(promptMs)} ms: ${serves}.\n${trains}`;
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
