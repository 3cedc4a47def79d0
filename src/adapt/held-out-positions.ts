// Holds files out of training, and draws cursor positions for fitting and measuring, spread evenly over these files.
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../common/files.ts';
import { type CursorExample, sampleExamples } from '../prompts/completion/cursor-examples.ts';
import { firstHalf } from '../workspace/files/file-names.ts';
import type { HarvestedFile, Split } from '../workspace/files/harvest-types.ts';
import { digest } from './step.ts';

/**
 * Three splits, of which validation is halved: one half fits the mixture, the other chooses the model and fits the
 * router.
 */
export interface HeldOut {
  readonly train: readonly HarvestedFile[];
  readonly fit: readonly HarvestedFile[];
  readonly choose: readonly HarvestedFile[];
  readonly test: readonly HarvestedFile[];
}

export function holdOut(files: readonly HarvestedFile[]): HeldOut {
  const of = (split: Split) => files.filter((file) => file.split === split);
  const validation = of('validation');
  // A single validation file goes to the router: the shipped mixing weights are sound defaults,
  // while a router without local labels is only a prior.
  const fit = firstHalf(validation.map(({ path }) => path));
  return {
    train: of('train'),
    fit: validation.filter(({ path }) => fit.has(path)),
    choose: validation.filter(({ path }) => !fit.has(path)),
    test: of('test'),
  };
}

/**
 * The split of a run. Held-out files that the earlier model was trained on are left out, unless too few remain.
 * @param earlier folder of the earlier model, if the run measures it
 */
export function heldOutFor(
  files: readonly HarvestedFile[],
  earlier: string | undefined,
): { readonly held: HeldOut; readonly judgesEarlier: boolean } {
  const all = holdOut(files);
  if (earlier === undefined) return { held: all, judgesEarlier: true };
  const unseen = unseenBy(earlier, all);
  return { held: unseen ?? all, judgesEarlier: unseen !== undefined };
}

/** Digest of each split: paths and redacted texts of its files. */
export function digestsOf(held: HeldOut): Readonly<Record<keyof HeldOut, string>> {
  const of = (files: readonly HarvestedFile[]) => digest(files.map(({ path, hash: text }) => [path, text]));
  return { train: of(held.train), fit: of(held.fit), choose: of(held.choose), test: of(held.test) };
}

/** The files that a model was trained on, stored beside it: a moved file may be held out under its new path. */
const TRAINED_ON = 'trained-on.json';
/** Minimum share of held-out files for judging a model. */
const ENOUGH = 0.5;

/** Hashes of redacted texts: of the training files, and of the files for its mixture and early stopping. */
type TrainedOn = Readonly<Record<'train' | 'fit', readonly string[]>>;

const nothing: TrainedOn = { train: [], fit: [] };

export function keepTrainedOn(model: string, held: Pick<HeldOut, 'train' | 'fit'>): void {
  const of = (kind: keyof TrainedOn) => [...new Set(held[kind].map(hashOf))];
  const row: TrainedOn = { train: of('train'), fit: of('fit') };
  replaceFile(join(model, TRAINED_ON), [new TextEncoder().encode(JSON.stringify(row))]);
}

/**
 * Held-out files that the model was not trained on; undefined if too few are left. A model without a list was trained
 * on none. Files for fitting stay, because they do not judge it.
 */
export function unseenBy(model: string, held: HeldOut): HeldOut | undefined {
  const { train, fit } = readTrainedOn(model);
  const known = new Set([...train, ...fit]);
  const without = (files: readonly HarvestedFile[]) =>
    known.size === 0 ? files : files.filter((file) => !known.has(hashOf(file)));
  const unseen = { choose: without(held.choose), test: without(held.test) };
  const isEnough = (['choose', 'test'] as const).every((kind) => unseen[kind].length >= ENOUGH * held[kind].length);
  return isEnough ? { ...held, ...unseen } : undefined;
}

/** Nothing if it is not stored or not readable. */
function readTrainedOn(model: string): TrainedOn {
  try {
    const json = JSON.parse(readFileSync(join(model, TRAINED_ON), 'utf8')) as Partial<Record<string, unknown>>;
    const of = (kind: keyof TrainedOn) => (Array.isArray(json[kind]) ? json[kind].map(String) : []);
    return { train: of('train'), fit: of('fit') };
  } catch {
    return nothing;
  }
}

const hashOf = ({ text }: HarvestedFile) => hash('sha256', text, 'hex').slice(0, 16);

/**
 * Maximum positions: `fit` for the mixture, `choose` for the choice of the model and the router, `test` for the report.
 * Every model drafts at `choose`; the base and the model in use also draft at `test`. 400 give exact match +-2.5%.
 */
const limits = { fit: 120, choose: 400, test: 240 };
const seed = 1;

export type HeldOutPositions = Readonly<Record<keyof typeof limits, readonly CursorExample[]>>;

/** The positions of each kind of held-out files. */
export function heldOutPositions(held: HeldOut): HeldOutPositions {
  const of = (kind: keyof typeof limits) => sampleExamples(held[kind], limits[kind], seed);
  return { fit: of('fit'), choose: of('choose'), test: of('test') };
}

/** With less than a quarter (100 and 60) a better model is not told from chance: training's time is cut before them. */
export const MAX_HALVINGS = 2;

/** At most 1/2^times of the limits, evenly spread. Smaller samples are parts of larger ones, so answers are reused. */
export function halved({ fit, choose, test }: HeldOutPositions, times: number): HeldOutPositions {
  const of = (kind: keyof typeof limits, positions: readonly CursorExample[]) =>
    sample(positions, limits[kind] >> times);
  return { fit: of('fit', fit), choose: of('choose', choose), test: of('test', test) };
}

/** Test positions for the report, as a share of the calls. Each is asked twice; the rest are validation positions. */
const testShare = 0.3;

/** Orders items by multiples of the golden ratio, so that each beginning of the list covers the whole list. */
export function spread<T>(items: readonly T[]): T[] {
  const golden = (Math.sqrt(5) - 1) / 2;
  return items
    .map((item, index) => ({ item, at: (index * golden) % 1 }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** The positions that the API labels with at most `count` calls, evenly spread. */
export function positionsToAsk<T>(validation: readonly T[], test: readonly T[], count: number) {
  const tested = sample(test, Math.floor(count * testShare));
  return { validation: sample(validation, count - 2 * tested.length), test: tested };
}

/**
 * A sample of at most `count` items that keeps the order and takes every n-th, so that it covers all files.
 */
export function sample<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, index) => items[Math.floor((index * items.length) / count)] as T);
}
