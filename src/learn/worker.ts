// Worker thread entry: one long job on a folder, off the extension host's thread.

import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, type Result } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { RemoteEngine } from './engine-relay.ts';
import { keptSummary } from './kept-summary.ts';
import type { FromWorker, Jobs, ToWorker, WorkerData } from './messages.ts';
import { readSecrets } from './reread-secrets.ts';
import { runWithStore } from './run-with-store.ts';

type Job = Extract<ToWorker, { kind: 'job' }>;

const port = parentPort;
if (port === null) throw new Error('this file is the entry of a worker thread');
const send = (message: FromWorker) => port.postMessage(message);
const controller = new AbortController();
let answer: (yes: boolean) => void = () => {};

const line = (level: 'debug' | 'info' | 'warn' | 'error') => (message: string, error?: unknown) =>
  send({ kind: 'log', level, message: error === undefined ? message : `${message}: ${messageOf(error)}` });
const log: Log = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };

const engine = new RemoteEngine(send);

port.on('message', (message: ToWorker) => {
  if (typeof message !== 'object' || message === null) return;
  if (message.kind === 'job') void run(message);
  else if (message.kind === 'confirmed') answer(message.yes);
  else if (message.kind === 'cancel') {
    controller.abort();
    answer(false);
  } else if (message.kind === 'engine-progress' || message.kind === 'engine-result') engine.receive(message);
  else log.warn(`The adaptation worker knows no message '${String((message as { kind: unknown }).kind)}'.`);
});

function work(message: Job): Promise<Result<Jobs[keyof Jobs]['result']>> {
  const { signal } = controller;
  if (message.job === 'secrets') return readSecrets(message.request, signal, log);
  if (message.job === 'kept') return keptSummary(message.request, { signal, log });
  return runWithStore(message.request, {
    who: (workerData as WorkerData).who,
    progress: (update) => send({ kind: 'progress', update }),
    confirm: (estimate) =>
      new Promise((resolve) => {
        answer = resolve;
        send({ kind: 'confirm', estimate });
      }),
    engine,
    signal,
    log,
  });
}

async function run(message: Job): Promise<void> {
  try {
    send({ kind: 'done', result: await work(message) });
  } catch (error) {
    log.error(`job '${message.job}'`, error instanceof Error ? error.stack : error);
    send({ kind: 'crashed', message: messageOf(error) });
  }
}
