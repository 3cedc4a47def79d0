// onnxruntime, loaded on first use; its tensors; and one compiled graph on one device. A tensor has one owner: the
// receiver of a session's output frees it. A run blocks the thread that calls it, so only the engine process makes
// sessions.
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { NO_TELEMETRY } from '../../common/child.ts';
import { CodedError } from '../../common/errors.ts';

type Library = typeof import('onnxruntime-node');
let loaded: Library | undefined;

/**
 * Throws CodedError 'unsupported' if there is no binary for this machine: musl, Intel Macs, processors without AVX.
 * Await it once before creating tensors and sessions.
 */
export async function loadLibrary(): Promise<Library> {
  if (loaded) return loaded;
  // The library reads it once, from the environment of the process: a worker's copy would not reach it.
  Object.assign(process.env, NO_TELEMETRY);
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

function library(): Library {
  if (!loaded) throw new Error('onnxruntime is not loaded yet: await loadLibrary() first');
  return loaded;
}

type TensorData = Float32Array | Int32Array | BigInt64Array | Uint8Array | Int8Array;

/** The element type by onnxruntime's name. */
function typeOf(data: TensorData): 'float32' | 'int32' | 'int64' | 'uint8' | 'int8' {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof BigInt64Array) return 'int64';
  return data instanceof Uint8Array ? 'uint8' : 'int8';
}

export class Tensor {
  /** onnxruntime's own object; for neural/runtime/ alone. */
  readonly handle: OrtTensor;

  constructor(handle: OrtTensor) {
    this.handle = handle;
  }

  /** A view of `data` (no copy): change the array and the tensor changes. */
  static host(data: TensorData, dims: readonly number[]): Tensor {
    return new Tensor(new (library().Tensor)(typeOf(data) as 'float32', data as Float32Array, dims));
  }

  get dims(): readonly number[] {
    return this.handle.dims;
  }

  get onDevice(): boolean {
    return this.handle.location === 'gpu-buffer';
  }

  /** The elements of a host tensor. Reading a device tensor would abort the process, so it throws; see Transfer. */
  get data(): TensorData {
    if (this.onDevice) throw new Error('a tensor on the GPU is read through Transfer.toHost');
    return this.handle.data as TensorData;
  }

  get floats(): Float32Array {
    const { data } = this;
    if (!(data instanceof Float32Array)) throw new Error(`expected float32 elements, got ${this.handle.type}`);
    return data;
  }

  dispose(): void {
    this.handle.dispose();
  }
}

export function disposeAll(tensors: Iterable<Tensor>): void {
  for (const tensor of tensors) tensor.dispose();
}

export type Device = 'cpu' | 'webgpu';

/** The bytes of a model, and the large constants that it refers to by location. */
export interface ModelFile {
  readonly bytes: Uint8Array;
  readonly external?: ReadonlyMap<string, Uint8Array>;
}

export interface SessionOptions {
  readonly device: Device;
  /** Threads inside one operator; CPU only. */
  readonly threads: number;
  /** Outputs stay on the GPU. Ignored by onnxruntime if the caller gives tensors to write to. */
  readonly keepOnDevice?: boolean;
  /** An operator that would fall back to the CPU is an error. */
  readonly strict?: boolean;
  /**
   * Disables merging and constant folding: for graphs that recompute values rather than keep them (Builder.recomputed).
   */
  readonly asWritten?: boolean;
  /** Memory returns to the system after every use instead of a pool: for sessions that run rarely. */
  readonly unpooled?: boolean;
  /**
   * Name of the model's first output, which is not a tensor. The binding copies every output into a new array even if
   * it was given one to write to. These are 160 MB a step for 13 M parameters and their state. It stops at an output that it
   * cannot return, and by then all others are written. So every other output must have a tensor in `into`, on the CPU.
   */
  readonly unreturnable?: string;
}

/** The binding's error at an output that is not a tensor, after a successful run. */
const NOT_A_TENSOR = 'Non tensor type is temporarily not supported';

/** How long a thread spins for the next operator's work, microseconds: several times what waking one takes. */
const SPIN_US = '50';

export class Session {
  private readonly inner: InferenceSession;
  readonly device: Device;
  private readonly unreturnable: string | undefined;

  private constructor(inner: InferenceSession, options: SessionOptions) {
    this.inner = inner;
    this.device = options.device;
    this.unreturnable = options.unreturnable;
  }

  static async load(model: ModelFile, options: SessionOptions): Promise<Session> {
    const { InferenceSession } = await loadLibrary();
    const gpu = options.device === 'webgpu';
    const settings: InferenceSession.SessionOptions = {
      executionProviders: gpu ? ['webgpu'] : ['cpu'],
      intraOpNumThreads: options.threads,
      interOpNumThreads: 1,
      // A memory plan for a whole run takes a third more than the run needs at any time, for a few percent of speed.
      enableMemPattern: false,
      enableCpuMemArena: options.unpooled !== true,
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      ...(options.keepOnDevice ? { preferredOutputLocation: 'gpu-buffer' as const } : {}),
      extra: {
        session: {
          // Threads spin between the operators of a run, since waking them costs more than most operators take. They do
          // not spin for longer: on a busy machine the awaited thread may have no core while the others spin. Between
          // runs they sleep, to leave the cores to the editor.
          intra_op: { allow_spinning: '1', spin_duration_us: SPIN_US },
          force_spinning_stop: '1',
          ...(options.strict && gpu ? { disable_cpu_ep_fallback: '1' } : {}),
        },
        ...(options.asWritten
          ? { optimization: { disable_specified_optimizers: 'CommonSubexpressionElimination;ConstantFolding' } }
          : {}),
      },
    };
    if (model.external && model.external.size > 0) {
      (settings as { externalData?: unknown }).externalData = [...model.external].map(([path, data]) => ({
        path,
        data,
      }));
    }
    return new Session(await InferenceSession.create(model.bytes, settings), options);
  }

  /**
   * Runs the graph. `into` gives tensors for some outputs to be written to; the caller keeps owning them, and owns the
   * other outputs.
   */
  async run(
    feeds: Readonly<Record<string, Tensor>>,
    into: Readonly<Record<string, Tensor>> = {},
  ): Promise<Record<string, Tensor>> {
    const inputs: Record<string, Tensor['handle']> = {};
    for (const name of this.inner.inputNames) {
      const tensor = feeds[name];
      if (!tensor) throw new Error(`no tensor for input '${name}'`);
      inputs[name] = tensor.handle;
    }
    const fetches: Record<string, Tensor['handle'] | null> = {};
    for (const name of this.inner.outputNames) fetches[name] = into[name]?.handle ?? null;
    if (this.unreturnable !== undefined) {
      for (const name of this.inner.outputNames) {
        if (name !== this.unreturnable && !into[name]) throw new Error(`no tensor for output '${name}'`);
      }
      try {
        await this.inner.run(inputs, fetches);
      } catch (error) {
        if (!(error instanceof Error && error.message.startsWith(NOT_A_TENSOR))) throw error;
      }
      return { ...into };
    }
    const results = await this.inner.run(inputs, fetches);
    const out: Record<string, Tensor> = {};
    for (const [name, value] of Object.entries(results)) out[name] = into[name] ?? new Tensor(value);
    return out;
  }

  /** Frees the memory arena. */
  async dispose(): Promise<void> {
    await this.inner.release();
  }
}
