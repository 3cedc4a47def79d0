// A process that runs one text task as the product does, with nobody to ask, and says how long it took, of which the processor's, and what memory it had at its peak.
import { join } from 'node:path';
import { root as repository } from '../../build/paths.ts';
import { unwrap } from '../../src/common/errors.ts';
import { silentLog } from '../../src/common/log.ts';
import { openTextEncoder } from '../../src/jobs/text-encoder.ts';
import { runTask } from '../../src/text-tasks/task.ts';
import { TaskFolder } from '../../src/text-tasks/task-folder.ts';

const [root = '', task = ''] = process.argv.slice(2);
const began = performance.now();
const folder = unwrap(await TaskFolder.open({ root, harvest: { trusted: true }, secrets: [] }, task));
const signal = new AbortController().signal;
const files = { encoder: join(repository, 'models/encoder'), vectors: join(root, 'vectors.sqlite') };
const encoder = await openTextEncoder(files, silentLog, signal);
const deps = { signal, confirm: async () => false, encode: encoder?.encode };
const { texts } = unwrap(await runTask(folder, deps));
await encoder?.close();
const seconds = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage();
// Kilobytes, on every system.
const peak = process.resourceUsage().maxRSS / 1000;
process.stdout.write(
  JSON.stringify({ texts, seconds, 'processor-seconds': (user + system) / 1e6, 'peak-megabytes': peak }),
);
