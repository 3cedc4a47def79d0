// An adapter over a GGUF base in the form that llama.cpp loads. It is written beside the adapter in peft's layout, which
// stays the original.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../../../common/files.ts';
import { loadAdapter } from '../adapter.ts';
import { ggufPieces } from '../export/gguf-file.ts';
import { adapterFile } from '../export/gguf-model.ts';
import { GGUF_ADAPTER } from '../manifest.ts';
import { readGguf } from './gguf.ts';

/**
 * Path of the adapter as a GGUF file, which the first call writes. Throws CodedError as `loadAdapter` and `readGguf` do,
 * and errors of the file system.
 * @param folder of the adapter @param base path of the base's GGUF file
 */
export async function ggufAdapterOf(folder: string, base: string): Promise<string> {
  const path = join(folder, GGUF_ADAPTER);
  if (existsSync(path)) return path;
  const { config } = await readGguf(base);
  const { metadata, tensors } = adapterFile(config, loadAdapter(folder, config));
  replaceFile(path, ggufPieces(metadata, tensors));
  return path;
}
