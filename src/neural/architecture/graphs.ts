// The graphs of training: gradients of a micro-batch, the update, and the loss alone. Parameters and optimiser state
// are inputs and outputs, never constants.
import { Builder } from '../autodiff/builder.ts';
import { gradients } from '../autodiff/gradient.ts';
import type { Value } from '../onnx/graph.ts';
import { type WrittenModel, writeModel } from '../onnx/write.ts';
import { type Batch, hiddenStates } from './decoder.ts';
import { type FrozenLayout, FrozenMatrices } from './frozen.ts';
import { adaptedLinear, adapterSpecs, type LoraConfig } from './lora.ts';
import { addUpdates, type OptimizerConfig, STEP_INPUTS, stateNames } from './optimizer.ts';
import { EMBEDDING, type ModelConfig, type ParameterSpec, parameterSpecs } from './parameters.ts';
import type { Quantized } from './quantize.ts';

export interface TrainingGraphOptions extends Batch {
  readonly config: ModelConfig;
  readonly optimizer: OptimizerConfig;
  readonly lora: LoraConfig;
  /** Rows whose logits exist at once. */
  readonly lossChunk: number;
  /** All matrices of the base, in 4 bits. Its other parameters are f32 inputs. */
  readonly packed: ReadonlyMap<string, Quantized>;
  readonly layout?: FrozenLayout;
}

/** The trained parameters, in the order of the graphs' inputs. */
export function trainedSpecs({ config, lora }: Pick<TrainingGraphOptions, 'config' | 'lora'>): ParameterSpec[] {
  return adapterSpecs(config, lora);
}

/** The f32 inputs that are not trained: the base without its packed matrices. */
export function frozenSpecs({ config }: Pick<TrainingGraphOptions, 'config'>): ParameterSpec[] {
  return parameterSpecs(config).filter(({ kind }) => kind === 'norm');
}

/** Output that replaces input `name`. */
export function newValueName(name: string): string {
  return `new:${name}`;
}

/** Input for the summed gradients of parameter `name`. */
export function gradientSumName(name: string): string {
  return `grad:${name}`;
}

/** Name of the first output of an `inPlace` graph: see SessionOptions.unreturnable. CPU only. */
export const UNRETURNABLE = 'unreturnable';

class GraphInputs {
  private readonly b: Builder;
  private readonly known = new Map<string, Value>();

  constructor(b: Builder, specs: readonly ParameterSpec[]) {
    this.b = b;
    for (const { name, shape } of specs) this.add(name, shape);
  }

  add(name: string, shape: readonly number[]): Value {
    const value = this.b.graph.input(name, 'f32', shape);
    this.known.set(name, value);
    return value;
  }

  readonly get = (name: string): Value => {
    const value = this.known.get(name);
    if (!value) throw new Error(`the graph has no input '${name}'`);
    return value;
  };
}

/** Constants of at least this many bytes are stored outside the model's bytes. */
const EXTERNAL_FROM = 4096;

function writeGraph(b: Builder, inPlace = false): WrittenModel {
  return writeModel(b.graph, { externalFrom: EXTERNAL_FROM, ...(inPlace ? { unreturnable: UNRETURNABLE } : {}) });
}

function addForwardPass(
  b: Builder,
  inputs: GraphInputs,
  options: Omit<TrainingGraphOptions, 'optimizer'>,
): { losses: Value; weights: Value } {
  const { config, batch, length, lora, lossChunk, packed, layout } = options;
  const count = batch * length;
  // The weights sum to 1 over the whole step.
  const ids = b.graph.input('ids', 'i32', [count]);
  const targets = b.graph.input('targets', 'i32', [count]);
  const weights = b.graph.input('weights', 'f32', [count]);
  const frozen = new FrozenMatrices(b, packed, layout ?? 'rows');
  const linear = adaptedLinear(b, lora, (x, name) => frozen.product(name)(x), inputs.get);
  const rows = (rowIds: Value) => frozen.rows(EMBEDDING, rowIds);
  const hidden = b.recomputed(() =>
    hiddenStates(b, config, options, ids, { parameter: inputs.get, linear, embed: rows }),
  );
  const output = { logits: frozen.product(EMBEDDING), rows };
  return { losses: tokenLosses(b, hidden, output, targets, lossChunk), weights };
}

function addLossAndGradients(
  b: Builder,
  inputs: GraphInputs,
  options: TrainingGraphOptions,
): { loss: Value; grads: Value[] } {
  const { losses, weights } = addForwardPass(b, inputs, options);
  const loss = b.sumAll(b.mul(losses, weights));
  const targets = trainedSpecs(options).map(({ name }) => inputs.get(name));
  return { loss, grads: gradients(b, loss, targets) };
}

function addOptimizer(b: Builder, inputs: GraphInputs, options: TrainingGraphOptions, grads: readonly Value[]): void {
  const specs = trainedSpecs(options);
  for (const spec of specs) for (const name of stateNames(spec)) inputs.add(name, spec.shape);
  const scalars = Object.fromEntries(STEP_INPUTS.map((name) => [name, b.graph.input(name, 'f32', [])])) as Record<
    (typeof STEP_INPUTS)[number],
    Value
  >;
  const { updates: renewals, norm } = addUpdates(b, options.optimizer, specs, inputs.get, grads, scalars);
  for (const { name, value } of renewals) b.graph.output(newValueName(name), value);
  b.graph.output('norm', norm);
}

/** Forward and backward: outputs loss, and new:grad:* with this micro-batch's gradients added. */
export function accumulateGraph(options: TrainingGraphOptions, inPlace = false): WrittenModel {
  const b = new Builder('accumulate');
  const inputs = new GraphInputs(b, [...frozenSpecs(options), ...trainedSpecs(options)]);
  const { loss, grads } = addLossAndGradients(b, inputs, options);
  b.graph.output('loss', loss);
  trainedSpecs(options).forEach(({ name, shape }, i) => {
    const sum = inputs.add(gradientSumName(name), shape);
    b.graph.output(newValueName(gradientSumName(name)), b.add(sum, grads[i] as Value));
  });
  return writeGraph(b, inPlace);
}

/** Clipping and update from summed gradients: outputs norm, and new:* of parameters and state. */
export function applyGraph(options: TrainingGraphOptions, inPlace = false): WrittenModel {
  const b = new Builder('apply');
  const specs = trainedSpecs(options);
  const inputs = new GraphInputs(b, specs);
  const grads = specs.map(({ name, shape }) => inputs.add(gradientSumName(name), shape));
  addOptimizer(b, inputs, options, grads);
  return writeGraph(b, inPlace);
}

/** The forward pass alone, for validation: outputs loss. All parameters are inputs. */
export function lossGraph(options: TrainingGraphOptions): WrittenModel {
  const b = new Builder('loss');
  const inputs = new GraphInputs(b, [...frozenSpecs(options), ...trainedSpecs(options)]);
  const { losses, weights } = addForwardPass(b, inputs, options);
  b.graph.output('loss', b.sumAll(b.mul(losses, weights)));
  return writeGraph(b);
}

/** Copies its input: moves tensors to a device and back. */
export function identityGraph(shape: readonly number[]): Uint8Array {
  const b = new Builder('identity');
  b.graph.output('y', b.identity(b.graph.input('x', 'f32', shape)));
  return writeModel(b.graph).bytes;
}

/** y = x + x over [4], to check whether a device computes at all. */
export function probeGraph(): Uint8Array {
  const b = new Builder('probe');
  const x = b.graph.input('x', 'f32', [4]);
  b.graph.output('y', b.add(x, x));
  return writeModel(b.graph).bytes;
}

const SPEED = { size: 512, products: 8 };

/**
 * Eight products with almost no transfers, to measure a device's speed: y = the sum of x w w ... w, x and w [512, 512].
 */
export function speedGraph(): Uint8Array {
  const b = new Builder('speed');
  const shape = [SPEED.size, SPEED.size];
  const w = b.graph.input('w', 'f32', shape);
  let x = b.graph.input('x', 'f32', shape);
  for (let i = 0; i < SPEED.products; i++) x = b.matmul(x, w);
  b.graph.output('y', b.sumAll(x));
  return writeModel(b.graph).bytes;
}

/** The output matrix, [vocabulary, width]. */
interface Head {
  /** x times the transpose of the matrix. */
  readonly logits: (x: Value) => Value;
  readonly rows: (ids: Value) => Value;
}

/**
 * Next-token loss, in chunks of rows so that the logits never exist all at once.
 *
 * Negative log-likelihood of each row's target, f32 [rows]. The target's logit is a dot product of two rows.
 * The gradient of picking it from the logits would need a second array of their size.
 *
 * @param hidden f32 [rows, width]
 * @param targets int32 [rows]
 * @param chunk rows whose logits exist at once
 */
function tokenLosses(b: Builder, hidden: Value, head: Head, targets: Value, chunk: number): Value {
  const rows = hidden.shape[0] as number;
  // The backward pass visits this first product last, and so adds its rows to the summed gradient of the chunks.
  const target = b.sum(b.mul(hidden, head.rows(targets)), [-1]);
  const logSums: Value[] = [];
  for (let start = 0; start < rows; start += chunk) {
    const part = b.slice(hidden, 0, start, Math.min(rows, start + chunk));
    const logits = head.logits(part);
    const largest = b.detach(b.reduceMax(logits, [-1]));
    logSums.push(b.add(b.log(b.sum(b.exp(b.sub(logits, largest)), [-1])), largest));
  }
  return b.reshape(b.sub(b.concat(logSums, 0), target), [rows]);
}
