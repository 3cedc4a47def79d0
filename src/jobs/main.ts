// Entry of a job's process: one long job on a folder, with its own store and API. An adaptation runs the neural engine
// in this process, too: if native code ends it, the owner starts the job again, and it resumes.
import { dirname } from 'node:path';
import { adapt } from '../adapt/adapt.ts';
import { programOf } from '../adapt/drafts.ts';
import { keptRows } from '../adapt/kept/kept-rows.ts';
import { exportOwn } from '../adapt/models/folder-models.ts';
import { summaryOf } from '../adapt/report/kept.ts';
import { type AdaptOutcome, type AdaptRequest, cancelled } from '../adapt/request/adapt-request.ts';
import { serveParent } from '../common/child.ts';
import { CodedError, failed, messageOf, ok, type Result, unwrap } from '../common/errors.ts';
import { makePrivate, sweepTemporary } from '../common/files.ts';
import type { Log, LogLevel } from '../common/log.ts';
import type { ProgressUpdate } from '../common/progress.ts';
import type { Handlers, Handling } from '../common/remote.ts';
import { addGgufModel } from '../neural/models/import/add-gguf.ts';
import { discoverModels } from '../neural/models/import/discover-models.ts';
import type { Engine } from '../specialist/engine/engine-protocol.ts';
import { JobEngine } from '../specialist/engine/job-engine.ts';
import { PROBE_ARGUMENT, probeThisProcess } from '../specialist/engine/probe.ts';
import { lockRun } from '../storage/lock.ts';
import { openLogged } from '../storage/open.ts';
import { RunStore } from '../storage/run-store.ts';
import { harvestFolder } from '../workspace/files/folder.ts';
import { downloadModelJob } from './download-model.ts';
import { type EngineStart, type Jobs, type OwnerRequests, type RunRequest, stoppedMessage } from './job-protocol.ts';
import { type JobDeps, paidLlm, troubleOf } from './paid-llm.ts';
import { relayedModels } from './relay.ts';
import { labellingJob, textTaskJob } from './text-task.ts';
import { writeTextJob } from './write-text.ts';

/**
 * Allows one run per folder, except runs that only index. A second run, of any process, fails with 'locked' and names
 * the first.
 */
async function adaptJob({ adapt: request, who, engine }: RunRequest, deps: JobDeps) {
  const start = request.neural && engine;
  return locked(request, who, () => withStore(request, start && engineOf(start), deps));
}

function engineOf({ memoryCeiling, refused }: EngineStart): Engine {
  if (refused) return { request: async () => ({ ok: false, error: refused }) };
  running = new JobEngine({ memoryCeiling, onAlive: alive });
  return running;
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
  deps: JobDeps,
): Promise<Result<AdaptOutcome>> {
  sweepTemporary(request.specialistFolder, 'deep');
  sweepTemporary(request.storeFolder);
  const { log } = deps;
  const store = openLogged(request.storeFolder, log);
  const { api, root } = request;
  const runStore = request.effort === 'adapt' ? new RunStore(request.storeFolder, root, log) : undefined;
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
      runStore,
      program: programOf(process.argv[1]),
      record: (finished) => void store.recordAdaptation(root, finished),
    });
  } finally {
    runStore?.close();
    store.close();
  }
  const trouble = usesApi ? troubleOf(store) : undefined;
  if (trouble === undefined) return result;
  if (!result.ok) return failed(result.error.code, `${result.error.message} ${trouble}`);
  return ok({ ...result.value, trouble });
}

const jobs: {
  readonly [K in keyof Jobs]: (of: Jobs[K]['request'], deps: JobDeps) => Promise<Result<Jobs[K]['result']>>;
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

/** Interval of the signs of life, ms. */
const ALIVE_MS = 10_000;
/** The engine of this process. */
let running: JobEngine | undefined;
let aliveAt = 0;

function alive(): void {
  if (performance.now() - aliveAt < ALIVE_MS) return;
  aliveAt = performance.now();
  owner.send({ kind: 'alive' });
}

const line = (level: LogLevel) => (message: string, error?: unknown) =>
  owner.send({ kind: 'log', level, message: error === undefined ? message : `${message}: ${messageOf(error)}` });
const log: Log = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };

function handlerOf<K extends keyof Jobs>(job: K) {
  const work: (of: Jobs[K]['request'], deps: JobDeps) => Promise<Result<Jobs[K]['result']>> = jobs[job];
  return async (request: Jobs[K]['request'], { signal, progress }: Handling<ProgressUpdate>) => {
    const { ask } = owner;
    const deps: JobDeps = {
      progress,
      signal,
      log,
      confirm: async (estimate) => {
        const answer = await ask('confirm', estimate, { signal });
        return answer.ok && answer.value;
      },
      askPlan: async (offer) => {
        const answer = await ask('askPlan', offer, { signal });
        return answer.ok ? answer.value : { kind: 'stop' };
      },
      editor: relayedModels(ask),
    };
    try {
      return unwrap(await work(request, deps));
    } catch (error) {
      if (error instanceof CodedError) throw error;
      // A cancelled job reports no error.
      if (signal.aborted) return unwrap(cancelled);
      log.error(`job '${job}'`, error instanceof Error ? error.stack : error);
      throw new CodedError('crashed', stoppedMessage(job, messageOf(error)));
    }
  };
}

const handlers = Object.fromEntries(Object.keys(jobs).map((job) => [job, handlerOf(job as keyof Jobs)]));
const owner = serveParent<Jobs, OwnerRequests>(handlers as unknown as Handlers<Jobs>);

if (process.argv.includes(PROBE_ARGUMENT)) void probeThisProcess().then((result) => process.send?.(result));
else {
  // While a model runs, only its requests are signs of life.
  setInterval(() => running?.isWorking || alive(), ALIVE_MS).unref();
  process.on('SIGTERM', () => void owner.stop());
}
