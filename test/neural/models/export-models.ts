// Small models with adapters for export tests: deterministic, so that llama.cpp's golden stays comparable.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Of } from '../../../src/common/file-hash.ts';
import { normals } from '../../../src/common/statistics/random.ts';
import { adapterSpecs, type LoraConfig } from '../../../src/neural/architecture/lora.ts';
import { elements, type ModelConfig } from '../../../src/neural/architecture/parameters.ts';
import { DIALECT, TOKENIZER, WEIGHTS, writeManifest } from '../../../src/neural/models/manifest.ts';
import { saveAdapter } from '../../../src/neural/models/model-folder.ts';
import { writeAdaptedManifest } from '../../../src/neural/training/adapt-base.ts';
import { initialWeights, saveValues } from '../../support/random-models.ts';
import { trainTokenizer } from '../../text/tokenizer/fixture.ts';

const CONFIG: ModelConfig = {
  ...{ vocabSize: 320, hiddenSize: 32, intermediateSize: 64, layers: 2, heads: 4, keyValueHeads: 2, headDim: 8 },
  ...{ contextLength: 64, normEpsilon: 1e-5, ropeTheta: 10000 },
};
/** Of the adapter, which leaves out the lowest layer. */
const LORA: LoraConfig = {
  ...{ rank: 4, alpha: 16, firstLayer: 1 },
  targets: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'],
};
export const TOKENS = [5, 17, 200, 31, 8, 299, 64, 3, 3, 120];

const MARKS = ['<|pad|>', '<|end|>', '<|file|>', '<|prefix|>', '<|suffix|>', '<|snippet|>', '<|eom|>', '<|repo|>'];

/** Writes base and adapter as packages beside each other. */
export function writeExported(folder: string): { base: string; model: string; tokenizer: string } {
  const [base, model] = [join(folder, 'base'), join(folder, 'adapter')];
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
  saveValues(base, CONFIG, initialWeights(CONFIG, 7), 'F16');
  writeManifest(base, {
    ...{ version: 1, name: 'tiny-llama', kind: 'model', base: null, dialect: DIALECT, stop: ['<|eom|>', '<|end|>'] },
    ...{ weights: sha256Of(join(base, WEIGHTS)), tokenizer: sha256Of(tokenizer), licence: 'MIT' },
  });
  const next = normals(11);
  const weights = new Map(
    adapterSpecs(CONFIG, LORA).map(({ name, shape }) => [
      name,
      Float32Array.from({ length: elements(shape) }, () => 0.1 * next()),
    ]),
  );
  saveAdapter(model, CONFIG, { lora: LORA, weights }, 'F32');
  writeAdaptedManifest(model, { base, tokenizer });
  return { base, model, tokenizer };
}
