// One optimiser step on a device, over the parameters and optimiser state that stay there (resident.ts).

import { CodedError } from '../../common/errors.ts';
import { checkWeights } from '../architecture/decoder-values.ts';
import { type FrozenLayout, frozenArrays, withoutData } from '../architecture/frozen.ts';
import {
  accumulateGraph,
  applyGraph,
  frozenSpecs,
  gradientSumName,
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
   * Micro-batches per step. With 1, the whole step is one graph. More sum up gradients, and limit memory and delay.
   */
  readonly microBatches: number;
  /** Seed of new adapters. */
  readonly seed: number;
  /**
   * The stepper changes the caller's trained arrays in place, and clears the caller's map of packed matrices once it has
   * converted them. This saves a copy of the model.
   */
  readonly adopt?: boolean;
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

const layoutOf = (device: Device): FrozenLayout => (device === 'cpu' ? 'columns' : 'rows');

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
   * `weights` is the model; with adapters, the base. `state` resumes an earlier run. Trained arrays are copied unless
   * `adopt` is set. Throws CodedError 'corrupt' if a tensor is missing or has another size.
   */
  static async create(requested: StepperOptions, weights: Weights, state?: TrainingState): Promise<Stepper> {
    const options = { ...requested, layout: layoutOf(requested.device) };
    const session = sessionOptions(options);
    const tensors = new ResidentTensors(session);
    const sessions: Session[] = [];
    const inPlace = options.device === 'cpu';
    const writingSession: SessionOptions = inPlace ? { ...session, unreturnable: UNRETURNABLE } : session;
    if (options.microBatches === 1) sessions.push(await Session.load(stepGraph(options, inPlace), writingSession));
    else {
      sessions.push(await Session.load(accumulateGraph(options, inPlace), writingSession));
      // It runs once per step, so its memory is better given to the micro-batches.
      sessions.push(await Session.load(applyGraph(options, inPlace), { ...writingSession, unpooled: true }));
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
      await this.tensors.addFixed(name, shape, weights.get(name) as Float32Array);
    }
    if (options.packed && options.layout === 'columns') {
      for (const { name, shape, data } of frozenArrays(options.packed, options.layout)) {
        this.tensors.addOwned(name, Tensor.host(data(), shape));
      }
      // The graphs now read the converted arrays.
      this.options = { ...options, packed: withoutData(options.packed) };
    }
    const addTrained = (name: string, shape: readonly number[], data: Float32Array | undefined) =>
      this.tensors.addChanging(
        name,
        shape,
        (options.adopt ? data : data?.slice()) ?? new Float32Array(elements(shape)),
      );
    for (const spec of trained) {
      await addTrained(spec.name, spec.shape, values.get(spec.name));
      for (const name of stateNames(spec)) {
        const data = state?.tensors.get(name);
        if (state && data?.length !== elements(spec.shape)) {
          throw new CodedError('corrupt', `The checkpoint's optimiser state '${name}' is missing or has another size.`);
        }
        await addTrained(name, spec.shape, data);
      }
      if (options.microBatches > 1) await addTrained(gradientSumName(spec.name), spec.shape, undefined);
    }
    // Done last, so that an error above leaves the caller's map unchanged.
    if (options.adopt && this.options !== options) (options.packed as Map<string, unknown>).clear();
    this.stepsDone = state?.step ?? 0;
  }

  get step(): number {
    return this.stepsDone;
  }

  /**
   * One step over `microBatches` batches whose weights together sum to 1. `onPause` runs after each micro-batch and may
   * take long. With one micro-batch it runs before the step, which also updates the parameters. If `onPause` returns
   * false, the step is abandoned and nothing has changed.
   */
  async run(
    batches: readonly TokenBatch[],
    learningRate: number,
    maxNorm: number,
    onPause: () => Promise<boolean> = async () => true,
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
      const sums = trained.map(({ name }) => gradientSumName(name));
      let start = await this.tensors.resetSums(
        trained.map(({ name, shape }) => ({ name: gradientSumName(name), shape })),
      );
      for (const batch of batches) {
        loss += scalarOf(
          await this.tensors.runAndReplace(first, { ...batchFeeds(batch), ...start }, sums, ['loss']),
          'loss',
        );
        start = {};
        if (!(await onPause())) return undefined;
      }
      if (!Number.isFinite(loss)) return { loss, norm: Number.NaN };
      norm = scalarOf(await this.tensors.runAndReplace(second, scalarFeeds, changed, ['norm']), 'norm');
    } else {
      if (!(await onPause())) return undefined;
      const out = await this.tensors.runAndReplace(
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
   * nothing. Undefined if `onPause`, which runs after each batch, returned false.
   * @param onTokens gets the loss of each target of a batch
   */
  async loss(
    batches: readonly TokenBatch[],
    onPause: () => Promise<boolean> = async () => true,
    onTokens?: (batch: TokenBatch, losses: Float32Array) => void,
  ): Promise<number | undefined> {
    // It runs rarely, so its memory is better given to the steps.
    this.lossSession ??= await Session.load(lossGraph(this.options), {
      ...sessionOptions(this.options),
      unpooled: true,
    });
    let loss = 0;
    for (const batch of batches) {
      const out = await this.lossSession.run({ ...this.tensors.inputs(), ...batchFeeds(batch) });
      loss += scalarOf(out, 'loss');
      onTokens?.(batch, (out.losses as Tensor).floats.slice());
      disposeAll([out.loss as Tensor, out.losses as Tensor]);
      if (!(await onPause())) return undefined;
    }
    return loss;
  }

  /** A copy of everything that training changes. */
  async copyState(): Promise<TrainingState> {
    const { step, tensors } = await this.readState();
    if (this.options.device !== 'cpu') return { step, tensors };
    return { step, tensors: new Map([...tensors].map(([name, data]) => [name, data.slice()])) };
  }

  /** Like `copyState`, but on the CPU without a copy: valid until the next step. */
  async readState(): Promise<TrainingState> {
    const names = trainedSpecs(this.options).flatMap((spec) => [spec.name, ...stateNames(spec)]);
    return { step: this.stepsDone, tensors: await this.tensors.read(names) };
  }

  /** The trained parameters without the optimiser's state; on the CPU without a copy, valid until the next step. */
  parameters(): Promise<Map<string, Float32Array>> {
    return this.tensors.read(trainedSpecs(this.options).map(({ name }) => name));
  }

  /** The shapes of the tensors of `copyState`, by name. */
  shapes(): Map<string, readonly number[]> {
    return new Map(
      trainedSpecs(this.options).flatMap((spec) =>
        [spec.name, ...stateNames(spec)].map((name) => [name, spec.shape] as const),
      ),
    );
  }

  /** Releases the tensors first: a GPU tensor that outlives its session crashes the process. */
  async dispose(): Promise<void> {
    this.tensors.clear();
    for (const session of this.sessions) await session.dispose();
    await this.lossSession?.dispose();
    await this.tensors.dispose();
  }
}

function sessionOptions({ device, threads, packed }: StepperOptions): SessionOptions {
  // Strict: no operator may fall back to the CPU. The tests on a software GPU check this for every GPU.
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
