// Tensors between host and device. Only sessions may move them: reading a GPU tensor directly aborts the process.
import { Session, type SessionOptions } from './session.ts';
import { disposeAll, Tensor } from './tensor.ts';

/**
 * Bytes of a model that copies a float32 input 'x' of this shape to its output 'y'. The caller builds it, because this
 * folder may not import the graph code.
 */
export type IdentityModel = (dims: readonly number[]) => Uint8Array;

/** Moves float32 tensors; keeps one pair of sessions per shape. */
export class Transfer {
  private readonly sessions = new Map<string, Promise<Session>>();
  private readonly options: SessionOptions;
  private readonly identity: IdentityModel;

  constructor(options: SessionOptions, identity: IdentityModel) {
    this.options = options;
    this.identity = identity;
  }

  private session(dims: readonly number[], keepOnDevice: boolean): Promise<Session> {
    const key = `${keepOnDevice} ${dims.join(',')}`;
    let session = this.sessions.get(key);
    if (!session) {
      session = Session.load({ bytes: this.identity(dims) }, { ...this.options, keepOnDevice });
      this.sessions.set(key, session);
    }
    return session;
  }

  /**
   * A new tensor for the device's sessions, which the caller owns. On the GPU it is a copy, on the CPU it shares the
   * array.
   */
  async toDevice(data: Float32Array, dims: readonly number[]): Promise<Tensor> {
    const host = Tensor.host(data, dims);
    if (this.options.device === 'cpu') return host;
    return (await (await this.session(dims, true)).run({ x: host })).y as Tensor;
  }

  /** The elements; on the CPU the tensor's own array. */
  async toHost(tensor: Tensor): Promise<Float32Array> {
    if (!tensor.onDevice) return tensor.floats;
    const copy = (await (await this.session(tensor.dims, false)).run({ x: tensor })).y as Tensor;
    const data = copy.floats;
    disposeAll([copy]);
    return data;
  }

  async dispose(): Promise<void> {
    for (const session of this.sessions.values()) await (await session).dispose();
    this.sessions.clear();
  }
}
