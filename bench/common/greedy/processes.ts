// Processes with a base alone: as many as there are cores, of one thread each, as the engines of the mixture.

import { join } from 'node:path';
import { physicalCores } from '../../../src/common/threads.ts';
import type { LanguageModelOptions } from '../../../src/neural/inference/language-model.ts';
import { Child } from '../child-process.ts';
import type { AloneAnswers } from './child.ts';

export type AloneProcess = Child<AloneAnswers>;

/** Gives `work` processes that have loaded the model, and ends them after it. */
export async function withAlone<T>(
  options: LanguageModelOptions,
  work: (processes: readonly AloneProcess[]) => Promise<T>,
  count = Math.min(2, physicalCores()),
): Promise<T> {
  const processes = Array.from({ length: count }, () => new Child<AloneAnswers>(join(import.meta.dirname, 'child.ts')));
  try {
    for (const process of processes) {
      await process.ready();
      await process.ask('load', options);
    }
    return await work(processes);
  } finally {
    for (const process of processes) process.end();
  }
}
