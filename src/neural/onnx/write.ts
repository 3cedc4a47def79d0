// Writes a graph as the bytes of an ONNX model. Large constants can stay outside, by reference, for the session to map.
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { DTYPES, type Graph, GraphError, type Node, type Value } from './graph.ts';
import { CONTRIB, FLOAT_ATTRIBUTES, OPSET } from './ops.ts';

export interface WrittenModel {
  readonly bytes: Uint8Array;
  /** Constants left out of `bytes`: location -> their bytes, by reference. */
  readonly external: ReadonlyMap<string, Uint8Array>;
}

export interface WriteOptions {
  /** Constants of at least so many bytes stay outside, each at a location that is its name. Default: none. */
  readonly externalFrom?: number;
  /** Name of an additional first output, an empty sequence: see SessionOptions.unreturnable. */
  readonly unreturnable?: string;
}

// TensorProto.DataLocation
const EXTERNAL = 1;
// AttributeProto.AttributeType
const FLOAT = 1;
const INT = 2;
const INTS = 7;

/** Field numbers below are from the standard's messages (onnx/onnx.proto, IR version 10). */
export function writeModel(graph: Graph, options: WriteOptions = {}): WrittenModel {
  const { externalFrom = Number.POSITIVE_INFINITY, unreturnable } = options;
  const external = new Map<string, Uint8Array>();
  const { nodes, constants } = graph.live();
  const bytes = message([
    [1, 10],
    [2, 'easy-adaptation'],
    [
      7,
      message([
        ...nodes.map((node) => field(1, writeNode(node))),
        // Its type is left to the runtime, which infers it.
        ...(unreturnable === undefined ? [] : [field(1, emptySequence(unreturnable))]),
        [2, graph.name],
        ...constants.map((value) => {
          const data = value.data as Uint8Array;
          const outside = data.length >= externalFrom;
          if (outside) external.set(value.name, data);
          return field(5, writeConstant(value, data, outside));
        }),
        ...graph.inputs.map((value) => field(11, valueInfo(value))),
        ...(unreturnable === undefined ? [] : [field(12, message([[1, unreturnable]]))]),
        ...graph.outputs.map((value) => field(12, valueInfo(value))),
      ]),
    ],
    [8, operatorSet('', OPSET)],
    [8, operatorSet('com.microsoft', 1)],
  ]);
  return { bytes, external };
}

/** A whole number is a varint, a float four bytes; texts, bytes and messages carry their length. */
type Field = readonly [number: number, value: number | string | Uint8Array | { readonly float: number }];

const field = (number: number, value: Field[1]): Field => [number, value];

function message(fields: readonly Field[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const [number, value] of fields) {
    if (typeof value === 'number') writer.tag(number, WireType.Varint).int64(value);
    else if (typeof value === 'string') writer.tag(number, WireType.LengthDelimited).string(value);
    else if (value instanceof Uint8Array) writer.tag(number, WireType.LengthDelimited).bytes(value);
    else writer.tag(number, WireType.Bit32).float(value.float);
  }
  return writer.finish();
}

function packed(values: readonly number[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const value of values) writer.int64(value);
  return writer.finish();
}

function operatorSet(domain: string, version: number): Uint8Array {
  return message([
    [1, domain],
    [2, version],
  ]);
}

function writeNode({ op, inputs, outputs, attributes }: Node): Uint8Array {
  return message([
    ...inputs.map((value) => field(1, value.name)),
    ...outputs.map((value) => field(2, value.name)),
    [3, outputs[0]?.name ?? ''],
    [4, op],
    ...Object.entries(attributes).map(([name, value]) => field(5, attribute(name, value))),
    [7, CONTRIB.has(op) ? 'com.microsoft' : ''],
  ]);
}

function emptySequence(name: string): Uint8Array {
  return message([
    [2, name],
    [3, name],
    [4, 'SequenceEmpty'],
  ]);
}

/** @param outside its bytes are a file of their own, at a location that is its name */
function writeConstant({ name, shape, type }: Value, data: Uint8Array, outside: boolean): Uint8Array {
  const whole = { location: name, offset: '0', length: String(data.length) };
  const entries = Object.entries(whole).map(([key, value]) =>
    field(
      13,
      message([
        [1, key],
        [2, value],
      ]),
    ),
  );
  return message([
    [1, packed(shape.map(Number))],
    [2, DTYPES[type].onnx],
    [8, name],
    ...(outside ? [...entries, field(14, EXTERNAL)] : [field(9, data)]),
  ]);
}

function attribute(name: string, value: unknown): Uint8Array {
  const of = (type: number, content: Field) => message([[1, name], content, [20, type]]);
  if (typeof value === 'number')
    return FLOAT_ATTRIBUTES.has(name) ? of(FLOAT, [2, { float: value }]) : of(INT, [3, value]);
  if (Array.isArray(value)) return of(INTS, [8, packed(value)]);
  throw new GraphError(`attribute '${name}' is neither a number nor a list of integers`);
}

function valueInfo({ name, type, shape }: Value): Uint8Array {
  const dimensions = shape.map((size) => field(1, message([[typeof size === 'number' ? 1 : 2, size]])));
  const tensor = message([
    [1, DTYPES[type].onnx],
    [2, message(dimensions)],
  ]);
  return message([
    [1, name],
    [2, message([[1, tensor]])],
  ]);
}
