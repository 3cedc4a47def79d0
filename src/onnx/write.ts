// A graph as the bytes of an ONNX model. Large constants can stay outside, by reference, for the session to map.
import { create, toBinary } from '@bufbuild/protobuf';
import type { Graph, Value } from './graph.ts';
import {
  type AttributeProto,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from './onnx-pb.ts';
import { CONTRIB, FLOAT_ATTRIBUTES, OPSET } from './ops.ts';
import { DTYPES, GraphError } from './types.ts';

export interface WrittenModel {
  readonly bytes: Uint8Array;
  /** Constants left out of `bytes`: location -> their bytes, by reference. */
  readonly external: ReadonlyMap<string, Uint8Array>;
}

export interface WriteOptions {
  /** Constants of at least so many bytes stay outside, each at a location that is its name. Default: none. */
  readonly externalFrom?: number;
  /** Name of an output put before all others that is no tensor but an empty sequence: see SessionOptions.unreturnable. */
  readonly unreturnable?: string;
}

// TensorProto.DataLocation
const EXTERNAL = 1;
// AttributeProto.AttributeType
const FLOAT = 1;
const INT = 2;
const STRING = 3;
const INTS = 7;

export function writeModel(graph: Graph, options: WriteOptions = {}): WrittenModel {
  const external = new Map<string, Uint8Array>();
  const { nodes, constants } = graph.live();
  const model = create(ModelProtoSchema, {
    irVersion: 10n,
    producerName: 'easy-adaptation',
    opsetImport: [
      create(OperatorSetIdProtoSchema, { domain: '', version: BigInt(OPSET) }),
      create(OperatorSetIdProtoSchema, { domain: 'com.microsoft', version: 1n }),
    ],
    graph: create(GraphProtoSchema, {
      name: graph.name,
      node: nodes.map((node) =>
        create(NodeProtoSchema, {
          name: node.outputs[0]?.name ?? '',
          opType: node.op,
          domain: CONTRIB.has(node.op) ? 'com.microsoft' : '',
          input: node.inputs.map((value) => value.name),
          output: node.outputs.map((value) => value.name),
          attribute: Object.entries(node.attributes).map(([name, value]) => attribute(name, value)),
        }),
      ),
      initializer: constants.map((value) => {
        const data = value.data as Uint8Array;
        const outside = data.length >= (options.externalFrom ?? Number.POSITIVE_INFINITY);
        if (outside) external.set(value.name, data);
        return create(TensorProtoSchema, {
          name: value.name,
          dims: value.shape.map(BigInt),
          dataType: DTYPES[value.type].onnx,
          ...(outside
            ? { dataLocation: EXTERNAL, externalData: externalEntries(value.name, data.length) }
            : { rawData: data }),
        });
      }),
      input: graph.inputs.map(valueInfo),
      output: graph.outputs.map(valueInfo),
    }),
  });
  if (options.unreturnable !== undefined && model.graph) {
    const name = options.unreturnable;
    model.graph.node.push(create(NodeProtoSchema, { name, opType: 'SequenceEmpty', output: [name] }));
    // Its type is left to the runtime, which infers it.
    model.graph.output.unshift(create(ValueInfoProtoSchema, { name }));
  }
  return { bytes: toBinary(ModelProtoSchema, model), external };
}

function externalEntries(location: string, length: number) {
  return Object.entries({ location, offset: '0', length: String(length) }).map(([key, value]) =>
    create(StringStringEntryProtoSchema, { key, value }),
  );
}

function attribute(name: string, value: unknown): AttributeProto {
  if (typeof value === 'number') {
    return FLOAT_ATTRIBUTES.has(name)
      ? create(AttributeProtoSchema, { name, type: FLOAT, f: value })
      : create(AttributeProtoSchema, { name, type: INT, i: BigInt(value) });
  }
  if (typeof value === 'string') {
    return create(AttributeProtoSchema, { name, type: STRING, s: new TextEncoder().encode(value) });
  }
  if (Array.isArray(value)) return create(AttributeProtoSchema, { name, type: INTS, ints: value.map(BigInt) });
  throw new GraphError(`attribute '${name}' is neither number, string nor list of integers`);
}

function valueInfo(value: Value) {
  const dim = value.shape.map((size) =>
    create(TensorShapeProto_DimensionSchema, {
      value: typeof size === 'number' ? { case: 'dimValue', value: BigInt(size) } : { case: 'dimParam', value: size },
    }),
  );
  return create(ValueInfoProtoSchema, {
    name: value.name,
    type: create(TypeProtoSchema, {
      value: {
        case: 'tensorType',
        value: create(TypeProto_TensorSchema, {
          elemType: DTYPES[value.type].onnx,
          shape: create(TensorShapeProtoSchema, { dim }),
        }),
      },
    }),
  });
}
