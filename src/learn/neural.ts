// The neural models of a run: what is measured of each, which one stays, and how it does at the test.
import { dirname, join } from 'node:path';
import { CodedError, isCancelled } from '../common/errors.ts';
import type { Engine } from '../engine/client.ts';
import { mixedQuality, ownQuality } from '../report/figures.ts';
import type { ScoredPlace } from '../report/scored.ts';
import type { NeuralReport } from '../report/types.ts';
import { type Candidate, choose, type Measured, titles } from './choose.ts';
import { keepComparison } from './compared.ts';
import { answersOf, indexOf, signatureOfIndex } from './drafts.ts';
import { folderOf, isModel, ownModel, sweepModels } from './folder-models.ts';
import type { Chosen, LearnWalk, Run } from './made.ts';
import { Session } from './neural-session.ts';
import type { Tell } from './stage-walk.ts';
import type { Training } from './training.ts';
import type { NeuralAccess } from './types.ts';

/** Throws CodedError where there is no neural model to be had: the run then goes on without. */
export function accessOf({ engine, request: { neural } }: Run): NeuralAccess {
  if (!engine) throw new CodedError('unsupported', 'There is no neural engine here.');
  if (!neural || !isModel(neural.base)) throw new CodedError('unreadable', 'The base model is not installed.');
  return neural;
}

export function baseOf(run: Run): Candidate {
  const { base } = accessOf(run);
  return { name: 'base', model: base, base };
}

export function adaptedOf(run: Run, { base: name, weights }: Training): Candidate {
  const model = folderOf(weights, run.request.specialistFolder);
  const base = join(dirname(accessOf(run).base), name);
  if (model === undefined) throw new CodedError('unreadable', 'The adapted model is gone.');
  return { name: 'adapted', model, base };
}

/** Drafts at the validation places. */
export async function measure(walk: LearnWalk, candidate: Candidate, tell: Tell): Promise<Measured> {
  const session = await walk.get('session');
  const scored = await session.drafts(candidate, 'validation', walk.run.places.choose, tell);
  return { ...candidate, scored, quality: mixedQuality(scored) };
}

/** At the test places; what was drafted there is not drafted again where it is the base that stays. */
export function test(which: 'used' | 'base') {
  return async (walk: LearnWalk, tell: Tell): Promise<readonly ScoredPlace[]> => {
    const chosen = (await walk.get('chosen')) as Chosen;
    if (which === 'base' && chosen.used === chosen.base) return walk.get('tested');
    return (await walk.get('session')).drafts(chosen[which], 'test', walk.run.places.test, tell);
  };
}

export function sessionOf(walk: LearnWalk): Session {
  const { run } = walk;
  return new Session({
    engine: run.engine as Engine,
    access: accessOf(run),
    specialistFolder: run.request.specialistFolder,
    tokenizerPath: run.request.tokenizerPath,
    signal: run.signal,
    fit: run.places.fit,
    fitted: walk.sources.fit,
    index: async () => (await indexOf(walk)).serialize(),
    indexed: () => signatureOfIndex(walk),
    answersOf: (model, split) => answersOf(run, model, split),
  });
}

/** What an adaptation before left; undefined where it is what this one makes, or does not serve and nothing could show that it should. */
export async function measureEarlier(walk: LearnWalk, tell: Tell): Promise<Measured | undefined> {
  const { request, places, notes } = walk.run;
  const { base } = accessOf(walk.run);
  const own = ownModel(request.specialistFolder, { base, tokenizer: request.tokenizerPath });
  if (!own?.ok) {
    if (own) notes.push(`There is an earlier model. ${own.error.message}`);
    return undefined;
  }
  const { model, over, serves } = own.value;
  const made = await walk.known('training');
  if (made && folderOf(made.weights, request.specialistFolder) === model) return undefined;
  if (!serves && places.choose.length === 0) return undefined;
  return measure(walk, { name: 'earlier', model, base: over }, tell);
}

/** Undefined where the run has no neural part, or it cannot be had: a note says why. */
export async function chooseModel(walk: LearnWalk): Promise<Chosen | undefined> {
  const { request, notes } = walk.run;
  if (request.neural === undefined) return undefined;
  try {
    const made = await walk.known('training');
    sweepModels(request.specialistFolder, made && folderOf(made.weights, request.specialistFolder));
    const base = await walk.get('base');
    const earlier = await attempt(() => walk.get('earlier'), notes);
    const training = await attempt(() => walk.get('training'), notes);
    notes.push(...(training?.notes ?? []));
    const adapted = training && (await attempt(() => walk.get('adapted'), notes));
    const known = [adapted, earlier, base].filter((each) => each !== undefined);
    const { used, why } = choose(known, training, base.model);
    if (used !== base && base.quality.places > 0) keepComparison(used.model, base.model, used.quality, base.quality);
    if (adapted && used.name !== 'adapted')
      notes.push(`The adapted model was rolled back: ${why} In use: ${titles[used.name]}.`);
    const chosenFrom = Object.fromEntries(known.map(({ name, quality }) => [name, quality]));
    return { used, base, training, report: { why, chosenFrom: { base: base.quality, ...chosenFrom } } };
  } catch (error) {
    return leftOut(error, notes);
  }
}

interface Tested {
  readonly places: readonly ScoredPlace[];
  readonly report: Omit<NeuralReport, 'ngramCoupling'>;
}

/** How what stays does at places that nothing was chosen by. */
export async function testOf(walk: LearnWalk, { used, base, training, report }: Chosen): Promise<Tested | undefined> {
  try {
    const places = await walk.get('tested');
    const ofBase = await walk.get('testedBase');
    const { memory } = await walk.get('session');
    const quality: NeuralReport['quality'] = {
      ngram: ownQuality(await walk.get('measured')),
      base: mixedQuality(ofBase),
      ...(used !== base && { [used.name]: mixedQuality(places) }),
    };
    const peakMemoryBytes = Math.max(memory, training?.peakMemoryBytes ?? 0);
    return { places, report: { used: used.name, ...report, quality, training: training?.report, peakMemoryBytes } };
  } catch (error) {
    return leftOut(error, walk.run.notes);
  }
}

function leftOut(error: unknown, notes: string[]): undefined {
  if (!(error instanceof CodedError) || isCancelled(error)) throw error;
  notes.push(`The neural model was left out, the n-grams answer alone. ${error.message}`);
}

/** Runs what the run can do without. */
async function attempt<T>(work: () => Promise<T>, notes: string[]): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CodedError) || isCancelled(error)) throw error;
    notes.push(`The neural model was not adapted: ${error.message}`);
    return undefined;
  }
}
