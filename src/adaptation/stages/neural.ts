// The neural models of a run: measures each, chooses the one to use, and tests it.
import { basename } from 'node:path';
import { CodedError, isCancelled } from '../../common/errors.ts';
import { ggufManifest } from '../../neural/models/manifest.ts';
import type { Engine } from '../../specialist/engine/client.ts';
import { ggufMixture, isModel, modelFolderOf, ownModel, sweepModels, workFolder } from '../models/folder-models.ts';
import { mixedQuality, qualityOf, type ScoredPosition } from '../report/figures.ts';
import type { NeuralFailure, NeuralReport } from '../report/types.ts';
import type { NeuralAccess } from '../types.ts';
import { choose, type MeasuredModel, type ModelCandidate } from './choose.ts';
import { answersOf, signatureOfIndex } from './drafts.ts';
import { secondsPerPosition } from './evaluate.ts';
import { type HeldOutPositions, halved } from './held-out-positions.ts';
import { NeuralSession } from './neural-session.ts';
import type { Chosen, LearnStages, Run, ServedDrafts } from './stage-outputs.ts';
import type { Tell } from './stage-runner.ts';
import type { Training } from './training.ts';

/** Throws CodedError if there is no engine or no base model; the run then continues without a neural model. */
export function accessOf({ engine, request: { neural } }: Run): NeuralAccess {
  if (!engine) throw new CodedError('unsupported', 'There is no neural engine here.');
  if (!neural || !isModel(neural.base)) throw new CodedError('unreadable', 'The base model is not installed.');
  return neural;
}

export function baseCandidate(run: Run): ModelCandidate {
  const { base } = accessOf(run);
  return { name: 'base', model: base, base };
}

export function adaptedOf(run: Run, { weights }: Training): ModelCandidate {
  const model = modelFolderOf(weights, run.request.specialistFolder);
  const { base } = accessOf(run);
  if (model === undefined) throw new CodedError('unreadable', 'The adapted model does not exist any more.');
  return { name: 'adapted', model, base };
}

/** Drafts at the validation positions. */
export async function measure(runner: LearnStages, candidate: ModelCandidate, tell: Tell): Promise<MeasuredModel> {
  const session = await runner.get('session');
  const scored = await session.drafts(candidate, (await measuredPositionsOf(runner)).choose, tell);
  return { ...candidate, scored, quality: mixedQuality(scored) };
}

/** Positions for the neural models: as many as the budget allows. */
export async function measuredPositionsOf(runner: LearnStages): Promise<HeldOutPositions> {
  return halved(runner.run.positions, (await runner.get('agreed')).halvings);
}

/** Drafts at the test positions. If the base is the model used, it drafts only once. */
export function test(which: 'used' | 'base') {
  return async (runner: LearnStages, tell: Tell): Promise<readonly ScoredPosition[]> => {
    const chosen = (await runner.get('chosen')) as Chosen;
    if (which === 'base' && chosen.used === chosen.base) return runner.get('tested');
    return (await runner.get('session')).drafts(chosen[which], (await measuredPositionsOf(runner)).test, tell);
  };
}

export function sessionOf(runner: LearnStages): NeuralSession {
  const { run } = runner;
  return new NeuralSession({
    engine: run.engine as Engine,
    access: accessOf(run),
    work: workFolder(run.request.specialistFolder),
    tokenizerPath: run.request.tokenizerPath,
    signal: run.signal,
    mixture: ggufMixture(run.request.specialistFolder, accessOf(run).base),
    fit: run.positions.fit,
    fitted: runner.sources.fit,
    index: async () => (await runner.get('index')).serialize(),
    indexed: signatureOfIndex(runner),
    answersOf: (model) => answersOf(run, model),
  });
}

/** The model of an earlier adaptation; undefined if there is none, it does not open, or it cannot be judged fairly. */
export function earlierOf(run: Run, notes?: string[]): ModelCandidate | undefined {
  const { request, positions, judgesEarlier } = run;
  const { base } = accessOf(run);
  const own = ownModel(request.specialistFolder, { base, tokenizer: request.tokenizerPath });
  if (own?.ok === false) notes?.push(earlierNotMeasured(own.error.message));
  if (!own?.ok || positions.choose.length === 0) return undefined;
  if (!judgesEarlier) {
    notes?.push(
      'The earlier model was not measured, because it was trained on most of the files that are held out now.',
    );
    return undefined;
  }
  return { name: 'earlier', model: own.value, base };
}

/** Measures the earlier model. Undefined also if it is the model that this run trained before an interruption. */
export async function measureEarlier(runner: LearnStages, tell: Tell): Promise<MeasuredModel | undefined> {
  const earlier = earlierOf(runner.run, runner.run.notes);
  const trained = await runner.known('training');
  if (!earlier || (trained && modelFolderOf(trained.weights, runner.run.request.specialistFolder) === earlier.model))
    return undefined;
  return measure(runner, earlier, tell);
}

/** Undefined if the run has no neural part or cannot use one: a note says why. */
export async function chooseModel(runner: LearnStages): Promise<Chosen | undefined> {
  const { request, notes } = runner.run;
  if (request.neural === undefined) return undefined;
  try {
    const trained = await runner.known('training');
    sweepModels(request.specialistFolder, trained && modelFolderOf(trained.weights, request.specialistFolder));
    const agreed = await runner.get('agreed');
    const { base: timed, why: untrainable = '' } = await runner.get('pace');
    if (!timed && !ggufManifest(accessOf(runner.run).base))
      keepFailure(runner.run, 'training', new CodedError('unsupported', untrainable));
    runner.run.plan(await runner.get('ahead'));
    const base = await runner.get('base');
    const perPlace = secondsPerPosition(base.scored);
    runner.run.plan({ ...(await runner.get('ahead')), perPlace, base: 0 });
    const earlier = await earlierMeasured(runner);
    const training = agreed.training && (await attempt(runner.run, () => runner.get('training')));
    notes.push(...(training?.notes ?? []), ...(agreed.why === undefined ? [] : [agreed.why]));
    const adapted =
      training?.dropped === undefined
        ? training && (await attempt(runner.run, () => runner.get('adapted')))
        : undefined;
    const known = [adapted, earlier, base].filter((each) => each !== undefined);
    const chosen = choose(known, training);
    const { used } = chosen;
    const why = training?.dropped ?? chosen.why;
    if (adapted && used.name !== 'adapted')
      await runner.keep('training', { ...(training as Training), dropped: why, judged: adapted.quality });
    const chosenFrom = Object.fromEntries(known.map(({ name, quality }) => [name, quality]));
    // This run measured its model before an interruption and did not keep it.
    const judged = training?.judged && { adapted: training.judged };
    return { used, base, training, report: { why, chosenFrom: { base: base.quality, ...judged, ...chosenFrom } } };
  } catch (error) {
    return keepFailure(runner.run, 'measuring', error);
  }
}

/** The drafts of the model used, or of the n-grams alone. */
export async function servedDrafts(runner: LearnStages): Promise<ServedDrafts> {
  const chosen = await runner.get('chosen');
  const neural = chosen && (await testOf(runner, chosen));
  return neural ?? { choose: await runner.get('ngramsAtValidation'), test: await runner.get('ngramsAtTest') };
}

/** Tests the model used and the base at positions that influenced no decision. */
async function testOf(
  runner: LearnStages,
  { used, base, training, report }: Chosen,
): Promise<ServedDrafts | undefined> {
  try {
    const tested = await runner.get('tested');
    const baseScored = await runner.get('testedBase');
    const { memory } = await runner.get('session');
    const quality: NeuralReport['quality'] = {
      ngram: qualityOf(await measuredAlone(runner)),
      base: mixedQuality(baseScored),
      ...(used !== base && { [used.name]: mixedQuality(tested) }),
    };
    const peakMemoryBytes = Math.max(memory, training?.peakMemoryBytes ?? 0);
    const full = {
      ...{ used: used.name, base: basename(used.base), ...report },
      ...{ quality, training: training?.report, peakMemoryBytes },
    };
    return { choose: used.scored, test: tested, neural: { used, report: full } };
  } catch (error) {
    return keepFailure(runner.run, 'measuring', error);
  }
}

/** The drafts of the n-grams alone at the same test positions. */
async function measuredAlone(runner: LearnStages): Promise<readonly ScoredPosition[]> {
  const positions = new Set((await measuredPositionsOf(runner)).test);
  return (await runner.get('ngramsAtTest')).filter(({ example }) => positions.has(example));
}

/** Keeps an expected failure for the report. */
function keepFailure(run: Run, during: NeuralFailure['during'], error: unknown): undefined {
  const { code, message } = expected(error);
  run.neuralFailure = { during, code, message };
}

/** The earlier model is optional: a note says why it was not measured. */
async function earlierMeasured(runner: LearnStages): Promise<MeasuredModel | undefined> {
  try {
    return await runner.get('earlier');
  } catch (error) {
    runner.run.notes.push(earlierNotMeasured(expected(error).message));
    return undefined;
  }
}

function earlierNotMeasured(message: string): string {
  return `The earlier model was not measured. ${message}`;
}

/** Trains and measures the adapted model. An expected failure is kept for the report. */
async function attempt<T>(run: Run, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    return keepFailure(run, 'training', error);
  }
}

/** Throws what is no expected failure. */
function expected(error: unknown): CodedError {
  if (!(error instanceof CodedError) || isCancelled(error)) throw error;
  return error;
}
