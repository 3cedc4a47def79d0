// The model that a training starts from: one of ours, or a GGUF file under adapters.
import { unwrap } from '../../common/errors.ts';
import type { ModelConfig } from '../architecture/config.ts';
import type { Model } from '../architecture/decoder-values.ts';
import { checkGgufFile } from '../models/gguf-file.ts';
import { readGguf } from '../models/import/gguf.ts';
import { loadGguf } from '../models/import/gguf-weights.ts';
import { readManifest } from '../models/manifest.ts';
import { loadModel } from '../models/model-folder.ts';
import type { WeightBits } from './method.ts';
import { digestOf, type TrainingRequest } from './request.ts';

export interface TrainingBase {
  readonly config: ModelConfig;
  /** Hash of its weights. */
  readonly identity: string;
  readonly bits: WeightBits;
  /** Whether llama.cpp serves it, so that only an adapter can be added. */
  readonly isGguf: boolean;
  /** Reads a GGUF file, which takes long; `pause` as in `loadGguf`. */
  readonly load: (pause: () => Promise<void>) => Promise<Pick<Model, 'weights' | 'packed'>>;
}

/** Throws CodedError as `loadModel`, `checkGgufFile` and `readGguf` do. */
export async function openBase({
  base: folder,
  tokenizer,
}: Pick<TrainingRequest, 'base' | 'tokenizer'>): Promise<TrainingBase> {
  const manifest = unwrap(readManifest(folder));
  if (!manifest?.gguf) {
    const model = loadModel(folder, { as: 'stored', base: folder, ...(tokenizer !== undefined && { tokenizer }) });
    const bits = model.packed?.size ? 4 : 32;
    return { config: model.config, identity: digestOf(model), bits, isGguf: false, load: async () => model };
  }
  await checkGgufFile(folder);
  const source = await readGguf(manifest.gguf.path);
  const { config } = source;
  return { config, identity: manifest.weights, bits: 8, isGguf: true, load: (pause) => loadGguf(source, pause) };
}
