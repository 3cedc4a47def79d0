// llama.cpp in a process of its own, through node-llama-cpp's prebuilt binary for the processor. Started by side-by-side.ts.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { serve } from '../common/child-process.ts';
import type { Answer, Side } from './side.ts';

/** What is used of node-llama-cpp. */
interface Sequence {
  clearHistory(): Promise<void>;
  evaluate(tokens: number[], options: object): AsyncGenerator<number>;
  controlledEvaluate(input: (number | [number, object])[]): Promise<({ next: { token?: number } } | undefined)[]>;
}
interface Library {
  getLlama(options: object): Promise<{
    loadModel(options: object): Promise<{
      createContext(options: object): Promise<{ getSequence(): Sequence }>;
    }>;
  }>;
}

const [folder, file, threadsText] = process.argv.slice(2) as [string, string, string];
const threads = Number(threadsText);

async function open(): Promise<Sequence> {
  const entry = pathToFileURL(join(folder, 'node_modules/node-llama-cpp/dist/index.js')).href;
  const { getLlama } = (await import(entry)) as Library;
  const llama = await getLlama({
    gpu: false,
    build: 'never',
    maxThreads: threads,
    logLevel: 'error',
    progressLogs: false,
  });
  const model = await llama.loadModel({ modelPath: file, gpuLayers: 0 });
  const context = await model.createContext({
    contextSize: 1024,
    batchSize: 512,
    threads: { ideal: threads, min: threads },
  });
  return context.getSequence();
}

serve<Side>(async () => {
  const sequence = await open();
  return {
    line: async (prompt, count): Promise<Answer> => {
      await sequence.clearHistory();
      const started = performance.now();
      let firstMs = 0;
      let made = 0;
      for await (const _ of sequence.evaluate([...prompt], { temperature: 0, yieldEogToken: true })) {
        if (made++ === 0) firstMs = performance.now() - started;
        if (made === count) break;
      }
      return { firstMs, tokenMs: (performance.now() - started - firstMs) / (made - 1) };
    },
    best: async (prompt): Promise<number[]> => {
      await sequence.clearHistory();
      const wanted = { generateNext: { token: true, options: { temperature: 0 } } };
      const found = await sequence.controlledEvaluate(prompt.map((token): [number, object] => [token, wanted]));
      return found.map((item) => item?.next.token ?? -1);
    },
  };
});
