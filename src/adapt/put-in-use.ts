// Puts the chosen neural model in use, and removes what was rejected.
import type { ModelCandidate } from './choose.ts';
import { type HeldOut, keepTrainedOn } from './held-out-positions.ts';
import { activateModel, currentModel, dropModel, dropWork } from './models/folder-models.ts';
import type { AdaptRequest } from './request/adapt-request.ts';

/** Adapters of other bases are kept: this run did not compare them. */
export function putInUse(
  { specialistFolder, tokenizerPath: tokenizer }: AdaptRequest,
  used: ModelCandidate,
  held: HeldOut,
): void {
  if (used.name === 'adapted') {
    keepTrainedOn(used.model, held);
    activateModel(specialistFolder, used.model);
  } else dropWork(specialistFolder);
  if (used.name !== 'base') return;
  const { setAside } = currentModel(specialistFolder, { base: used.base, tokenizer });
  if (setAside?.code !== 'other-base') dropModel(specialistFolder);
}
