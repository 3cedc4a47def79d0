// Opens the model at a path: a GGUF file, or a folder of safetensors.
import { stat } from 'node:fs/promises';
import { megabytes } from '../../../common/format.ts';
import { MOST_WEIGHTS } from '../model-folder.ts';
import { readGguf } from './gguf.ts';
import { readHubFolder } from './hub-folder.ts';
import { type ModelSource, unsupported } from './source.ts';
import { sizeOf } from './write-weights.ts';

export type { ModelSource } from './source.ts';

/** Throws CodedError 'unreadable', 'corrupt' or 'unsupported'. Reads no weights. */
export async function readSource(path: string): Promise<ModelSource> {
  const found = await stat(path).catch(() => undefined);
  const source = await (found?.isDirectory() ? readHubFolder(path) : readGguf(path));
  const bytes = sizeOf(source);
  if (bytes > MOST_WEIGHTS) {
    throw unsupported(
      `its weights take ${megabytes(bytes)} in 4 bits, and more than ${megabytes(MOST_WEIGHTS)}, some 3.8 billion parameters, cannot be loaded here`,
    );
  }
  return source;
}
