// Entry of the worker thread: runs the n-gram model off the extension host's thread.
import { parentPort, workerData } from 'node:worker_threads';
import { readTokenizer } from '../../text/tokenizer/load.ts';
import type { ToWorker, WorkerData } from './ngram-protocol.ts';
import { NgramService } from './ngram-service.ts';

const port = parentPort;
if (port === null) throw new Error('this file is the entry of a worker thread');
const { tokenizerPath } = workerData as WorkerData;
const loaded = readTokenizer(tokenizerPath);
if (!loaded.ok) throw new Error(loaded.error.message);
const service = new NgramService(loaded.value, (message) => port.postMessage(message));
port.on('message', (message: ToWorker) => service.receive(message));
