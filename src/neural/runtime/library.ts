// Loads onnxruntime-node on first use: a machine without a binary gets an error message, not a crash at start-up.
import { CodedError } from '../../common/errors.ts';

type Library = typeof import('onnxruntime-node');
let loaded: Library | undefined;

/**
 * Throws CodedError 'unsupported' if there is no binary for this machine: musl, Intel Macs, processors without AVX.
 * Await it once before creating tensors and sessions.
 */
export async function loadLibrary(): Promise<Library> {
  if (loaded) return loaded;
  try {
    const module = await import('onnxruntime-node');
    // A CommonJS module: its names are on `default` too, and only there in some loaders.
    loaded = (module.InferenceSession ? module : (module as unknown as { default: Library }).default) as Library;
    return loaded;
  } catch (cause) {
    throw new CodedError(
      'unsupported',
      `The neural model cannot run here: onnxruntime has no working build for ${process.platform} on ${process.arch}` +
        ' (it needs glibc on Linux, an Apple processor on macOS, and AVX on x86). The n-gram model keeps working.',
      { cause },
    );
  }
}

export function library(): Library {
  if (!loaded) throw new Error('onnxruntime is not loaded yet: await loadLibrary() first');
  return loaded;
}
