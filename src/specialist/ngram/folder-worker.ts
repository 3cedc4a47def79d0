// Entry of a folder's worker thread, which keeps its work off the extension host's thread.
import { parentPort, workerData } from 'node:worker_threads';
import { unwrap } from '../../common/errors.ts';
import { type Reply, serve } from '../../common/remote.ts';
import { readTokenizer } from '../../text/tokenizer/load.ts';
import type { WorkerData } from './folder-worker-protocol.ts';
import { FolderWorkerService } from './folder-worker-service.ts';

const port = parentPort;
if (port === null) throw new Error('this file is the entry of a worker thread');
const { tokenizerPath } = workerData as WorkerData;
const send = (reply: Reply) => port.postMessage(reply);
const service = new FolderWorkerService(unwrap(readTokenizer(tokenizerPath)), (message) =>
  send({ kind: 'log', level: 'info', message }),
);
port.on('message', serve(service.handlers, send).receive);
