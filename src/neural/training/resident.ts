// The tensors that stay on the device between steps, by input name: parameters, optimiser state, sums of gradients.
// Owns them.
import { identityGraph, renewed } from '../architecture/graphs.ts';
import { elements } from '../architecture/parameters.ts';
import type { Session, SessionOptions } from '../runtime/session.ts';
import { disposeAll, Tensor } from '../runtime/tensor.ts';
import { Transfer } from '../runtime/transfer.ts';

interface Named {
  readonly name: string;
  readonly shape: readonly number[];
}

export class ResidentTensors {
  private readonly isOnHost: boolean;
  private readonly transfer: Transfer;
  /** On the GPU `spare` is the other tensor of each pair, which is written next. */
  private readonly current = new Map<string, Tensor>();
  private readonly spare = new Map<string, Tensor>();
  private readonly zeros = new Map<string, Tensor>();

  constructor(session: SessionOptions) {
    this.isOnHost = session.device === 'cpu';
    this.transfer = new Transfer(session, identityGraph);
  }

  /** Adds a tensor that no step changes. */
  async keep(name: string, shape: readonly number[], data: Float32Array): Promise<void> {
    this.take(name, await this.transfer.toDevice(data, shape));
  }

  /** The same for a tensor that is on the device already. */
  take(name: string, tensor: Tensor): void {
    this.current.set(name, tensor);
  }

  /** Adds a tensor that steps change; on the CPU the array itself. */
  async own(name: string, shape: readonly number[], start: Float32Array): Promise<void> {
    await this.keep(name, shape, start);
    if (!this.isOnHost) this.spare.set(name, await this.transfer.toDevice(new Float32Array(elements(shape)), shape));
  }

  /** All tensors, as inputs of a session. */
  feeds(): Record<string, Tensor> {
    return Object.fromEntries(this.current);
  }

  /** Runs a session and replaces tensors by its new:* outputs: in place on the CPU, in the spare tensors on the GPU. */
  async renew(
    session: Session,
    feeds: Record<string, Tensor>,
    names: readonly string[],
    scalars: readonly string[],
  ): Promise<Record<string, Tensor>> {
    const into: Record<string, Tensor> = {};
    if (session.device === 'cpu') for (const name of scalars) into[name] = Tensor.host(new Float32Array(1), []);
    for (const name of names) into[renewed(name)] = (this.spare.get(name) ?? this.current.get(name)) as Tensor;
    const out = await session.run({ ...this.feeds(), ...feeds }, into);
    for (const name of names) {
      const spare = this.spare.get(name);
      if (!spare) continue;
      this.spare.set(name, this.current.get(name) as Tensor);
      this.current.set(name, spare);
    }
    return out;
  }

  /** Zero sums of gradients: the arrays themselves on the CPU; on the GPU shared zeros, which are fed instead. */
  async zeroed(sums: readonly Named[]): Promise<Record<string, Tensor>> {
    const feeds: Record<string, Tensor> = {};
    for (const { name, shape } of sums) {
      const sum = this.current.get(name) as Tensor;
      if (!sum.onDevice) sum.floats.fill(0);
      else feeds[name] = await this.zero(shape);
    }
    return feeds;
  }

  private async zero(shape: readonly number[]): Promise<Tensor> {
    const key = shape.join();
    let tensor = this.zeros.get(key);
    if (!tensor) {
      tensor = await this.transfer.toDevice(new Float32Array(elements(shape)), shape);
      this.zeros.set(key, tensor);
    }
    return tensor;
  }

  /** On the CPU without a copy: valid until the next step. */
  async read(names: readonly string[]): Promise<Map<string, Float32Array>> {
    const out = new Map<string, Float32Array>();
    for (const name of names) out.set(name, await this.transfer.toHost(this.current.get(name) as Tensor));
    return out;
  }

  /**
   * Call it before the sessions end: a GPU tensor returns to its session, and one that outlives it ends the process.
   */
  clear(): void {
    disposeAll([...this.current.values(), ...this.spare.values(), ...this.zeros.values()]);
    for (const tensors of [this.current, this.spare, this.zeros]) tensors.clear();
  }

  dispose(): Promise<void> {
    return this.transfer.dispose();
  }
}
