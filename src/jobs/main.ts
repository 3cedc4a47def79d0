// Entry of a job's process: one long job on a folder, with its own store, API and engine.

import { cancelled } from '../adaptation/cancellation.ts';
import { keptRows } from '../adaptation/kept/kept-rows.ts';
import { exportOwn } from '../adaptation/models/export-own.ts';
import { summaryOf } from '../adaptation/report/kept.ts';
import { readSecrets } from '../adaptation/reread-secrets.ts';
import type { PlanAnswer } from '../adaptation/types.ts';
import { messageOf, type Result } from '../common/errors.ts';
import type { Log, LogLevel } from '../common/log.ts';
import { quoted } from '../common/plain-text.ts';
import { adaptJob } from './adapt.ts';
import { downloadModelJob, findModelsJob, importBaseJob } from './own-bases.ts';
import type { JobDeps } from './paid-llm.ts';
import type { FromJob, JobCall, Jobs, ToJob } from './protocol.ts';
import { RelayedModels } from './relay.ts';
import { labellingJob, textTaskJob } from './text-task.ts';
import { writeTextJob } from './write-text.ts';

const jobs: {
  readonly [K in keyof Jobs]: (request: Jobs[K]['request'], deps: JobDeps) => Promise<Result<Jobs[K]['result']>>;
} = {
  adapt: adaptJob,
  secrets: (request, { signal, log }) => readSecrets(request, signal, log),
  kept: (request, deps) => summaryOf(keptRows(request, deps)),
  texts: textTaskJob,
  labelling: labellingJob,
  export: async (request, { signal, progress }) => exportOwn(request, signal, progress),
  write: writeTextJob,
  findModels: findModelsJob,
  importBase: importBaseJob,
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
