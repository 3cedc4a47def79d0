// A process that spends: sets money aside and settles it, over and over, until the limit is reached or it is killed.
// Arguments: folder, limit, what a call may cost, what it costs, the number of the call that it hangs in.

import { openStore } from '../../src/storage/open.ts';
import { llmCall } from './rows.ts';

const [folder = '', ...numbers] = process.argv.slice(2);
const [limit = 0, ceiling = 0, cost = 0, hangAt = -1] = numbers.map(Number);
const { store, notice } = openStore(folder);
if (notice !== undefined) throw new Error(notice);
for (let n = 0; ; n++) {
  const id = `${process.pid}-${n}`;
  const at = Date.now();
  const reserved = store.reserve({ id, at, purpose: 'labelling', model: 'm', usd: ceiling }, limit);
  if (!reserved.ok) {
    if (reserved.why === 'busy') continue;
    if (reserved.why === 'unwritable') throw new Error(reserved.message);
    break;
  }
  // The answer is on its way: this is where a kill finds it.
  if (n === hangAt) {
    process.send?.(n);
    await new Promise((resolve) => setTimeout(resolve, 1e9));
  }
  await new Promise((resolve) => setImmediate(resolve));
  store.settle(id, llmCall({ at, requestHash: id, costUsd: cost }));
}
store.close();
process.disconnect?.();
