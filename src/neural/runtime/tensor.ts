// Tensors with one owner: the receiver of a session's output frees it. Host tensors are views of typed arrays and cost
// nothing.
import type { Tensor as OrtTensor } from 'onnxruntime-node';
import { library } from './library.ts';

export type TensorData = Float32Array | Int32Array | BigInt64Array | Uint8Array | Int8Array | Uint16Array;
/** Element types by the names that onnxruntime uses. */
export type ElementType = 'float32' | 'float16' | 'int32' | 'int64' | 'uint8' | 'int8' | 'bool';

function typeOf(data: TensorData): ElementType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof BigInt64Array) return 'int64';
  if (data instanceof Uint8Array) return 'uint8';
  if (data instanceof Int8Array) return 'int8';
  return 'float16';
}

export class Tensor {
  /** onnxruntime's own object; for neural/runtime/ alone. */
  readonly handle: OrtTensor;

  constructor(handle: OrtTensor) {
    this.handle = handle;
  }

  /** A view of `data` (no copy): change the array and the tensor changes. Uint16Array holds the bits of float16. */
  static host(data: TensorData, dims: readonly number[], type: ElementType = typeOf(data)): Tensor {
    return new Tensor(new (library().Tensor)(type as 'float32', data as Float32Array, dims));
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
