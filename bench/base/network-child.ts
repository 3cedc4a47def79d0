// Our engine in a process of its own, as the product runs it. Started by side-by-side.ts.

import type { Model } from '../../src/neural/architecture/decoder-values.ts';
import { Network } from '../../src/neural/inference/network.ts';
import { prefill } from '../../src/neural/inference/prefill.ts';
import { loadModel } from '../../src/neural/models/model-folder.ts';
import { loadLibrary } from '../../src/neural/runtime/library.ts';
import { serve } from '../common/child-process.ts';
import { likeliest } from '../common/greedy/generate.ts';
import type { Answer, Side } from './side.ts';

const [folder, threads] = process.argv.slice(2) as [string, string];

serve<Side>(async () => {
  await loadLibrary();
  const model: Model = loadModel(folder, { as: 'stored' });
  // In 4 bits, whatever suits the model: the other side has the same values.
  const network = await Network.load(model, { device: 'cpu', threads: Number(threads), precision: 'int4' });
  const { vocabSize } = network.config;
  return {
    line: async (prompt, count): Promise<Answer> => {
      const cache = network.cache();
      const started = performance.now();
      let token = likeliest((await prefill(network, cache, prompt, 0)) as Float32Array, 0, vocabSize).id;
      const firstMs = performance.now() - started;
      for (let made = 1; made < count; made++) {
        token = likeliest(await network.forward(cache, { ids: [[token]], rows: [0] }), 0, vocabSize).id;
      }
      return { firstMs, tokenMs: (performance.now() - started - firstMs) / (count - 1) };
    },
    best: async (prompt): Promise<number[]> => {
      const rows = prompt.map((_, i) => i);
      const logits = await network.forward(network.cache(), { ids: prompt.map((id) => [id]), rows });
      return rows.map((row) => likeliest(logits, row * vocabSize, vocabSize).id);
    },
  };
});
