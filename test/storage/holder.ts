// A process that holds the lock of a folder until it is killed. Arguments: storage, folder.

import { lockRun } from '../../src/storage/lock.ts';

const [storage = '', root = ''] = process.argv.slice(2);
const lock = lockRun(storage, root, 'npm start');
process.send?.(lock.ok);
// A lock belongs to whoever is alive, not to whoever does something.
await new Promise((resolve) => setTimeout(resolve, 1e9));
