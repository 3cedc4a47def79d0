// An adaptation run with its store and its teacher: what the worker and the command line both call.

import { failed, ok, type Result } from '../common/errors.ts';
import { type Log, silentLog } from '../common/log.ts';
import type { Progress } from '../common/progress.ts';
import { parseFit } from '../coupling/serialise.ts';
import type { CouplingFit } from '../coupling/types.ts';
import type { Engine } from '../engine/client.ts';
import { openStore } from '../store/open.ts';
import { Budget } from '../teacher/budget.ts';
import { connectTeacher } from '../teacher/connect.ts';
import { RecordingTeacher } from '../teacher/recording.ts';
import { adapt } from './run.ts';
import type { AdaptOutcome, AdaptReport, AdaptRequest, ConfirmSpending } from './types.ts';

export interface SessionDeps {
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
    const coupling = parseFit(JSON.parse(row.coupling));
    return coupling.ok ? ok({ report: JSON.parse(row.report) as AdaptReport, coupling: coupling.value }) : coupling;
  } finally {
    store.close();
  }
}

export async function runWithStore(request: AdaptRequest, deps: SessionDeps): Promise<Result<AdaptOutcome>> {
  const log = deps.log ?? silentLog;
  const { store, notice } = openStore(request.storeFolder, { log });
  if (notice !== undefined) log.warn(notice);
  try {
    const { api } = request;
    const teacher =
      api &&
      new RecordingTeacher(connectTeacher(api.settings), store, {
        purpose: 'labelling',
        folder: request.root,
        budget: new Budget(api.budgetUsd),
      });
    return await adapt(request, {
      ...deps,
      log,
      teacher,
      record: (run) => store.recordAdaptation(request.root, run),
    });
  } finally {
    store.close();
  }
}
