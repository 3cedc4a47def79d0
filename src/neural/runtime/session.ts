// One compiled graph on one device. A run blocks the thread that calls it, so only the engine process makes sessions.
import type { InferenceSession } from 'onnxruntime-node';
import { loadLibrary } from './library.ts';
import { Tensor } from './tensor.ts';

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
   * it was given one to write to: 160 MB a step for 13 M parameters and their state. It stops at an output that it
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
