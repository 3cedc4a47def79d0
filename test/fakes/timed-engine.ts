// A fake engine script: every base takes 120 ms for a line and 900 ms for a new prompt; training does not end.
import type { FromEngine, ToEngine } from '../../src/specialist/engine/engine-protocol.ts';

const send = (message: FromEngine) => process.send?.(message);

process.on('message', ({ id, kind }: ToEngine) => {
  if (kind !== 'cancel' && kind !== 'adapt')
    send({ id, kind: 'result', result: kind === 'time' ? { lineMs: 120, promptMs: 900 } : { pid: 1, memory: 0 } });
});
process.on('disconnect', () => process.exit(0));
