// The neural models that a run compares: the base, the earlier adapted model, and the one that it trains.

import { CodedError } from '../common/errors.ts';
import type { Sha256 } from '../common/file-hash.ts';
import type { MeasuredModel, ModelCandidate } from './choose.ts';
import type { HeldOutPositions } from './held-out-positions.ts';
import { modelFolderOf, ownModel } from './models/folder-models.ts';
import type { NeuralSession } from './neural-session.ts';
import type { ScoredPosition } from './positions/scored-positions.ts';
import type { Tell } from './progress.ts';
import { mixedQuality } from './report/figures.ts';
import { accessOf, type Run } from './run.ts';
import { expected } from './run-failures.ts';

/** A trained model: the hash of its weights. */
interface Trained {
  readonly weights: Sha256;
}

export function baseCandidate(run: Run): ModelCandidate {
  const { base } = accessOf(run);
  return { name: 'base', model: base, base };
}

export function adaptedCandidate(run: Run, { weights }: Trained): ModelCandidate {
  const model = modelFolderOf(weights, run.request.specialistFolder);
  const { base } = accessOf(run);
  if (model === undefined) throw new CodedError('unreadable', 'The adapted model does not exist any more.');
  return { name: 'adapted', model, base };
}

/** The model of an earlier adaptation; undefined if there is none, it does not open, or it cannot be judged fairly. */
export function earlierCandidate(run: Run, notes?: string[]): ModelCandidate | undefined {
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

/** Drafts at the validation positions. */
export async function draftAtValidation(
  session: NeuralSession,
  candidate: ModelCandidate,
  { choose }: HeldOutPositions,
  tell: Tell,
): Promise<MeasuredModel> {
  const scored = await session.drafts(candidate, choose, tell);
  return { ...candidate, scored, quality: mixedQuality(scored) };
}

/** Drafts of the chosen model, and of its base, at the test positions. */
export type Tested = Readonly<Record<'used' | 'base', readonly ScoredPosition[]>>;

export async function draftAtTest(
  run: Run,
  session: NeuralSession,
  { used, base }: Readonly<Record<'used' | 'base', ModelCandidate>>,
  { test }: HeldOutPositions,
): Promise<Tested> {
  const drafts = await session.drafts(used, test, run.stage('Testing the model in use'));
  if (used === base) return { used: drafts, base: drafts };
  return { used: drafts, base: await session.drafts(base, test, run.stage('Testing the base')) };
}

/**
 * The earlier model is optional: a note says why it was not measured. Undefined also if it is the model that this run
 * trained before an interruption.
 */
export async function measureEarlier(
  run: Run,
  session: NeuralSession,
  trained: Trained | undefined,
  positions: HeldOutPositions,
): Promise<MeasuredModel | undefined> {
  try {
    const earlier = earlierCandidate(run, run.notes);
    const isTrained = trained && modelFolderOf(trained.weights, run.request.specialistFolder) === earlier?.model;
    if (!earlier || isTrained) return undefined;
    return await draftAtValidation(session, earlier, positions, run.stage('Measuring the earlier model'));
  } catch (error) {
    run.notes.push(earlierNotMeasured(expected(error).message));
    return undefined;
  }
}

function earlierNotMeasured(message: string): string {
  return `The earlier model was not measured. ${message}`;
}
