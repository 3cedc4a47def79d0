// Worker thread entry: one adaptation run, off the extension host's thread.

import { parentPort } from 'node:worker_threads';
import { messageOf } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { RemoteEngine } from './engine-relay.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import { runWithStore } from './session.ts';
import type { AdaptRequest } from './types.ts';

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
  if (message.kind === 'run') void run(message.request);
  else if (message.kind === 'confirmed') answer(message.yes);
  else if (message.kind === 'cancel') {
    controller.abort();
    answer(false);
  } else engine.receive(message);
});

async function run(request: AdaptRequest): Promise<void> {
  try {
    const result = await runWithStore(request, {
      progress: (update) => send({ kind: 'progress', update }),
      confirm: (estimate) =>
        new Promise((resolve) => {
          answer = resolve;
          send({ kind: 'confirm', estimate });
        }),
      engine,
      signal: controller.signal,
      log,
    });
    send({ kind: 'done', result });
  } catch (error) {
    log.error('adaptation run', error instanceof Error ? error.stack : error);
    send({ kind: 'crashed', message: messageOf(error) });
  }
}
