// What was measured on this machine, kept for the next window: one file, a row for each model, processor and number of threads.
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { replaceFile } from '../../common/files.ts';
import type { Timing } from '../../neural/decoding/timing.ts';

const FILE = 'timings.json';
const VERSION = 1;
/** Rows that are kept, the latest: models and processors that are gone need none. */
const MOST = 20;

export interface StoredTiming extends Timing {
  /** ms since 1970. */
  readonly at: number;
  /** The time before it was too slow, too. */
  readonly confirmed?: boolean;
}

interface Kept {
  readonly version: number;
  readonly rows: Readonly<Record<string, StoredTiming>>;
}

/** @param weights hash of the model's weights */
export function timingKey(weights: string, precision: string, threads: number, processor = processorHere()): string {
  return `${weights.slice(0, 16)} ${precision} ${threads} ${processor}`;
}

function processorHere(): string {
  const all = cpus();
  return `${all[0]?.model.trim() ?? ''} x${all.length}`;
}

/** Nothing where there is none, or none that can be read: it is measured again then. */
export function readTimings(storage: string): Map<string, StoredTiming> {
  try {
    const { version, rows } = JSON.parse(readFileSync(join(storage, FILE), 'utf8')) as Partial<Kept>;
    if (version !== VERSION) return new Map();
    return new Map(Object.entries(rows ?? {}).filter(([, row]) => isMeasured(row)));
  } catch {
    return new Map();
  }
}

/** Throws where the folder cannot be written. @param measured undefined: what was kept is not so any more */
export function keepTiming(storage: string, key: string, measured: StoredTiming | undefined): void {
  // Read anew: another window may have measured meanwhile.
  const rows = readTimings(storage);
  if (measured) rows.set(key, measured);
  else rows.delete(key);
  const latest = [...rows].sort(([, a], [, b]) => b.at - a.at).slice(0, MOST);
  const text = JSON.stringify({ version: VERSION, rows: Object.fromEntries(latest) }, undefined, 2);
  replaceFile(join(storage, FILE), [new TextEncoder().encode(`${text}\n`)]);
}

function isMeasured(row: StoredTiming | null): boolean {
  return [row?.lineMs, row?.promptMs, row?.at].every((value) => Number.isFinite(value) && (value as number) > 0);
}
