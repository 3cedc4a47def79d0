// A fake engine script: answers 'status', blocks its thread for ever on a draft with the prefix 'hold', and never
// answers 'adapt'.
import type { FromEngine, ToEngine } from '../../../src/specialist/engine/engine-protocol.ts';

const send = (message: FromEngine) => process.send?.(message);

process.on('message', (message: ToEngine) => {
  const { id, kind } = message;
  if (kind === 'draft' && message.request.query.prefix === 'hold') for (;;);
  if (kind !== 'cancel' && kind !== 'adapt') send({ id, kind: 'result', result: { pid: process.pid, memory: 0 } });
});
process.on('disconnect', () => process.exit(0));
