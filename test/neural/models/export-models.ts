// Small models with adapters for export tests: deterministic, so that the goldens of Python's libraries stay
// comparable.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { normals } from '../../../src/common/statistics/random.ts';
import type { ModelConfig } from '../../../src/neural/architecture/config.ts';
import { adapterSpecs, type LoraConfig } from '../../../src/neural/architecture/lora.ts';
import { elements } from '../../../src/neural/architecture/parameters.ts';
import { describeAdapted } from '../../../src/neural/models/adapted.ts';
import { saveAdapter } from '../../../src/neural/models/adapter.ts';
import { DIALECT } from '../../../src/neural/models/dialects.ts';
import { filesIn, sha256Of, TOKENIZER, WEIGHTS, writeManifest } from '../../../src/neural/models/manifest.ts';
import { saveModel } from '../../../src/neural/models/model-folder.ts';
import { initialWeights } from '../../support/random-models.ts';
import { trainTokenizer } from '../../text/tokenizer/fixture.ts';

const shape = {
  ...{ vocabSize: 320, hiddenSize: 32, intermediateSize: 64, layers: 2, heads: 4, keyValueHeads: 2, headDim: 8 },
  ...{ contextLength: 64, normEpsilon: 1e-5, ropeTheta: 10000, initializerRange: 0.2, bosTokenId: 1, eosTokenId: 1 },
};
const every: LoraConfig['targets'] = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'];

export const EXPORTED: Readonly<Record<string, { readonly config: ModelConfig; readonly lora: LoraConfig }>> = {
  llama: {
    config: { ...shape, modelType: 'llama', attentionBias: false, outputBias: false, tied: true },
    lora: { rank: 4, alpha: 16, targets: every, firstLayer: 1 },
  },
  qwen2: {
    config: { ...shape, modelType: 'qwen2', attentionBias: true, outputBias: false, tied: false },
    lora: { rank: 2, alpha: 2, targets: ['q_proj', 'k_proj', 'down_proj'] },
  },
  qwen3: {
    config: {
      ...{ ...shape, headDim: 16, modelType: 'qwen3', attentionBias: false, outputBias: false, headNorms: true },
      tied: true,
    },
    lora: { rank: 2, alpha: 4, targets: every },
  },
};
export const TOKENS = [5, 17, 200, 31, 8, 299, 64, 3, 3, 120];

const MARKS = ['<|pad|>', '<|end|>', '<|file|>', '<|prefix|>', '<|suffix|>', '<|snippet|>', '<|eom|>', '<|repo|>'];

/** Writes base and adapter as packages beside each other. */
export function writeExported(folder: string, name: string): { base: string; model: string; tokenizer: string } {
  const { config, lora } = EXPORTED[name] as (typeof EXPORTED)[string];
  const [base, model] = [join(folder, `${name}-base`), join(folder, `${name}-adapter`)];
  for (const each of [base, model]) mkdirSync(each, { recursive: true });
  const json = trainTokenizer('const a = b + c;\nreturn find(a, b);\n'.repeat(3), 280);
  const first = Object.keys(json.model.vocab).length;
  json.added_tokens = MARKS.map((content, i) => ({
    ...(json.added_tokens[0] as object),
    id: first + i,
    content,
  })) as never;
  const tokenizer = join(base, TOKENIZER);
  writeFileSync(tokenizer, JSON.stringify(json));
  const values = initialWeights(config, 7);
  for (const [name, data] of values) if (/[qk]_norm/.test(name)) data.set(data.map((_, i) => 0.5 + (i % 5) / 4));
  saveModel(base, config, values, 'F16');
  writeManifest(base, {
    ...{ version: 1, name: `tiny-${name}`, kind: 'model', base: null, dialect: DIALECT, stop: ['<|eom|>', '<|end|>'] },
    ...{ weights: sha256Of(join(base, WEIGHTS)), tokenizer: sha256Of(tokenizer), licence: 'MIT', precision: 'fp32' },
    files: filesIn(base),
  });
  const next = normals(11);
  const weights = new Map(
    adapterSpecs(config, lora).map(({ name, shape }) => [
      name,
      Float32Array.from({ length: elements(shape) }, () => 0.1 * next()),
    ]),
  );
  saveAdapter(model, config, { lora, weights }, `tiny-${name}`, 'F32');
  describeAdapted(model, { base, precision: 'fp32' });
  return { base, model, tokenizer };
}
