// What a run does with failures: those of the neural part are kept for the report, and the run continues without it.
import { CodedError, type Failure, failed, isCancelled, messageOf } from '../common/errors.ts';
import type { HarvestReport } from '../workspace/files/harvest-types.ts';
import { cancelledFailure } from './cancellation.ts';
import type { NeuralFailure } from './report/adapt-report.ts';
import type { Run } from './run.ts';

/** Error codes of a disk that is full, read-only, not ours, or gone. */
const unwritable: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO']);

/** Undefined if the work fails as expected; the report says why. */
export async function attempt<T>(
  run: Run,
  during: NeuralFailure['during'],
  work: () => T | Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    return keepFailure(run, during, error);
  }
}

/** Keeps an expected failure for the report. */
export function keepFailure(run: Run, during: NeuralFailure['during'], error: unknown): undefined {
  const { code, message } = expected(error);
  run.neuralFailure = { during, code, message };
}

/** Throws what is no expected failure. */
export function expected(error: unknown): CodedError {
  if (!(error instanceof CodedError) || isCancelled(error)) throw error;
  return error;
}

/** The failure that ends a run. Throws what is none. @param run undefined: it ended before the files were read */
export function failureOf(
  error: unknown,
  { specialistFolder, signal, run }: { specialistFolder: string; signal: AbortSignal; run: Run | undefined },
): { readonly ok: false; readonly error: Failure } {
  if (signal.aborted || (!(error instanceof CodedError) && isCancelled(error)))
    return cancelledFailure(specialistFolder, run && answersIn(run));
  if (error instanceof CodedError) return failed(error.code, error.message);
  if (unwritable.has((error as NodeJS.ErrnoException).code ?? ''))
    return failed(
      'unwritable',
      `${messageOf(error)}. Free disk space or make the folder writable, and start it again: it resumes.`,
    );
  throw new Error(`The adaptation run failed: ${messageOf(error)}`, { cause: error });
}

/** Number of stored answers of the models in this run. */
function answersIn({ runStore, models }: Run): number {
  return [...models].reduce((sum, model) => sum + (runStore?.answersOf(model).size ?? 0), 0);
}

export function nothingToLearn(root: string, harvest: HarvestReport): CodedError {
  const seen = Object.values(harvest.leftOut).reduce((sum, count) => sum + count, 0);
  const why =
    seen > 0
      ? `${seen === 1 ? 'The one file' : `All ${seen} files`} in it had to be left out (binary, ignored, generated, too large).${harvest.faults.map((fault) => ` ${fault}`).join('')}`
      : 'It holds no files.';
  return new CodedError(
    'nothing-to-learn',
    `There is nothing to learn from in ${root}. ${why} Open a folder that holds source code or text.`,
  );
}
