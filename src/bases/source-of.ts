// What a path that somebody names holds: a GGUF file, or a folder of safetensors.
import { stat } from 'node:fs/promises';
import { readGguf } from './gguf.ts';
import { readHubFolder } from './hub-folder.ts';
import type { Source } from './source.ts';

export type { Source } from './source.ts';

/** Throws CodedError 'unreadable', 'corrupt' or 'unsupported'. No weights are read. */
export async function readSource(path: string): Promise<Source> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ? readHubFolder(path) : readGguf(path);
}
