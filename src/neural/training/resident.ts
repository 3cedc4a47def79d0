// Owns the tensors that stay on the device between steps, by input name: parameters, optimiser state, gradient sums.
import { identityGraph, newValueName } from '../architecture/graphs.ts';
import { elements } from '../architecture/parameters.ts';
import type { Session, SessionOptions } from '../runtime/session.ts';
import { disposeAll, Tensor } from '../runtime/tensor.ts';
import { Transfer } from '../runtime/transfer.ts';

interface NamedShape {
  readonly name: string;
  readonly shape: readonly number[];
}

export class ResidentTensors {
  private readonly isOnHost: boolean;
  private readonly transfer: Transfer;
  /** On the GPU each changing tensor has a second one in `spare`, which the next step writes. */
  private readonly current = new Map<string, Tensor>();
  private readonly spare = new Map<string, Tensor>();
  private readonly zeros = new Map<string, Tensor>();

  constructor(session: SessionOptions) {
    this.isOnHost = session.device === 'cpu';
    this.transfer = new Transfer(session, identityGraph);
  }

  /** Adds a tensor that no step changes. */
  async addFixed(name: string, shape: readonly number[], data: Float32Array): Promise<void> {
    this.addOwned(name, await this.transfer.toDevice(data, shape));
  }

  /** Adds a tensor that is already on the device and that no step changes. Takes ownership. */
  addOwned(name: string, tensor: Tensor): void {
    this.current.set(name, tensor);
  }

  /** Adds a tensor that steps change. On the CPU they change the array `start` itself. */
  async addChanging(name: string, shape: readonly number[], start: Float32Array): Promise<void> {
    await this.addFixed(name, shape, start);
    if (!this.isOnHost) this.spare.set(name, await this.transfer.toDevice(new Float32Array(elements(shape)), shape));
  }

  /** All tensors, as inputs of a session. */
  inputs(): Record<string, Tensor> {
    return Object.fromEntries(this.current);
  }

  /** Runs a session and replaces tensors by its new:* outputs: in place on the CPU, in the spare tensors on the GPU. */
  async runAndReplace(
    session: Session,
    feeds: Record<string, Tensor>,
    names: readonly string[],
    scalars: readonly string[],
  ): Promise<Record<string, Tensor>> {
    const outputs: Record<string, Tensor> = {};
    if (session.device === 'cpu') for (const name of scalars) outputs[name] = Tensor.host(new Float32Array(1), []);
    for (const name of names) outputs[newValueName(name)] = (this.spare.get(name) ?? this.current.get(name)) as Tensor;
    const out = await session.run({ ...this.inputs(), ...feeds }, outputs);
    for (const name of names) {
      const spare = this.spare.get(name);
      if (!spare) continue;
      this.spare.set(name, this.current.get(name) as Tensor);
      this.current.set(name, spare);
    }
    return out;
  }

  /** Sets gradient sums to zero. On the GPU it returns shared zero tensors to use as inputs instead. */
  async resetSums(sums: readonly NamedShape[]): Promise<Record<string, Tensor>> {
    const feeds: Record<string, Tensor> = {};
    for (const { name, shape } of sums) {
      const sum = this.current.get(name) as Tensor;
      if (!sum.onDevice) sum.floats.fill(0);
      else feeds[name] = await this.zerosOf(shape);
    }
    return feeds;
  }

  private async zerosOf(shape: readonly number[]): Promise<Tensor> {
    const key = shape.join();
    let tensor = this.zeros.get(key);
    if (!tensor) {
      tensor = await this.transfer.toDevice(new Float32Array(elements(shape)), shape);
      this.zeros.set(key, tensor);
    }
    return tensor;
  }

  /** Reads tensors to the host. On the CPU these are the arrays themselves, valid until the next step. */
  async read(names: readonly string[]): Promise<Map<string, Float32Array>> {
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
