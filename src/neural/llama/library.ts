// node-llama-cpp, loaded when the first GGUF file is served. It never builds or downloads anything.
import type { Llama, LlamaOptions } from 'node-llama-cpp';
import { CodedError, messageOf } from '../../common/errors.ts';

export interface LlamaLibraryOptions {
  /** Whether a GPU may be used, where llama.cpp finds one. */
  readonly gpu: boolean;
  readonly threads: number;
}

export interface LlamaLibrary<L = Llama> {
  readonly llama: L;
  /** The GPU that computes; false: the processor does, and no layer may be given to a GPU. */
  readonly gpu: Llama['gpu'];
}

type Loadable = Pick<Llama, 'gpu' | 'getGpuDeviceNames' | 'dispose'>;

/** Vulkan devices that are programs on the processor: slower than llama.cpp's own code for it. */
const SOFTWARE_DEVICE = /llvmpipe|lavapipe|swiftshader|software|basic render driver/i;

const loaded = new Map<string, Promise<LlamaLibrary>>();

/** One instance for each set of options. Throws CodedError 'unsupported' if there is no binary for this machine. */
export function loadLlama(options: LlamaLibraryOptions): Promise<LlamaLibrary> {
  const key = JSON.stringify(options);
  const known = loaded.get(key);
  if (known) return known;
  const loading = load(options);
  loaded.set(key, loading);
  loading.catch(() => loaded.delete(key));
  return loading;
}

async function load({ gpu, threads }: LlamaLibraryOptions): Promise<LlamaLibrary> {
  try {
    const { getLlama, LlamaLogLevel } = await import('node-llama-cpp');
    const common: LlamaOptions = {
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      logLevel: LlamaLogLevel.error,
      maxThreads: threads,
    };
    return await chooseLibrary(gpu, (of) => getLlama({ ...common, gpu: of }));
  } catch (cause) {
    throw new CodedError(
      'unsupported',
      `llama.cpp, which serves GGUF files, does not run on this machine: ${messageOf(cause)}. Choose a base that ships.`,
      { cause },
    );
  }
}

/** @param mayUseGpu false: the processor, also where the only binary is one for a GPU (Metal on Apple's processors) */
export async function chooseLibrary<L extends Loadable>(
  mayUseGpu: boolean,
  get: (gpu: 'auto' | false) => Promise<L>,
  platform = `${process.platform}-${process.arch}`,
): Promise<LlamaLibrary<L>> {
  const llama = await get(mayUseGpu || platform === 'darwin-arm64' ? 'auto' : false);
  if (!mayUseGpu || llama.gpu === false) return { llama, gpu: false };
  const names = await llama.getGpuDeviceNames();
  // llama.cpp would give long prompts to such a device even without a layer on it.
  if (names.some((name) => SOFTWARE_DEVICE.test(name))) {
    await llama.dispose();
    return { llama: await get(false), gpu: false };
  }
  return { llama, gpu: names.length > 0 ? llama.gpu : false };
}
