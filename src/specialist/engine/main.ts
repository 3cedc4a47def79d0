// The engine process's entry: started by EngineClient through fork(), bundled as a file of its own.
import { endAfter } from '../../common/child.ts';
import { stopCodes } from '../../common/stop.ts';
import { probeHere, probeWebGpu } from '../../neural/training/gpu.ts';
import { CEILING_ARGUMENT, PROBE_ARGUMENT, type ToEngine } from './protocol.ts';
import { Service } from './service.ts';

/** A graphics driver may take so long, ms. */
const PROBE_MS = 20_000;

const send = (message: unknown) => {
  // The parent may be gone between two lines.
  if (process.connected) process.send?.(message as object);
};

if (process.argv.includes(PROBE_ARGUMENT)) {
  // Should who asked be gone before its time is over.
  endAfter(PROBE_MS + 5000);
  probeHere().then(send);
} else {
  const ceiling = process.argv.find((argument) => argument.startsWith(CEILING_ARGUMENT));
  const service = new Service({
    memoryCeiling: ceiling ? Number(ceiling.slice(CEILING_ARGUMENT.length)) : Number.POSITIVE_INFINITY,
    send,
    probe: () => probeWebGpu({ script: process.argv[1] as string, args: [PROBE_ARGUMENT], timeoutMs: PROBE_MS }),
  });
  process.on('message', (message) => service.receive(message as ToEngine));
  // The parent died or let go: nobody is left to answer to.
  process.on('disconnect', () => process.exit(0));
  // Ctrl-C and a closed terminal reach every process that was started there; what that means for us is our owner's to say, who lets
  // training come to a checkpoint first.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
  process.on('SIGTERM', () => void service.stop().then(() => process.exit(stopCodes.SIGTERM)));
}
