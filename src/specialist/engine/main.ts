// Entry of the engine process: started by EngineClient through fork(), bundled as a separate file.
import { endAfter } from '../../common/child.ts';
import { stopCodes } from '../../common/stop.ts';
import { probeThisProcess, probeWebGpu } from '../../neural/training/probe.ts';
import { CEILING_ARGUMENT, PROBE_ARGUMENT, type ToEngine } from './protocol.ts';
import { Service } from './service.ts';

/** Time limit for a graphics driver, ms. */
const PROBE_MS = 20_000;

const send = (message: unknown) => {
  // The parent may end at any moment.
  if (process.connected) process.send?.(message as object);
};

if (process.argv.includes(PROBE_ARGUMENT)) {
  // In case the parent ends before the probe does.
  endAfter(PROBE_MS + 5000);
  probeThisProcess().then(send);
} else {
  const ceiling = process.argv.find((argument) => argument.startsWith(CEILING_ARGUMENT));
  const service = new Service({
    memoryCeiling: ceiling ? Number(ceiling.slice(CEILING_ARGUMENT.length)) : Number.POSITIVE_INFINITY,
    send,
    probe: () => probeWebGpu({ script: process.argv[1] as string, args: [PROBE_ARGUMENT], timeoutMs: PROBE_MS }),
  });
  process.on('message', (message) => service.receive(message as ToEngine));
  // The parent has ended or disconnected: nobody reads the answers.
  process.on('disconnect', () => process.exit(0));
  // Ctrl-C and a closed terminal reach every process of the terminal. Our owner decides what they mean: it first lets
  // training write a checkpoint.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
  process.on('SIGTERM', () => void service.stop().then(() => process.exit(stopCodes.SIGTERM)));
}
