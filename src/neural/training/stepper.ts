// One optimiser step on a device: feeds to loss, gradients and update. Parameters and optimiser state stay there.

import { frozenArrays, withoutData } from '../architecture/frozen.ts';
import {
  accumulateGraph,
  applyGraph,
  frozenSpecs,
  gradientSumName,
  lossGraph,
  type TrainingGraphOptions,
  trainedSpecs,
  UNRETURNABLE,
} from '../architecture/graphs.ts';
import { STEP_INPUTS, stateNames, stepInputs } from '../architecture/optimizer.ts';
import { elements, type Weights } from '../architecture/parameters.ts';
import type { Quantized } from '../architecture/quantize.ts';
import { checkWeights } from '../models/unusable.ts';
import { type Device, disposeAll, Session, type SessionOptions, Tensor } from '../runtime/session.ts';
import type { TokenBatch } from './batches.ts';
import { DeviceTensors } from './device-tensors.ts';

export interface StepperOptions extends Omit<TrainingGraphOptions, 'layout'> {
  readonly device: Device;
  readonly threads: number;
  /** On the CPU it is cleared once its matrices are converted, which saves a copy of the model. */
  readonly packed: Map<string, Quantized>;
}

export interface StepResult {
  /** Weighted mean over the step's tokens, nats. */
  readonly loss: number;
  /** Global norm of the gradient before clipping. */
  readonly norm: number;
}

/** Everything that training changes, by tensor name; `step` is the number of finished steps. */
export interface TrainingState {
  readonly step: number;
  readonly tensors: Map<string, Float32Array>;
}

/** The number of elements of each tensor of a TrainingState. */
export function sizesOfState(options: StepperOptions): Map<string, number> {
  return new Map(
    trainedSpecs(options).flatMap((spec) =>
      [spec.name, ...stateNames(spec)].map((name) => [name, elements(spec.shape)] as const),
    ),
  );
}

type GraphOptions = StepperOptions & Pick<TrainingGraphOptions, 'layout'>;

export class Stepper {
  private options: GraphOptions;
  private readonly tensors: DeviceTensors;
  /** Forward and backward pass of a micro-batch. */
  private readonly accumulate: Session;
  /** Clipping, and the update by the sums of the micro-batches' gradients. */
  private readonly apply: Session;
  /** The forward pass alone; loaded on first use. */
  private forward: Session | undefined;
  private stepsDone = 0;

  private constructor(options: GraphOptions, accumulate: Session, apply: Session) {
    this.options = options;
    this.tensors = new DeviceTensors(sessionOptions(options));
    this.accumulate = accumulate;
    this.apply = apply;
  }

  /**
   * Throws CodedError 'corrupt' if a parameter is missing, has another size or is not finite.
   * @param base the norms of the base
   * @param start the trained parameters; missing optimiser state is zero. On the CPU steps change these arrays
   */
  static async create(requested: StepperOptions, base: Weights, start: TrainingState): Promise<Stepper> {
    const inPlace = requested.device === 'cpu';
    const options: GraphOptions = { ...requested, layout: inPlace ? 'columns' : 'rows' };
    checkWeights(frozenSpecs(options), base);
    checkWeights(trainedSpecs(options), start.tensors);
    const session = { ...sessionOptions(options), ...(inPlace && { unreturnable: UNRETURNABLE }) };
    const accumulate = await Session.load(accumulateGraph(options, inPlace), session);
    // It runs once per step, so its memory is better given to the micro-batches.
    const apply = await Session.load(applyGraph(options, inPlace), { ...session, unpooled: true });
    const stepper = new Stepper(options, accumulate, apply);
    try {
      await stepper.load(base, start);
    } catch (error) {
      await stepper.dispose();
      throw error;
    }
    return stepper;
  }

  private async load(base: Weights, start: TrainingState): Promise<void> {
    const { options, tensors } = this;
    const { packed, layout } = options;
    for (const spec of frozenSpecs(options)) await tensors.addFixed(spec, base.get(spec.name) as Float32Array);
    if (layout === 'columns') {
      for (const { name, shape, data } of frozenArrays(packed, layout)) {
        tensors.addOwned(name, Tensor.host(data(), shape));
      }
      // The graphs now read the converted arrays.
      this.options = { ...options, packed: withoutData(packed) };
      packed.clear();
    }
    for (const spec of trainedSpecs(options)) {
      for (const name of [spec.name, ...stateNames(spec), gradientSumName(spec.name)]) {
        await tensors.addChanging({ ...spec, name }, start.tensors.get(name));
      }
    }
    this.stepsDone = start.step;
  }

  /** Number of finished steps. */
  get step(): number {
    return this.stepsDone;
  }

  /**
   * One step over micro-batches whose weights together sum to 1. The loss and its gradients are outputs of the graph
   * (architecture/graphs.ts). `onPause` runs after each micro-batch and may take long. If it returns false, the step is
   * abandoned and nothing has changed.
   */
  async run(
    batches: readonly TokenBatch[],
    learningRate: number,
    maxNorm: number,
    onPause: () => Promise<boolean> = async () => true,
  ): Promise<StepResult | undefined> {
    const trained = trainedSpecs(this.options);
    const sums = trained.map(({ name, shape }) => ({ name: gradientSumName(name), shape }));
    const sumNames = sums.map(({ name }) => name);
    let zeros = await this.tensors.zeroed(sums);
    let loss = 0;
    for (const batch of batches) {
      loss += await this.write(this.accumulate, { ...batchFeeds(batch), ...zeros }, sumNames, 'loss');
      zeros = {};
      if (!(await onPause())) return undefined;
    }
    if (!Number.isFinite(loss)) return { loss, norm: Number.NaN };
    const scalars = stepInputs(this.options.optimizer, this.stepsDone + 1, learningRate, maxNorm);
    const feeds = Object.fromEntries(
      STEP_INPUTS.map((name) => [name, Tensor.host(Float32Array.of(scalars[name]), [])]),
    );
    const changed = trained.flatMap((spec) => [spec.name, ...stateNames(spec)]);
    const norm = await this.write(this.apply, feeds, changed, 'norm');
    this.stepsDone++;
    return { loss, norm };
  }

  /** Runs a session, which writes the new values of the tensors `names`. Returns its output `scalar`. */
  private async write(
    session: Session,
    feeds: Record<string, Tensor>,
    names: readonly string[],
    scalar: string,
  ): Promise<number> {
    const { tensors, options } = this;
    const outputs = tensors.outputs(names);
    if (options.device === 'cpu') outputs[scalar] = Tensor.host(new Float32Array(1), []);
    const out = await session.run({ ...tensors.inputs(), ...feeds }, outputs);
    tensors.swap(names);
    return scalarOf(out, scalar);
  }

  /** The weighted loss of a batch under the present parameters, nats; changes nothing. */
  async loss(batch: TokenBatch): Promise<number> {
    // It runs rarely, so its memory is better given to the steps.
    this.forward ??= await Session.load(lossGraph(this.options), {
      ...sessionOptions(this.options),
      unpooled: true,
    });
    const out = await this.forward.run({ ...this.tensors.inputs(), ...batchFeeds(batch) });
    const loss = scalarOf(out, 'loss');
    disposeAll(Object.values(out));
    return loss;
  }

  /** Everything that training changes; on the CPU without a copy, valid until the next step. */
  async state(): Promise<TrainingState> {
    return { step: this.stepsDone, tensors: await this.tensors.read(sizesOfState(this.options).keys()) };
  }

  /** The trained parameters without the optimiser's state; on the CPU without a copy, valid until the next step. */
  parameters(): Promise<Map<string, Float32Array>> {
    return this.tensors.read(trainedSpecs(this.options).map(({ name }) => name));
  }

  /** Releases the tensors first: a GPU tensor that outlives its session crashes the process. */
  async dispose(): Promise<void> {
    this.tensors.clear();
    for (const session of [this.accumulate, this.apply, this.forward]) await session?.dispose();
    await this.tensors.dispose();
  }
}

function sessionOptions({ device, threads }: StepperOptions): SessionOptions {
  // Strict: no operator may fall back to the CPU. The tests on a software GPU check this for every GPU.
  return { device, threads, strict: true, asWritten: true };
}

function batchFeeds({ ids, targets, weights }: TokenBatch): Record<string, Tensor> {
  return {
    ids: Tensor.host(ids, [ids.length]),
    targets: Tensor.host(targets, [targets.length]),
    weights: Tensor.host(weights, [weights.length]),
  };
}

function scalarOf(out: Readonly<Record<string, Tensor>>, name: string): number {
  return (out[name] as Tensor).floats[0] as number;
}
