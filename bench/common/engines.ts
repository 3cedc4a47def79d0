// Engine processes for benchmarks: as many as there are cores, and work spread over them.

import { join } from 'node:path';
import { root } from '../../build/paths.ts';
import { ProgressBar } from '../../src/common/bar.ts';
import { physicalCores } from '../../src/common/threads.ts';
import { EngineClient } from '../../src/specialist/engine/engine-client.ts';

const script = join(root, 'src/specialist/engine/main.ts');

/** Gives `work` engine processes of one thread each, and ends them after it. */
export async function withEngines<T>(
  work: (engines: readonly EngineClient[]) => Promise<T>,
  count = Math.min(2, physicalCores()),
): Promise<T> {
  const engines = Array.from({ length: count }, () => new EngineClient({ script }));
  try {
    return await work(engines);
  } finally {
    for (const engine of engines) engine.dispose();
  }
}

/**
 * Answers in the order of the items; each worker, a process, takes the next one when it is free.
 * @param stage what the progress that is shown is called; undefined: none is
 */
export async function spread<W, T, R>(
  workers: readonly W[],
  items: readonly T[],
  ask: (worker: W, item: T) => Promise<R>,
  stage?: string,
): Promise<R[]> {
  const answers: R[] = new Array(items.length);
  const bar = stage === undefined ? undefined : new ProgressBar(process.stderr);
  let next = 0;
  let done = 0;
  await Promise.all(
    workers.map(async (worker) => {
      while (next < items.length) {
        const index = next++;
        answers[index] = await ask(worker, items[index] as T);
        done += 1;
        bar?.update({ stage: stage as string, done, total: items.length });
      }
    }),
  );
  bar?.clear();
  return answers;
}
