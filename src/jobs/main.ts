// Entry of a job's process: one long job on a folder, with its own store, API and engine. An adaptation gets all
// three.
import { basename, dirname, join } from 'node:path';
import { adapt } from '../adapt/adapt.ts';
import { programOf } from '../adapt/drafts.ts';
import { keptRows } from '../adapt/kept/kept-rows.ts';
import { exportOwn } from '../adapt/models/folder-models.ts';
import { summaryOf } from '../adapt/report/kept.ts';
import { plainTextOf, REPORT_FILE, reportDocument } from '../adapt/report/report-document.ts';
import { type AdaptOutcome, type AdaptRequest, cancelled, type PlanAnswer } from '../adapt/request/adapt-request.ts';
import type { RunDeps } from '../adapt/run.ts';
import { failed, messageOf, ok, type Result } from '../common/errors.ts';
import { makePrivate, replaceFile, sweepTemporary } from '../common/files.ts';
import type { Log, LogLevel } from '../common/log.ts';
import { quoted } from '../common/plain-text.ts';
import { addGgufModel } from '../neural/models/import/add-gguf.ts';
import { discoverModels } from '../neural/models/import/discover-models.ts';
import type { Engine } from '../specialist/engine/engine-client.ts';
import { EnginePair } from '../specialist/engine/pair.ts';
import { lockRun } from '../storage/lock.ts';
import { openLogged } from '../storage/open.ts';
import { PositionLedger } from '../storage/position-ledger.ts';
import { harvestFolder } from '../workspace/files/folder.ts';
import { downloadModelJob } from './download-model.ts';
import type { FromJob, JobCall, Jobs, RunRequest, ToJob } from './job-protocol.ts';
import { type JobDeps, paidLlm, troubleOf } from './paid-llm.ts';
import { RelayedModels } from './relay.ts';
import { labellingJob, textTaskJob } from './text-task.ts';
import { writeTextJob } from './write-text.ts';

/**
 * Allows one run per folder, except runs that only index. A second run, of any process, fails with 'locked' and names
 * the first. When the promise settles, the run's child processes have ended.
 */
async function adaptJob({ adapt: request, who, engine: start }: RunRequest, deps: JobDeps) {
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

export const jobs: {
  readonly [K in keyof Jobs]: (request: Jobs[K]['request'], deps: JobDeps) => Promise<Result<Jobs[K]['result']>>;
} = {
  adapt: adaptJob,
  // For a session that starts from a stored index: secrets are never written to disk.
  secrets: async ({ root, harvest }, { signal, log }) => {
    const harvested = await harvestFolder(root, harvest, { signal, log });
    return harvested.ok ? ok(harvested.value.secrets.all) : harvested;
  },
  kept: (request, deps) => summaryOf(keptRows(request, deps)),
  texts: textTaskJob,
  labelling: labellingJob,
  export: async (request, { signal, progress }) => exportOwn(request, signal, progress),
  write: writeTextJob,
  // Only headers are read; no model is run.
  findModels: async (_, { signal }) => ok(await discoverModels(signal)),
  importBase: (request, { signal, progress }) => {
    makePrivate(dirname(request.into));
    return addGgufModel(request, signal, progress);
  },
  downloadModel: downloadModelJob,
};

const send = (message: FromJob) => {
  // The parent process may exit between two lines.
  if (process.connected) process.send?.(message, () => {});
};
const controller = new AbortController();
const relay = new RelayedModels(send);
let answer: (yes: boolean) => void = () => {};
let answerPlan: (answer: PlanAnswer) => void = () => {};

const line = (level: LogLevel) => (message: string, error?: unknown) =>
  send({ kind: 'log', level, message: error === undefined ? message : `${message}: ${messageOf(error)}` });
const log: Log = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };

function cancel(): void {
  controller.abort();
  answer(false);
  answerPlan({ kind: 'stop' });
}

async function run({ job, request }: JobCall): Promise<void> {
  const deps: JobDeps = {
    progress: (update) => send({ kind: 'progress', update }),
    confirm: (estimate) =>
      new Promise((resolve) => {
        answer = resolve;
        send({ kind: 'confirm', estimate });
      }),
    askPlan: (offer) =>
      new Promise((resolve) => {
        answerPlan = resolve;
        send({ kind: 'ask-plan', offer });
      }),
    signal: controller.signal,
    log,
    editor: relay,
  };
  try {
    const work = jobs[job] as (of: typeof request, deps: JobDeps) => Promise<Result<Jobs[keyof Jobs]['result']>>;
    send({ kind: 'done', result: await work(request, deps) });
  } catch (error) {
    // A cancelled job reports no error.
    if (controller.signal.aborted) return send({ kind: 'done', result: cancelled });
    log.error(`job '${job}'`, error instanceof Error ? error.stack : error);
    send({ kind: 'crashed', message: messageOf(error) });
  }
}

process.on('message', (message: ToJob) => {
  if (typeof message !== 'object' || message === null) return;
  if (message.kind === 'job' && Object.hasOwn(jobs, message.job)) void run(message);
  else if (message.kind === 'confirmed') answer(message.yes);
  else if (message.kind === 'plan-answered') answerPlan(message.answer);
  else if (message.kind === 'editor-text' || message.kind === 'editor-end') relay.take(message);
  else if (message.kind === 'cancel') cancel();
  else log.warn(`A job knows no message ${quoted((message as { kind: unknown }).kind)}.`);
});
// The parent has exited or disconnected; children of this process end too (common/child.ts).
process.on('disconnect', () => process.exit(0));
// The terminal sends these signals to every process; the parent decides and sends 'cancel'.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
process.on('SIGTERM', cancel);
