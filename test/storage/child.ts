// A second process on the same store: records paid answers and says which are recorded, until it is stopped or killed.
// Arguments: folder, name, how many (0: no end).

import { openStore } from '../../src/storage/open.ts';
import { llmCall } from './rows.ts';

const [folder = '', name = '', count = '0'] = process.argv.slice(2);
const { store, notice } = openStore(folder);
if (notice !== undefined) throw new Error(notice);
for (let i = 0; count === '0' || i < Number(count); i++) {
  store.settle('', llmCall({ requestHash: `${name}-${i}`, at: i, text: 'y'.repeat(3000) }));
  process.send?.(i);
}
store.close();
process.disconnect?.();
