// How an adaptation went on last, beside the folder's specialist: what the panel says of it, and where the next time begins.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../common/files.ts';

export interface WentOn {
  /** ms since 1970. */
  readonly startedAt: number;
  readonly finishedAt: number;
  /** That were learned because they had changed. */
  readonly files: number;
  /** The model that came of it is in use. */
  readonly kept: boolean;
  /** One sentence for people: why, or why not. */
  readonly why: string;
  /** What changed later is still to be learned, ms since 1970. */
  readonly knownUntil: number;
}

const FILE = 'went-on.json';

const CHECKS: Readonly<Record<keyof WentOn, (value: unknown) => boolean>> = {
  startedAt: Number.isFinite,
  finishedAt: Number.isFinite,
  files: Number.isFinite,
  kept: (value) => typeof value === 'boolean',
  why: (value) => typeof value === 'string',
  knownUntil: Number.isFinite,
};

/** Undefined where it never did, or what lies there cannot be read. */
export function readWentOn(specialistFolder: string): WentOn | undefined {
  try {
    const json = JSON.parse(readFileSync(join(specialistFolder, FILE), 'utf8')) as Record<string, unknown>;
    return Object.entries(CHECKS).every(([name, isRight]) => isRight(json[name]))
      ? (json as unknown as WentOn)
      : undefined;
  } catch {
    return undefined;
  }
}

/** When a model that came of it was kept last, ms since 1970; undefined where the one of an adaptation that was finished then is in use. */
export function keptSince(went: WentOn | undefined, finishedAt: number): number | undefined {
  return went && went.knownUntil > finishedAt ? went.knownUntil : undefined;
}

export function writeWentOn(specialistFolder: string, went: WentOn): void {
  replaceFile(join(specialistFolder, FILE), [new TextEncoder().encode(JSON.stringify(went))]);
}
