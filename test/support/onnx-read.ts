// Reads an ONNX model that our code wrote, as plain data.
import { fromBinary } from '@bufbuild/protobuf';
import { DTYPES, type DType, GraphError, type TensorType } from '../../src/neural/onnx/types.ts';
import { ModelProtoSchema, type StringStringEntryProto, type ValueInfoProto } from './onnx-pb.ts';

// TensorProto.DataLocation
const EXTERNAL = 1;

export interface ReadNode {
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, number | string | readonly number[]>>;
}

export interface ReadModel {
  readonly name: string;
  readonly opsets: Readonly<Record<string, number>>;
  readonly nodes: readonly ReadNode[];
  readonly inputs: readonly (TensorType & { readonly name: string })[];
  readonly outputs: readonly (TensorType & { readonly name: string })[];
  /** `data` is a view into the model's bytes, or into `external`. */
  readonly constants: readonly (TensorType & { readonly name: string; readonly data: Uint8Array })[];
}

/** Throws GraphError if the bytes are no ONNX model, or use features that our writer does not use. */
export function readModel(bytes: Uint8Array, external: ReadonlyMap<string, Uint8Array> = new Map()): ReadModel {
  let model: ReturnType<typeof parse>;
  try {
    model = parse(bytes);
  } catch (cause) {
    throw new GraphError('these bytes are not an ONNX model', { cause });
  }
  if (!model.graph) throw new GraphError('the ONNX model has no graph');
  const { graph } = model;
  return {
    name: graph.name,
    opsets: Object.fromEntries(model.opsetImport.map((set) => [set.domain, Number(set.version)])),
    nodes: graph.node.map((node) => ({
      op: node.opType,
      domain: node.domain,
      inputs: node.input,
      outputs: node.output,
      attributes: Object.fromEntries(
        node.attribute.map(({ name, type, f, i, s, ints }) => {
          if (type === 1) return [name, f];
          if (type === 2) return [name, Number(i)];
          if (type === 3) return [name, new TextDecoder().decode(s)];
          if (type === 7) return [name, ints.map(Number)];
          throw new GraphError(`attribute '${name}' of ${node.opType} has type ${type}, which is not supported`);
        }),
      ),
    })),
    inputs: graph.input.map(typed),
    outputs: graph.output.map(typed),
    constants: graph.initializer.map((tensor) => ({
      name: tensor.name,
      type: dtype(tensor.dataType),
      shape: tensor.dims.map(Number),
      data: tensor.dataLocation === EXTERNAL ? fromOutside(tensor.name, tensor.externalData, external) : tensor.rawData,
    })),
  };
}

function parse(bytes: Uint8Array) {
  return fromBinary(ModelProtoSchema, bytes);
}

function fromOutside(
  name: string,
  entries: readonly StringStringEntryProto[],
  external: ReadonlyMap<string, Uint8Array>,
) {
  const entry = (key: string) => entries.find((candidate) => candidate.key === key)?.value;
  const location = entry('location') ?? '';
  const data = external.get(location);
  const offset = Number(entry('offset') ?? 0);
  const length = Number(entry('length') ?? Number.NaN);
  if (!data || !(offset + length <= data.length)) throw new GraphError(`constant '${name}' is not in '${location}'`);
  return data.subarray(offset, offset + length);
}

function dtype(number: number): DType {
  const found = (Object.keys(DTYPES) as DType[]).find((type) => DTYPES[type].onnx === number);
  if (!found) throw new GraphError(`element type ${number} is not supported`);
  return found;
}

function typed(info: ValueInfoProto) {
  const tensor = info.type?.value;
  if (tensor?.case !== 'tensorType') throw new GraphError(`'${info.name}' is not a tensor`);
  return {
    name: info.name,
    type: dtype(tensor.value.elemType),
    shape: (tensor.value.shape?.dim ?? []).map(({ value }) =>
      value.case === 'dimValue' ? Number(value.value) : (value.value ?? '?'),
    ),
  };
}
