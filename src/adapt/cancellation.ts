// Cancellation of a run: its failure, which names what the next run resumes from, and the check during long work.
import { type Failure, failed } from '../common/errors.ts';
import { counted } from '../common/format.ts';
import { trainingStatusOf } from '../specialist/engine/engine-protocol.ts';
import { workFolder } from './models/folder-models.ts';

/** @param answers stored answers of models at held-out positions */
export function cancelledFailure(
  specialistFolder: string,
  answers = 0,
): { readonly ok: false; readonly error: Failure } {
  const status = trainingStatusOf(workFolder(specialistFolder));
  const kept = [
    ...(answers > 0 ? [counted(answers, 'measured answer')] : []),
    ...(status?.kind === 'training' ? [`training up to step ${status.step} of ${status.totalSteps}`] : []),
    ...(status?.kind === 'trained' ? ['the trained model'] : []),
  ];
  const message = kept.length === 0 ? 'Stopped.' : `Stopped. Kept: ${kept.join(', ')}.`;
  return failed('cancelled', `${message} Start the adaptation again at any time: it resumes there.`);
}

/** Yields to the event loop, so that messages arrive. Rejects with the signal's reason when cancelled. */
export async function yieldToEvents(signal?: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
}
