// A fake engine script: every base takes 120 ms for a line and 900 ms for a new prompt. A draft with the prefix 'hold'
// blocks the thread for ever, and 'time' is never answered for the model 'hold'.
import { serveParent } from '../../src/common/child.ts';
import type { Handlers } from '../../src/common/remote.ts';
import type { EditorRequests } from '../../src/specialist/engine/engine-protocol.ts';

const handlers: Pick<Handlers<EditorRequests>, 'change' | 'draft' | 'time'> = {
  change: () => ({}),
  draft: ({ query }) => {
    while (query.prefix === 'hold');
    return { text: '', tokens: [], model: '', complete: true, latencyMs: 1 };
  },
  time: ({ model }) => (model === 'hold' ? new Promise(() => {}) : { lineMs: 120, promptMs: 900 }),
};
serveParent(handlers as Handlers<EditorRequests>);
