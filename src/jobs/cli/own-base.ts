// `base`: adds, lists and removes base models.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { megabytes } from '../../common/format.ts';
import { DOWNLOADS } from '../../neural/models/catalog.ts';
import type { AddedBase } from '../../neural/models/import/add-gguf.ts';
import { listPackages, type PackageInfo, removeBase } from '../../neural/models/list.ts';
import { DIALECTS } from '../../neural/models/manifest.ts';
import { EngineClient } from '../../specialist/engine/client.ts';
import { answersBy, LONG_PROMPT_MS, measureServing } from '../../specialist/engine/measure-base.ts';
import type { Timing } from '../../specialist/engine/protocol.ts';
import { JobClient } from '../client.ts';
import { type CommandLine, memoryOption, models, processorOptions, repository, UsageError } from './command-line.ts';
import { basesFolder, storageFolder } from './run-request.ts';
import { GRACE_MS, type Terminal } from './terminal.ts';

const verbs: Readonly<Record<string, (asked: CommandLine, terminal: Terminal) => Promise<number>>> = {
  add,
  list: listAll,
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
  const { bar, stop, log } = terminal;
  // In a job's process, which needs a third of the memory that this process would.
  const jobs = new JobClient({ script: join(repository, 'src', 'jobs', 'main.ts'), log });
  const added = await jobs.job('importBase', request, stop.signal, (update) => bar.update(update));
  await jobs.end(GRACE_MS);
  bar.clear();
  if (!added.ok) return terminal.fail(added.error);
  terminal.print(added.value, renderImported(added.value));
  return measureThat(added.value, asked, terminal);
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
  const asked = { folder, tokenizer, vocabulary, threads, device } as const;
  try {
    bar.update({ stage: 'Measuring', done: 0, total: undefined, detail: 'how fast it answers' });
    const timing = await measureServing(engine, asked, stop.signal);
    bar.clear();
    if (!timing.ok) return terminal.fail(timing.error);
    terminal.print({ ...timing.value, answers: answersBy(timing.value) }, renderMeasures(base.name, timing.value));
    return 0;
  } finally {
    await engine.end();
  }
}

async function remove({ others, values }: CommandLine, terminal: Terminal): Promise<number> {
  const [target] = others;
  if (target === undefined) throw new UsageError('Name the base: base remove NAME.');
  const folder = join(basesFolder(values), target);
  if (!/^[\w.-]+$/.test(target) || target.startsWith('.') || !existsSync(folder))
    throw new UsageError(`There is no added base '${target}'. List the bases: npm start -- base list`);
  const removed = removeBase(folder, join(storageFolder(values), DOWNLOADS));
  if (!removed.ok) return terminal.fail(removed.error);
  const { kept, freedBytes } = removed.value;
  const file = kept === undefined ? `${megabytes(freedBytes)} are free again.` : `The GGUF file ${kept} stays.`;
  terminal.print({ removed: target, ...removed.value }, `Removed the base '${target}'. ${file}`);
  return 0;
}

async function listAll({ values }: CommandLine, terminal: Terminal): Promise<number> {
  const bases = [...listPackages(models), ...listPackages(basesFolder(values))];
  terminal.print({ bases }, renderAll(bases));
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

export function renderMeasures(name: string, timing: Timing): string {
  const { lineMs, promptMs } = timing;
  const answers = answersBy(timing);
  const waits =
    answers !== 'late' && promptMs >= LONG_PROMPT_MS
      ? ` At a new position, the n-gram model alone answers for ${(promptMs / 1000).toFixed(1)} s.`
      : '';
  return `'${name}' on this machine: a line ${Math.round(lineMs)} ms, a new position ${Math.round(promptMs)} ms: ${SPEEDS[answers]}.${waits}`;
}

function renderAll(bases: readonly PackageInfo[]): string {
  const rows = bases.map(
    ({ name, parameters, bytes, manifest }) =>
      `  ${name.padEnd(32)} ${millions(parameters)}, ${megabytes(bytes)}, ${manifest.licence}`,
  );
  return ['Bases:', ...rows].join('\n');
}
