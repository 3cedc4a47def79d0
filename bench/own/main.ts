// GGUF models of somebody else's as bases, each that --model names: their lines with the n-grams beside medium's, and how
// fast they are here.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { root } from '../../build/paths.ts';
import { unwrap } from '../../src/common/errors.ts';
import { physicalCores, threadCount } from '../../src/common/threads.ts';
import { addGgufModel } from '../../src/neural/models/import/add-gguf.ts';
import { type PackageInfo, readPackage } from '../../src/neural/models/list.ts';
import { loadLibrary } from '../../src/neural/runtime/session.ts';
import { EngineClient } from '../../src/specialist/engine/engine-client.ts';
import { llamaOptions } from '../../src/specialist/engine/timings.ts';
import type { Benchmark, BenchOptions, Figures, Keep } from '../figures.ts';
import { printFigures } from '../print.ts';
import { cursorsFor, mixedFigures, type OwnBase } from './lines.ts';

/** Cursors of each recorded package; default of --places. */
const PLACES = 40;
/** The base that ships and is measured beside them. */
const BESIDE = 'medium';

const never = new AbortController().signal;

export const own: Benchmark = {
  name: 'own',
  what: 'GGUF models as bases: lines with n-grams, speed',
  takes: ['model', 'places', 'only'],
  run,
};

async function run({ model = [], places = PLACES, only }: BenchOptions, keep: Keep): Promise<Figures> {
  const [path] = model;
  if (path === undefined) throw new Error('Name a GGUF file: --model PATH.');
  const wanted = (section: string) => only === undefined || only.split(',').includes(section);
  await loadLibrary();
  const figures: Record<string, Figures> = {};
  const scratch = mkdtempSync(join(tmpdir(), 'bench-own-'));
  process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
  const cursorsOf = cursorsFor(places, scratch);
  const show = (name: string, found: Figures) => {
    figures[name] = { ...figures[name], ...found };
    printFigures(name, found);
    keep(figures);
  };
  const measure = async (name: string, info: PackageInfo, place: OwnBase) => {
    if (wanted('mixed')) show(name, { 'with-n-grams': await mixedFigures(place) });
    if (wanted('speed')) show(name, await speedOf(info));
  };
  const beside = unwrap(readPackage(join(root, 'models', BESIDE)));
  await measure(BESIDE, beside, cursorsOf(beside));
  for (const [i, path] of model.entries()) {
    const name = basename(path, '.gguf');
    const began = performance.now();
    const added = unwrap(await addGgufModel({ path, into: join(scratch, `bases-${i}`) }, never));
    show(name, {
      'parameters-millions': Math.round(added.parameters / 1e6),
      megabytes: Math.round(added.bytes / 1e6),
      'adding-seconds': Math.round((performance.now() - began) / 100) / 10,
    });
    await measure(name, added, cursorsOf(added));
  }
  return figures;
}

/** As the product serves it, and for a GGUF model with a thread for every core as well. */
async function speedOf(info: PackageInfo): Promise<Figures> {
  const { llamaThreads } = llamaOptions('auto', 'cpu');
  const served = await timed(info, llamaThreads);
  const cores = physicalCores();
  if (!info.manifest.gguf) return served;
  const all = cores === llamaThreads ? served : await timed(info, cores);
  return { ...served, threads: llamaThreads, 'with-a-thread-a-core': { ...all, threads: cores } };
}

async function timed({ folder: model, tokenizer }: PackageInfo, llamaThreads: number): Promise<Figures> {
  const engine = new EngineClient({ script: join(root, 'src/specialist/engine/main.ts') });
  const threads = threadCount('auto');
  try {
    const asked = { model, tokenizer, threads, llamaThreads, device: 'cpu' } as const;
    const timing = unwrap(await engine.request('time', asked));
    return { 'line-ms': Math.round(timing.lineMs), 'prompt-of-512-ms': Math.round(timing.promptMs) };
  } finally {
    await engine.end();
  }
}
