// The timings of base models on this machine, in one file: a row per weights, engine, threads and processor. Also how
// llama.cpp serves a GGUF base here; our own engine decodes on the CPU and needs no such options.
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { makePrivate, replaceFile } from '../../common/files.ts';
import { physicalCores } from '../../common/threads.ts';
import type { Timing } from '../../neural/inference/timing.ts';
import type { TrainingRequest } from '../../neural/training/request.ts';
import type { Serving } from '../decoding/mix-source.ts';

/** @param threads 'auto': as many as suit this machine */
export function llamaOptions(
  threads: number | 'auto',
  device: TrainingRequest['device'],
): Required<Pick<Serving, 'llamaThreads' | 'device'>> {
  return { llamaThreads: llamaThreadCount(threads), device: device === 'cpu' ? 'cpu' : 'auto' };
}

/**
 * The threads that are asked for, or physical cores minus one. llama.cpp's threads spin while they wait for each other:
 * if another program takes one core of two, two threads can be far slower than one.
 */
export function llamaThreadCount(threads: number | 'auto', cores = physicalCores()): number {
  return Math.max(1, threads === 'auto' ? cores - 1 : Math.floor(threads));
}

const FILE = 'timings.json';
const VERSION = 1;
/** The latest rows are kept: rows of models and processors that are gone would pile up. */
const MAX_ROWS = 20;

export interface StoredTiming extends Timing {
  /** ms since 1970. */
  readonly at: number;
}

interface TimingsFile {
  readonly version: number;
  readonly rows: Readonly<Record<string, StoredTiming>>;
}

/** @param weights hash of the model's weights */
export function timingKey(
  weights: string,
  engine: 'own' | 'gguf' | 'gguf-cpu',
  threads: number,
  processor = processorHere(),
): string {
  return `${weights.slice(0, 16)} ${engine} ${threads} ${processor}`;
}

/** Key for a GGUF base, which llama.cpp runs. */
export function ggufTimingKey(weights: string, { llamaThreads, device }: ReturnType<typeof llamaOptions>): string {
  return timingKey(weights, device === 'cpu' ? 'gguf-cpu' : 'gguf', llamaThreads);
}

let processor: string | undefined;

/** Read once: the status asks for a timing at each change. */
function processorHere(): string {
  processor ??= cpus().map(({ model }, _, all) => `${model.trim()} x${all.length}`)[0] ?? ' x0';
  return processor;
}

/** Empty if there is no readable file: bases are timed again then. */
export function readTimings(storage: string): Map<string, StoredTiming> {
  try {
    const { version, rows } = JSON.parse(readFileSync(join(storage, FILE), 'utf8')) as Partial<TimingsFile>;
    if (version !== VERSION) return new Map();
    return new Map(Object.entries(rows ?? {}).filter(([, row]) => isValid(row)));
  } catch {
    return new Map();
  }
}

/** Throws if the folder is not writable. */
export function storeTiming(storage: string, key: string, timing: StoredTiming): void {
  // Read again: another window may have stored a timing since.
  const rows = readTimings(storage).set(key, timing);
  const latest = [...rows].sort(([, a], [, b]) => b.at - a.at).slice(0, MAX_ROWS);
  const text = JSON.stringify({ version: VERSION, rows: Object.fromEntries(latest) }, undefined, 2);
  makePrivate(storage);
  replaceFile(join(storage, FILE), [new TextEncoder().encode(`${text}\n`)]);
}

function isValid(row: StoredTiming | null): boolean {
  return [row?.lineMs, row?.promptMs, row?.at].every((value) => Number.isFinite(value) && (value as number) > 0);
}
