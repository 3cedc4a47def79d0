// Selects the base model that answers in this window: the largest one that ships, if this machine has the cores and
// the memory for it and one measured line is fast enough; else the small one. The setting may name any other.
import { availableParallelism } from 'node:os';
import type { Clock } from '../../common/clock.ts';
import { Part } from '../../common/disposable.ts';
import { messageOf, ok, type Result } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import { availableMemory } from '../../common/memory.ts';
import type { Timing } from '../../specialist/engine/engine-protocol.ts';
import { readTimings, type StoredTiming, storeTiming } from '../../specialist/engine/timings.ts';
import type { Settings } from '../settings/settings.ts';
import { type Base, ownTimingKey } from './shipped-bases.ts';

/** Why the largest base is not selected. */
export type Obstacle =
  /** Too few cores, or too little memory was free when the window opened. */
  { readonly kind: 'machine' } | { readonly kind: 'untimed' } | { readonly kind: 'slow'; readonly timing: Timing };

export type BaseReason =
  /** No other base is shipped. */
  | { readonly kind: 'only' }
  /** The setting names it, or its path. */
  | { readonly kind: 'named' }
  | { readonly kind: 'in-time'; readonly timing: Timing }
  | { readonly kind: 'instead'; readonly of: string; readonly obstacle: Obstacle }
  /** The setting names a base that does not exist or cannot be used. */
  | { readonly kind: 'not-found'; readonly setting: string; readonly why: string };

export interface BaseChoice {
  readonly base: Base;
  readonly reason: BaseReason;
}

export interface BasesDeps {
  /** Shipped bases, smallest first; empty if the package has no model. */
  readonly shipped: readonly Base[];
  /** Reads the base at the path in the setting. */
  readonly read: (path: string) => Result<Base>;
  readonly settings: () => Pick<Settings, 'baseModel'>;
  /** Folder of the timings file. */
  readonly storage: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Times a base in its own process. */
  readonly time: (base: Base, signal: AbortSignal) => Promise<Result<Timing>>;
  /** Whether an adaptation is running. */
  readonly isBusy: () => boolean;
  /** Called when another base is selected. */
  readonly onChange: () => void;
  /** Called when the same base is selected for another reason. */
  readonly onState: () => void;
  /** Whether this machine has the cores and the free memory for the largest base. Replaced in tests. */
  readonly isLarge?: () => boolean;
}

/**
 * The largest base is not selected automatically if it needs more for a line after a keystroke, ms. The n-grams answer
 * in milliseconds meanwhile, and a draft that comes later waits for the next pause.
 */
const LINE_LIMIT_MS = 400;
const LEAST_CORES = 2;
/** Twice what the engine takes with the medium base (docs/benchmarks.md), bytes. */
const LEAST_MEMORY = 8e8;
/** A window opens with much other work, so the largest base is timed this much later, ms. */
const START_MS = 10_000;

export class Bases extends Part<BasesDeps> {
  private readonly isLarge = this.deps.isLarge?.() ?? isLargeMachine();
  private timings = readTimings(this.deps.storage);
  /** Why bases at which llama.cpp aborted do not serve, by the hash of their weights. */
  private readonly aside = new Map<string, string>();
  private choice: BaseChoice | undefined = this.choose();
  private readonly run = new AbortController();
  private knownSetting = this.deps.settings().baseModel;

  constructor(deps: BasesDeps) {
    super(deps);
    this.add({ dispose: () => this.run.abort() });
  }

  /** The selected base. Undefined if the setting is 'none', or names no base and none is shipped. */
  get current(): BaseChoice | undefined {
    return this.choice;
  }

  /** Times the largest base once in this window, unless it was fast enough before. */
  begin(): void {
    const { clock, log } = this.deps;
    clock
      .sleep(START_MS, this.run.signal)
      .then(() => this.check())
      .catch((error) => this.run.signal.aborted || log.error('The base model could not be selected', error));
  }

  /** Applies a changed setting at once. */
  configure(): void {
    const { baseModel } = this.deps.settings();
    if (baseModel === this.knownSetting) return;
    this.knownSetting = baseModel;
    this.update();
    if (baseModel === 'auto') this.begin();
  }

  /** The small base serves instead of this one while the window is open. @param why a sentence for the user */
  setAside(weights: string, why: string): void {
    this.aside.set(weights, why);
    if (!this.isDisposed) this.update();
  }

  private async check(): Promise<void> {
    const { largest } = this;
    const { settings, isBusy, log } = this.deps;
    if (!largest || !this.isLarge || settings().baseModel !== 'auto' || isInTime(this.timingOf(largest))) return;
    if (isBusy()) return this.begin();
    const timed = await this.deps.time(largest, this.run.signal);
    if (this.isDisposed) return;
    if (timed.ok) this.keep(largest, timed.value);
    else log.warn(`The base model '${largest.name}' could not be timed: ${timed.error.message}`);
  }

  /** Stores the timing, and selects by it. */
  private keep({ name, weights }: Base, { lineMs, promptMs }: Timing): void {
    const { clock, log, storage } = this.deps;
    log.info(`Base model '${name}': a line takes ${lineMs.toFixed(0)} ms, a new prompt ${promptMs.toFixed(0)} ms`);
    const row = { lineMs, promptMs, at: clock.now() };
    this.timings.set(ownTimingKey(weights), row);
    try {
      storeTiming(storage, ownTimingKey(weights), row);
    } catch (error) {
      log.warn(`The timing could not be stored: ${messageOf(error)}`);
    }
    this.update();
  }

  private update(): void {
    const previousChoice = this.choice;
    this.choice = this.choose();
    if (previousChoice?.base.weights !== this.choice?.base.weights) this.deps.onChange();
    else if (JSON.stringify(previousChoice?.reason) !== JSON.stringify(this.choice?.reason)) this.deps.onState();
  }

  private choose(): BaseChoice | undefined {
    const { baseModel } = this.deps.settings();
    const [small] = this.deps.shipped;
    if (baseModel === 'none') return undefined;
    if (baseModel === 'auto') return small && this.chooseByMachine(small);
    const named = this.named(baseModel);
    if (named.ok) return { base: named.value, reason: { kind: 'named' } };
    return small && { base: small, reason: { kind: 'not-found', setting: baseModel, why: named.error.message } };
  }

  private chooseByMachine(small: Base): BaseChoice {
    const { largest } = this;
    if (!largest) return { base: small, reason: { kind: 'only' } };
    const timing = this.timingOf(largest);
    if (this.isLarge && timing && isInTime(timing)) return { base: largest, reason: { kind: 'in-time', timing } };
    const obstacle: Obstacle = !this.isLarge
      ? { kind: 'machine' }
      : timing
        ? { kind: 'slow', timing }
        : { kind: 'untimed' };
    return { base: small, reason: { kind: 'instead', of: largest.name, obstacle } };
  }

  /** The base that the setting names, by its name or its path. */
  private named(setting: string): Result<Base> {
    const { shipped, read } = this.deps;
    const base = shipped.find(({ name }) => name === setting);
    const found = base ? ok(base) : read(setting);
    const why = found.ok ? this.aside.get(found.value.weights) : undefined;
    return why === undefined ? found : { ok: false, error: { code: 'crashed', message: why } };
  }

  /** Undefined if there is only one. */
  private get largest(): Base | undefined {
    return this.deps.shipped.slice(1).at(-1);
  }

  private timingOf(base: Base): StoredTiming | undefined {
    return this.timings.get(ownTimingKey(base.weights));
  }
}

function isInTime(timing: Timing | undefined): boolean {
  return timing !== undefined && timing.lineMs <= LINE_LIMIT_MS;
}

function isLargeMachine(): boolean {
  return availableParallelism() >= LEAST_CORES && availableMemory() >= LEAST_MEMORY;
}
