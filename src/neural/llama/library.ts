// node-llama-cpp, loaded when the first GGUF file is served. It never builds or downloads anything.
import type { Llama } from 'node-llama-cpp';
import { CodedError, messageOf } from '../../common/errors.ts';

export interface LlamaLibraryOptions {
  /** Whether a GPU may be used, where llama.cpp finds one. */
  readonly gpu: boolean;
  readonly threads: number;
}

const loaded = new Map<string, Promise<Llama>>();

/** One instance for each set of options. Throws CodedError 'unsupported' if there is no binary for this machine. */
export function loadLlama(options: LlamaLibraryOptions): Promise<Llama> {
  const key = JSON.stringify(options);
  const known = loaded.get(key);
  if (known) return known;
  const loading = load(options);
  loaded.set(key, loading);
  loading.catch(() => loaded.delete(key));
  return loading;
}

async function load({ gpu, threads }: LlamaLibraryOptions): Promise<Llama> {
  try {
    const { getLlama, LlamaLogLevel } = await import('node-llama-cpp');
    return await getLlama({
      gpu: gpu ? 'auto' : false,
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      logLevel: LlamaLogLevel.error,
      maxThreads: threads,
    });
  } catch (cause) {
    throw new CodedError(
      'unsupported',
      `llama.cpp, which serves GGUF files, does not run on this machine: ${messageOf(cause)}. Choose a base that ships.`,
      { cause },
    );
  }
}
