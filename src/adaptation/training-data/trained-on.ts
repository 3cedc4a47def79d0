// The files that a model was trained on, stored beside it: a moved file may be held out under its new path.
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../../common/files.ts';
import type { HarvestedFile } from '../../workspace/files/types.ts';

/** A folder's files by split. */
type Held = Readonly<Record<'train' | 'fit' | 'choose' | 'test', readonly HarvestedFile[]>>;

const FILE = 'trained-on.json';
/** Minimum share of held-out files for judging a model. */
const ENOUGH = 0.5;

/** Hashes of redacted texts: of the training files, and of the files for its mixture and early stopping. */
type TrainedOn = Readonly<Record<'train' | 'fit', readonly string[]>>;

const nothing: TrainedOn = { train: [], fit: [] };

/** @param before folder of the model that the training started from, with training files of its own */
export function keepTrainedOn(model: string, held: Pick<Held, 'train' | 'fit'>, before?: string): void {
  const known = before === undefined ? nothing : read(before);
  const of = (kind: keyof TrainedOn) => [...new Set([...known[kind], ...held[kind].map(hashOf)])];
  const row: TrainedOn = { train: of('train'), fit: of('fit') };
  replaceFile(join(model, FILE), [new TextEncoder().encode(JSON.stringify(row))]);
}

/**
 * Held-out files that the model was not trained on; undefined if too few are left. A model without a list was trained
 * on none.
 */
export function unseenBy(model: string, held: Held): Held | undefined {
  const { train, fit } = read(model);
  const [learned, known] = [new Set(train), new Set([...train, ...fit])];
  const without = (files: readonly HarvestedFile[], seen: ReadonlySet<string>) =>
    seen.size === 0 ? files : files.filter((file) => !seen.has(hashOf(file)));
  const unseen = { choose: without(held.choose, known), test: without(held.test, known) };
  const isEnough = (['choose', 'test'] as const).every((kind) => unseen[kind].length >= ENOUGH * held[kind].length);
  return isEnough ? { ...held, ...unseen, fit: without(held.fit, learned) } : undefined;
}

/** Undefined if it is not stored or not readable. */
function read(model: string): TrainedOn {
  try {
    const json = JSON.parse(readFileSync(join(model, FILE), 'utf8')) as Partial<Record<string, unknown>>;
    const of = (kind: keyof TrainedOn) => (Array.isArray(json[kind]) ? json[kind].map(String) : []);
    return { train: of('train'), fit: of('fit') };
  } catch {
    return nothing;
  }
}

const hashOf = ({ text }: HarvestedFile) => hash('sha256', text, 'hex').slice(0, 16);
