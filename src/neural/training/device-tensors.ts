// The tensors that stay on the device between steps, by input name: parameters, optimiser state, gradient sums.
import { identityGraph, newValueName } from '../architecture/graphs.ts';
import { elements, type ParameterSpec } from '../architecture/parameters.ts';
import { disposeAll, Session, type SessionOptions, Tensor } from '../runtime/session.ts';

// Tensors between host and device. Only sessions may move them: reading a GPU tensor directly aborts the process.

/** Moves float32 tensors; keeps one pair of sessions per shape. */
class Transfer {
  private readonly sessions = new Map<string, Promise<Session>>();
  private readonly options: SessionOptions;

  constructor(options: SessionOptions) {
    this.options = options;
  }

  private session(dims: readonly number[], keepOnDevice: boolean): Promise<Session> {
    const key = `${keepOnDevice} ${dims.join(',')}`;
    let session = this.sessions.get(key);
    if (!session) {
      session = Session.load({ bytes: identityGraph(dims) }, { ...this.options, keepOnDevice });
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

type NamedShape = Pick<ParameterSpec, 'name' | 'shape'>;

export class DeviceTensors {
  private readonly isOnHost: boolean;
  private readonly transfer: Transfer;
  /** On the GPU each changing tensor has a second one in `spare`, which the next step writes. */
  private readonly current = new Map<string, Tensor>();
  private readonly spare = new Map<string, Tensor>();
  private readonly zeros = new Map<string, Tensor>();

  constructor(session: SessionOptions) {
    this.isOnHost = session.device === 'cpu';
    this.transfer = new Transfer(session);
  }

  /** Adds a tensor that no step changes. */
  async addFixed({ name, shape }: NamedShape, data: Float32Array): Promise<void> {
    this.addOwned(name, await this.transfer.toDevice(data, shape));
  }

  /** Adds a tensor that is already on the device and that no step changes. Takes ownership. */
  addOwned(name: string, tensor: Tensor): void {
    this.current.set(name, tensor);
  }

  /** Adds a tensor that steps change. On the CPU they change the array `start` itself. Default: zeros. */
  async addChanging(spec: NamedShape, start: Float32Array = new Float32Array(elements(spec.shape))): Promise<void> {
    await this.addFixed(spec, start);
    if (this.isOnHost) return;
    this.spare.set(spec.name, await this.transfer.toDevice(new Float32Array(start.length), spec.shape));
  }

  /** All tensors, as inputs of a session. */
  inputs(): Record<string, Tensor> {
    return Object.fromEntries(this.current);
  }

  /**
   * The tensors that a session writes as its new:* outputs: on the CPU the inputs themselves, on the GPU the spares.
   */
  outputs(names: readonly string[]): Record<string, Tensor> {
    return Object.fromEntries(
      names.map((name) => [newValueName(name), (this.spare.get(name) ?? this.current.get(name)) as Tensor]),
    );
  }

  /** Makes the written outputs the next inputs. */
  swap(names: readonly string[]): void {
    for (const name of names) {
      const spare = this.spare.get(name);
      if (!spare) continue;
      this.spare.set(name, this.current.get(name) as Tensor);
      this.current.set(name, spare);
    }
  }

  /** Sets tensors to zero. On the GPU it returns shared zero tensors to use as inputs instead. */
  async zeroed(specs: readonly NamedShape[]): Promise<Record<string, Tensor>> {
    const feeds: Record<string, Tensor> = {};
    for (const { name, shape } of specs) {
      if (this.isOnHost) this.current.get(name)?.floats.fill(0);
      else feeds[name] = await this.zerosOf(shape);
    }
    return feeds;
  }

  private async zerosOf(shape: readonly number[]): Promise<Tensor> {
    const key = shape.join();
    const tensor = this.zeros.get(key) ?? (await this.transfer.toDevice(new Float32Array(elements(shape)), shape));
    this.zeros.set(key, tensor);
    return tensor;
  }

  /** Reads tensors to the host. On the CPU these are the arrays themselves, valid until the next step. */
  async read(names: Iterable<string>): Promise<Map<string, Float32Array>> {
    const out = new Map<string, Float32Array>();
    for (const name of names) out.set(name, await this.transfer.toHost(this.current.get(name) as Tensor));
    return out;
  }

  /**
   * Call it before the sessions are released: a GPU tensor that outlives its session crashes the process.
   */
  clear(): void {
    disposeAll([...this.current.values(), ...this.spare.values(), ...this.zeros.values()]);
    for (const tensors of [this.current, this.spare, this.zeros]) tensors.clear();
  }

  dispose(): Promise<void> {
    return this.transfer.dispose();
  }
}
