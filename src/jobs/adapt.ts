// The adaptation job: opens store, API and its own engine, and passes them to the run.
import { basename, join } from 'node:path';
import { plainTextOf, REPORT_FILE, reportDocument } from '../adaptation/report/report-document.ts';
import { programOf } from '../adaptation/stages/drafts.ts';
import { adapt, type RunDeps } from '../adaptation/stages/run.ts';
import type { AdaptOutcome, AdaptRequest } from '../adaptation/types.ts';
import { failed, ok, type Result } from '../common/errors.ts';
import { replaceFile, sweepTemporary } from '../common/files.ts';
import type { Engine } from '../specialist/engine/client.ts';
import { EnginePair } from '../specialist/engine/pair.ts';
import { lockRun } from '../storage/lock.ts';
import { openLogged } from '../storage/open.ts';
import { PositionLedger } from '../storage/position-ledger.ts';
import { type JobDeps, paidLlm, troubleOf } from './paid-llm.ts';
import type { RunRequest } from './protocol.ts';

/**
 * Allows one run per folder, except runs that only index. A second run, of any process, fails with 'locked' and names
 * the first. When the promise settles, the run's child processes have ended.
 */
export async function adaptJob({ adapt: request, who, engine: start }: RunRequest, deps: JobDeps) {
  const engine = start && request.neural && new EnginePair({ ...start, log: deps.log });
  const program = programOf(start?.script, process.argv[1]);
  try {
    return await locked(request, who, () => withStore(request, engine, program, deps));
  } finally {
    await engine?.end();
  }
}

async function locked(
  { effort, storeFolder, root }: AdaptRequest,
  who: string,
  work: () => Promise<Result<AdaptOutcome>>,
): Promise<Result<AdaptOutcome>> {
  if (effort === 'index') return work();
  const lock = lockRun(storeFolder, root, who);
  if (!lock.ok) return lock;
  try {
    return await work();
  } finally {
    lock.value.release();
  }
}

async function withStore(
  request: AdaptRequest,
  engine: Engine | undefined,
  program: string,
  deps: JobDeps,
): Promise<Result<AdaptOutcome>> {
  sweepTemporary(request.specialistFolder, 'deep');
  sweepTemporary(request.storeFolder);
  const { log } = deps;
  const store = openLogged(request.storeFolder, log);
  const { api, root } = request;
  const ledger = request.effort === 'adapt' ? new PositionLedger(request.storeFolder, root, log) : undefined;
  let result: Result<AdaptOutcome>;
  let usesApi = false;
  const llm = api && paidLlm(api, store, root, deps);
  try {
    result = await adapt(request, {
      ...deps,
      engine,
      llm,
      askPlan: async (offer) => {
        const answer = (await deps.askPlan?.(offer)) ?? { kind: 'start', api: false };
        usesApi = answer.kind === 'start' && answer.api;
        return answer;
      },
      ledger,
      program,
      record: (finished) => {
        store.recordAdaptation(root, finished);
        writeReport(request.specialistFolder, finished);
      },
    });
  } finally {
    ledger?.close();
    store.close();
  }
  const trouble = usesApi ? troubleOf(store) : undefined;
  if (trouble === undefined) return result;
  if (!result.ok) return failed(result.error.code, `${result.error.message} ${trouble}`);
  return ok({ ...result.value, trouble });
}

/** Writes the report beside the specialist, as the terminal prints it. */
function writeReport(folder: string, { report, finishedAt }: Parameters<RunDeps['record']>[0]): void {
  const text = plainTextOf(reportDocument(report, basename(report.folder), finishedAt));
  replaceFile(join(folder, REPORT_FILE), [new TextEncoder().encode(`${text}\n`)]);
}
