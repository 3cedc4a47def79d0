// One optimiser step on a device, over the parameters and optimiser state that stay there (resident.ts).

import { CodedError } from '../../common/errors.ts';
import { checkWeights } from '../architecture/decoder-values.ts';
import { type FrozenLayout, frozenArrays, shapesAlone } from '../architecture/frozen.ts';
import {
  accumulateGraph,
  accumulator,
  applyGraph,
  frozenSpecs,
  lossGraph,
  stepGraph,
  type TrainingGraphOptions,
  trainedSpecs,
  UNRETURNABLE,
} from '../architecture/graphs.ts';
import { initialAdapters } from '../architecture/lora.ts';
import { STEP_INPUTS, stateNames, stepInputs } from '../architecture/optimizer.ts';
import { elements, type Weights } from '../architecture/parameters.ts';
import { type Device, Session, type SessionOptions } from '../runtime/session.ts';
import { disposeAll, Tensor } from '../runtime/tensor.ts';
import type { TokenBatch } from './batches.ts';
import { ResidentTensors } from './resident.ts';

export interface StepperOptions extends TrainingGraphOptions {
  readonly device: Device;
  readonly threads: number;
  /**
   * Micro-batches per step. 1 runs everything as one graph; more add a sum of gradients, and bound memory and delay.
   */
  readonly microBatches: number;
  /** Seed of fresh adapters. */
  readonly seed: number;
  /**
   * The stepper takes over and changes the trained arrays, and removes packed matrices from their map once it has its
   * own form of them. Saves a copy of the model.
   */
  readonly adopt?: boolean;
}

export interface StepResult {
  /** Weighted mean over the step's tokens, nats. */
  readonly loss: number;
  /** Global norm of the gradient before clipping. */
  readonly norm: number;
}

/** Everything that training changes, by tensor name; `step` counts the steps done. */
export interface TrainingState {
  readonly step: number;
  readonly tensors: Map<string, Float32Array>;
}

const layoutOf = (device: Device): FrozenLayout => (device === 'cpu' ? 'halves' : 'rows');

export class Stepper {
  private options: StepperOptions;
  private readonly tensors: ResidentTensors;
  private readonly sessions: Session[];
  /** Session of the forward pass alone; loaded on first use. */
  private lossSession: Session | undefined;
  private stepsDone = 0;

  private constructor(options: StepperOptions, tensors: ResidentTensors, sessions: Session[]) {
    this.options = options;
    this.tensors = tensors;
    this.sessions = sessions;
  }

  /**
   * `weights` is the model; with adapters, the base. `state` continues an earlier run. Trained arrays are copied unless
   * `adopt` is set. Throws CodedError 'corrupt' if either does not fit.
   */
  static async create(requested: StepperOptions, weights: Weights, state?: TrainingState): Promise<Stepper> {
    const options = { ...requested, layout: layoutOf(requested.device) };
    const session = sessionOptions(options);
    const tensors = new ResidentTensors(session);
    const sessions: Session[] = [];
    const inPlace = options.device === 'cpu';
    const writing: SessionOptions = inPlace ? { ...session, unreturnable: UNRETURNABLE } : session;
    if (options.microBatches === 1) sessions.push(await Session.load(stepGraph(options, inPlace), writing));
    else {
      sessions.push(await Session.load(accumulateGraph(options, inPlace), writing));
      // Runs once per step: the micro-batches make better use of its memory.
      sessions.push(await Session.load(applyGraph(options, inPlace), { ...writing, unpooled: true }));
    }
    const stepper = new Stepper(options, tensors, sessions);
    try {
      await stepper.load(weights, state);
    } catch (error) {
      await stepper.dispose();
      throw error;
    }
    return stepper;
  }

  private async load(weights: Weights, state: TrainingState | undefined): Promise<void> {
    const { options } = this;
    const frozen = frozenSpecs(options);
    const trained = trainedSpecs(options);
    checkWeights(frozen, weights);
    const { config, lora, seed } = options;
    const fresh = lora ? initialAdapters(config, lora, seed) : weights;
    const values = state?.tensors ?? fresh;
    checkWeights(trained, values);
    for (const { name, shape } of frozen) {
      await this.tensors.keep(name, shape, weights.get(name) as Float32Array);
    }
    if (options.packed && options.layout === 'halves') {
      for (const { name, shape, data } of frozenArrays(options.packed, options.layout)) {
        this.tensors.take(name, Tensor.host(data(), shape));
      }
      // The graphs read the arrays made from it.
      this.options = { ...options, packed: shapesAlone(options.packed) };
    }
    const own = (name: string, shape: readonly number[], data: Float32Array | undefined) =>
      this.tensors.own(name, shape, (options.adopt ? data : data?.slice()) ?? new Float32Array(elements(shape)));
    for (const spec of trained) {
      await own(spec.name, spec.shape, values.get(spec.name));
      for (const name of stateNames(spec)) {
        const data = state?.tensors.get(name);
        if (state && data?.length !== elements(spec.shape)) {
          throw new CodedError('corrupt', `The checkpoint's optimiser state '${name}' is missing or has another size.`);
        }
        await own(name, spec.shape, data);
      }
      if (options.microBatches > 1) await own(accumulator(spec.name), spec.shape, undefined);
    }
    // Last, so that after an error above the caller's map is unchanged.
    if (options.adopt && this.options !== options) (options.packed as Map<string, unknown>).clear();
    this.stepsDone = state?.step ?? 0;
  }

  get step(): number {
    return this.stepsDone;
  }

  /**
   * One step over `microBatches` batches whose weights together sum to 1. `between` runs after each micro-batch and may
   * take its time. A single micro-batch is also the update, so `between` runs before it. If `between` returns false,
   * the step is given up and nothing has changed.
   */
  async run(
    batches: readonly TokenBatch[],
    learningRate: number,
    maxNorm: number,
    between: () => Promise<boolean> = async () => true,
  ): Promise<StepResult | undefined> {
    if (batches.length !== this.options.microBatches)
      throw new Error(`expected ${this.options.microBatches} micro-batches`);
    const scalars = stepInputs(this.options.optimizer, this.stepsDone + 1, learningRate, maxNorm);
    const scalarFeeds: Record<string, Tensor> = {};
    for (const name of STEP_INPUTS) scalarFeeds[name] = Tensor.host(Float32Array.of(scalars[name]), []);
    const trained = trainedSpecs(this.options);
    const changed = trained.flatMap((spec) => [spec.name, ...stateNames(spec)]);
    const [first, second] = this.sessions as [Session, Session | undefined];
    let loss = 0;
    let norm: number;
    if (second) {
      const sums = trained.map(({ name }) => accumulator(name));
      let start = await this.tensors.zeroed(trained.map(({ name, shape }) => ({ name: accumulator(name), shape })));
      for (const batch of batches) {
        loss += scalarOf(await this.tensors.renew(first, { ...batchFeeds(batch), ...start }, sums, ['loss']), 'loss');
        start = {};
        if (!(await between())) return undefined;
      }
      if (!Number.isFinite(loss)) return { loss, norm: Number.NaN };
      norm = scalarOf(await this.tensors.renew(second, scalarFeeds, changed, ['norm']), 'norm');
    } else {
      if (!(await between())) return undefined;
      const out = await this.tensors.renew(
        first,
        { ...batchFeeds(batches[0] as TokenBatch), ...scalarFeeds },
        changed,
        ['loss', 'norm'],
      );
      loss = scalarOf(out, 'loss');
      norm = scalarOf(out, 'norm');
    }
    this.stepsDone++;
    return { loss, norm };
  }

  /**
   * Weighted loss of the present parameters, nats per token, over batches whose weights together sum to 1; changes
   * nothing. Undefined if `between`, which runs after each batch, returned false.
   * @param onTokens gets the loss of each target of a batch
   */
  async loss(
    batches: readonly TokenBatch[],
    between: () => Promise<boolean> = async () => true,
    onTokens?: (batch: TokenBatch, losses: Float32Array) => void,
  ): Promise<number | undefined> {
    // Rarely used: the steps make better use of its memory.
    this.lossSession ??= await Session.load(lossGraph(this.options), {
      ...sessionOptions(this.options),
      unpooled: true,
    });
    let loss = 0;
    for (const batch of batches) {
      const out = await this.lossSession.run({ ...this.tensors.feeds(), ...batchFeeds(batch) });
      loss += scalarOf(out, 'loss');
      onTokens?.(batch, (out.losses as Tensor).floats.slice());
      disposeAll([out.loss as Tensor, out.losses as Tensor]);
      if (!(await between())) return undefined;
    }
    return loss;
  }

  /** A copy of everything that training changes. */
  async state(): Promise<TrainingState> {
    const { step, tensors } = await this.view();
    if (this.options.device !== 'cpu') return { step, tensors };
    return { step, tensors: new Map([...tensors].map(([name, data]) => [name, data.slice()])) };
  }

  /** The same; on the CPU without a copy, valid until the next step. */
  async view(): Promise<TrainingState> {
    const names = trainedSpecs(this.options).flatMap((spec) => [spec.name, ...stateNames(spec)]);
    return { step: this.stepsDone, tensors: await this.tensors.read(names) };
  }

  /** The trained parameters without the optimiser's state; on the CPU without a copy, valid until the next step. */
  parameters(): Promise<Map<string, Float32Array>> {
    return this.tensors.read(trainedSpecs(this.options).map(({ name }) => name));
  }

  /** Sizes by name of what state() returns. */
  shapes(): Map<string, readonly number[]> {
    return new Map(
      trainedSpecs(this.options).flatMap((spec) =>
        [spec.name, ...stateNames(spec)].map((name) => [name, spec.shape] as const),
      ),
    );
  }

  /** Tensors first: a GPU tensor returns to its session, and one that outlives it ends the process. */
  async dispose(): Promise<void> {
    this.tensors.clear();
    for (const session of this.sessions) await session.dispose();
    await this.lossSession?.dispose();
    await this.tensors.dispose();
  }
}

function sessionOptions({ device, threads, packed }: StepperOptions): SessionOptions {
  // Placement depends on the graph, not on the machine: the tests on the software GPU hold for every GPU.
  return { device, threads, strict: true, asWritten: packed !== undefined };
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
