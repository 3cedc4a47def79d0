// The weights that mix a neural model with the n-grams: of a base that has none of its own, and of the adapted model.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Sha256, sha256Of } from '../common/file-hash.ts';
import { MIXTURE_FILE } from '../specialist/engine/engine-protocol.ts';
import { adaptedCandidate, baseCandidate } from './candidates.ts';
import type { HeldOutPositions } from './held-out-positions.ts';
import { modelFolderOf } from './models/folder-models.ts';
import type { NeuralSession } from './neural-session.ts';
import type { Plan } from './plan.ts';
import type { Tell } from './progress.ts';
import type { Run } from './run.ts';
import type { Training } from './train-on-folder.ts';

/** Identifies the fitted mixture that is stored beside the adapted model. */
interface FittedMixture {
  /** Hashes of the model's weights and of the mixture's file; null: there is no mixture. */
  readonly of: Sha256;
  readonly file: Sha256 | null;
}

/** Share of the budget for fitting the mixture of a base that has no weights of its own, with and without training. */
const MIXTURE_SHARE = { trains: 0.1, fits: 0.5 };

/** For a base that has no weights of its own. */
export function fitBaseMixture(run: Run, session: NeuralSession, { training, minutes }: Plan, tell: Tell) {
  const seconds = 60 * minutes * (training ? MIXTURE_SHARE.trains : MIXTURE_SHARE.fits);
  return session.fitBase(baseCandidate(run), seconds, tell);
}

export function mixtureInputs({ digests, request }: Run, training: Training): unknown {
  return [training, digests.train, digests.fit, sha256Of(request.tokenizerPath)];
}

/** Whether the stored mixture is beside its model. */
export function isMixed({ request }: Run): (mixture: FittedMixture) => boolean {
  return ({ of, file }) => {
    const model = modelFolderOf(of, request.specialistFolder);
    return model !== undefined && mixtureIn(model) === file;
  };
}

export async function fitAdaptedMixture(
  run: Run,
  session: NeuralSession,
  training: Training,
  { fit }: HeldOutPositions,
): Promise<FittedMixture> {
  const adapted = adaptedCandidate(run, training);
  await session.fitMixture(adapted, fit, run.stage('Mixing the adapted model with the n-grams'));
  return { of: training.weights, file: mixtureIn(adapted.model) };
}

function mixtureIn(model: string): Sha256 | null {
  const path = join(model, MIXTURE_FILE);
  return existsSync(path) ? sha256Of(path) : null;
}
