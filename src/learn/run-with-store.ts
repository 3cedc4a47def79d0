// An adaptation run with its store and its teacher: what the worker and the command line both call.

import { failed, ok, type Result } from '../common/errors.ts';
import { sweepTemporary } from '../common/files.ts';
import { counted } from '../common/format.ts';
import { type Log, silentLog } from '../common/log.ts';
import type { Progress } from '../common/progress.ts';
import type { CouplingFit } from '../coupling/types.ts';
import type { Engine } from '../engine/client.ts';
import { lockRun } from '../store/lock.ts';
import { openStore } from '../store/open.ts';
import type { ResilientStore } from '../store/resilient.ts';
import { Budget } from '../teacher/budget.ts';
import { connectTeacher } from '../teacher/connect.ts';
import { RecordingTeacher } from '../teacher/recording.ts';
import { adapt } from './run.ts';
import { storedFit, storedReport } from './stored.ts';
import type { AdaptOutcome, AdaptReport, AdaptRequest, ConfirmSpending } from './types.ts';

export interface SessionDeps {
  /** Who runs, for whoever finds the folder locked: 'npm start', 'the editor'. */
  readonly who: string;
  /** For a request with a neural part. */
  readonly engine?: Engine | undefined;
  readonly confirm: ConfirmSpending;
  readonly progress?: Progress;
  readonly signal: AbortSignal;
  readonly log?: Log;
}

/** The folder's last finished adaptation, from the store. */
export function latestAdaptation(
  request: Pick<AdaptRequest, 'root' | 'storeFolder'>,
  log: Log,
): Result<{ readonly report: AdaptReport; readonly coupling: CouplingFit }> {
  const { store, notice } = openStore(request.storeFolder, { log });
  if (notice !== undefined) log.warn(notice);
  try {
    const row = store.latestAdaptation(request.root);
    if (row === undefined) {
      return failed('nothing-to-learn', `${request.root} has no adaptation yet. Run: npm start -- ${request.root}`);
    }
    const coupling = storedFit(row.coupling);
    if (!coupling.ok) return coupling;
    const report = storedReport(row.report);
    if (report !== undefined) return ok({ report, coupling: coupling.value });
    return failed('corrupt', `The report on ${request.root} is damaged. Adapt again: npm start -- ${request.root}`);
  } finally {
    store.close();
  }
}

/** One run a folder: a second adaptation, of whichever process, is a failure 'locked' that says who runs. */
export async function runWithStore(request: AdaptRequest, deps: SessionDeps): Promise<Result<AdaptOutcome>> {
  if (request.effort === 'index') return run(request, deps);
  const lock = lockRun(request.storeFolder, request.root, deps.who);
  if (!lock.ok) return lock;
  try {
    return await run(request, deps);
  } finally {
    lock.value.release();
  }
}

async function run(request: AdaptRequest, deps: SessionDeps): Promise<Result<AdaptOutcome>> {
  sweepTemporary(request.specialistFolder, 'deep');
  sweepTemporary(request.storeFolder);
  const log = deps.log ?? silentLog;
  const { store, notice } = openStore(request.storeFolder, { log, onNotice: (said) => log.warn(said) });
  if (notice !== undefined) log.warn(notice);
  const { api } = request;
  let result: Result<AdaptOutcome>;
  let asked = false;
  try {
    const teacher =
      api &&
      new RecordingTeacher(connectTeacher(api.settings), store, {
        purpose: 'labelling',
        folder: request.root,
        budget: new Budget(() => store, api.budgetUsd),
        log,
      });
    result = await adapt(request, {
      ...deps,
      log,
      teacher,
      confirm: async (estimate) => {
        asked = await deps.confirm(estimate);
        return asked;
      },
      record: (finished) => store.recordAdaptation(request.root, finished),
    });
  } finally {
    store.close();
  }
  const trouble = asked ? troubleOf(store) : undefined;
  if (trouble === undefined) return result;
  if (!result.ok) return failed(result.error.code, `${result.error.message} ${trouble}`);
  return ok({ ...result.value, trouble });
}

/** Of a store that is closed: whether it kept what was paid for. */
function troubleOf({ trouble, unsaved }: ResilientStore): string | undefined {
  if (trouble === undefined) return undefined;
  const { answers, usd } = unsaved;
  const end =
    answers === 0
      ? 'Every answer that was paid for is stored.'
      : `${counted(answers, 'answer')} paid for ($${usd.toFixed(4)}) could not be stored.`;
  return `The API was not asked to the end. ${trouble} ${end}`;
}
