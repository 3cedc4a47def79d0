// Which files a folder's own model was trained on, kept beside it: one that was moved since may be held out under its new path.
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../../common/files.ts';
import { listFiles } from '../../neural/models/adapted.ts';
import type { HarvestedFile } from '../../workspace/files/types.ts';

/** A folder's files, as a run holds some of them out. */
type Held = Readonly<Record<'train' | 'fit' | 'choose' | 'test', readonly HarvestedFile[]>>;

const FILE = 'trained-on.json';
/** Of held-out files, that a model has to be judged by. */
const ENOUGH = 0.5;

/** Hashes of masked texts: those it was trained on, and those its mixture was fitted and its training ended by. */
type TrainedOn = Readonly<Record<'train' | 'fit', readonly string[]>>;

const nothing: TrainedOn = { train: [], fit: [] };

/** @param before folder of the model that it was trained from, which was trained on others before */
export function keepTrainedOn(model: string, held: Pick<Held, 'train' | 'fit'>, before?: string): void {
  const known = before === undefined ? nothing : read(before);
  const of = (kind: keyof TrainedOn) => [...new Set([...known[kind], ...held[kind].map(hashOf)])];
  const row: TrainedOn = { train: of('train'), fit: of('fit') };
  replaceFile(join(model, FILE), [new TextEncoder().encode(JSON.stringify(row))]);
  listFiles(model);
}

/** Held-out files without what the model has learned; undefined where too few are left to judge it by. One that does not say what that was has learned none. */
export function unseenBy(model: string, held: Held): Held | undefined {
  const { train, fit } = read(model);
  const [learned, known] = [new Set(train), new Set([...train, ...fit])];
  const without = (files: readonly HarvestedFile[], seen: ReadonlySet<string>) =>
    seen.size === 0 ? files : files.filter((file) => !seen.has(hashOf(file)));
  const unseen = { choose: without(held.choose, known), test: without(held.test, known) };
  const isEnough = (['choose', 'test'] as const).every((kind) => unseen[kind].length >= ENOUGH * held[kind].length);
  return isEnough ? { ...held, ...unseen, fit: without(held.fit, learned) } : undefined;
}

/** Nothing where it was not kept, or cannot be read. */
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
