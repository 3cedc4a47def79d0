// Selects the base model that answers in this window. Each shipped base above the smallest is timed once per machine,
// in the first quiet second; a slow one again in each window, and once a machine that was busy is idle.
import type { Clock } from '../../common/clock.ts';
import { Part } from '../../common/disposable.ts';
import { messageOf, ok, type Result } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import { type Base, type BaseChoice, chooseBase, isSlow, type Obstacle } from '../../specialist/engine/choice.ts';
import type { Timing } from '../../specialist/engine/engine-protocol.ts';
import { BUSY_LOAD, readTimings, type StoredTiming, storeTiming } from '../../specialist/engine/timings.ts';
import type { RunLock } from '../../storage/lock.ts';
import type { Settings } from '../settings/settings.ts';
import { ownTimingKey } from './shipped-bases.ts';

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
  /** Takes the lock that lets one window at a time hold a base in memory. */
  readonly lock: (base: Base) => Result<RunLock>;
  /** Without a folder, only open files are indexed. The window then leaves the larger base to other windows. */
  readonly hasFolder: () => boolean;
  /** Load of each core; 1 is busy. */
  readonly load: () => number;
  /** Whether an adaptation is running. */
  readonly isBusy: () => boolean;
  /** Called when another base is selected. */
  readonly onChange: () => void;
  /** Called when the same base is selected for another reason. */
  readonly onState: () => void;
}

/** Interval of the checks for locks of other windows and pending timing runs, ms. */
const CHECK_MS = 60_000;
/** Interval of the checks while a base has no timing at all, ms. */
const FIRST_CHECK_MS = 1_000;
/** A check needs this long a pause in typing, ms. */
const QUIET_MS = 1_000;
/** After this long without such a pause a base without a timing is timed while the user types, ms. */
const PATIENCE_MS = 30_000;
/** Without typing for this long, checks stop, ms. */
const IDLE_MS = 15 * 60_000;
/** Other programs can slow a run down but never speed it up: the best of this many runs counts. */
const RUNS = 3;

export class Bases extends Part<BasesDeps> {
  private timings = readTimings(this.deps.storage);
  /** ms since 1970. */
  private readonly openedAt = this.deps.clock.now();
  /** Runs so far of a base that is not yet timed, by timing key. */
  private readonly runs = new Map<string, Timing[]>();
  /** Weights of the bases whose timing failed; tried again after a change of settings. */
  private readonly failures = new Set<string>();
  /** Why bases at which llama.cpp aborted do not serve, by the hash of their weights. */
  private readonly aside = new Map<string, string>();
  private lockedBase: { readonly weights: string; readonly lock: RunLock } | undefined;
  private choice: BaseChoice | undefined = this.choose();
  private lastKey = this.deps.clock.monotonic();
  /** Monotonic, ms. */
  private readonly startedAt = this.lastKey;
  private run: { readonly controller: AbortController; readonly isFirst: boolean } | undefined;
  private isChecking = false;
  private knownSetting = this.deps.settings().baseModel;

  constructor(deps: BasesDeps) {
    super(deps);
    this.add({ dispose: () => this.run?.controller.abort() });
    this.add({ dispose: () => this.release() });
  }

  /** The selected base. Undefined if the setting is 'none', or names no base and none is shipped. */
  get current(): BaseChoice | undefined {
    return this.choice;
  }

  /** The time of a line of the largest shipped base, ms; undefined: not measured, or the user has named a base. */
  get automaticLineMs(): number | undefined {
    const largest = this.deps.shipped.at(-1);
    return largest && this.deps.settings().baseModel === 'auto' ? this.timingOf(largest)?.lineMs : undefined;
  }

  /** Checks in later pauses in typing. */
  begin(): void {
    const timers = [
      setInterval(() => void this.check(), CHECK_MS),
      setInterval(() => this.isUntimed && void this.check(), FIRST_CHECK_MS),
    ];
    for (const timer of timers) {
      timer.unref();
      this.add({ dispose: () => clearInterval(timer) });
    }
  }

  /**
   * The user types or moves the cursor. Ends a timing run, which typing slows down, but not a base's first one: it
   * gives way to the editor, and who never pauses must not keep the small base.
   */
  onUserInput(): void {
    this.lastKey = this.deps.clock.monotonic();
    if (this.run?.isFirst === false) this.run.controller.abort();
  }

  /** Applies a changed setting at once. */
  configure(): void {
    const { baseModel } = this.deps.settings();
    if (baseModel === this.knownSetting) return;
    this.knownSetting = baseModel;
    this.failures.clear();
    this.run?.controller.abort();
    this.update();
  }

  /** The small base serves instead of this one while the window is open. @param why a sentence for the user */
  setAside(weights: string, why: string): void {
    this.aside.set(weights, why);
    if (!this.isDisposed) this.update();
  }

  async check(): Promise<void> {
    if (this.isChecking || this.isDisposed || !this.isQuiet()) return;
    this.isChecking = true;
    try {
      // Another window may have timed a base.
      this.timings = new Map([...this.timings, ...readTimings(this.deps.storage)]);
      const isFirst = await this.timeNext();
      if (!this.isDisposed && (isFirst || this.isQuiet())) this.update();
    } catch (error) {
      this.deps.log.error('The base model could not be selected', error);
    } finally {
      this.releaseExcept(this.choice?.base);
      this.isChecking = false;
    }
  }

  /**
   * Times the shipped bases again because the user asked, without waiting for a pause. Old timings stay if this fails.
   */
  async measureAgain(signal: AbortSignal): Promise<Result<void>> {
    for (const base of this.deps.shipped.slice(1)) {
      const key = ownTimingKey(base.weights);
      this.failures.delete(base.weights);
      this.runs.delete(key);
      for (let isFinal = false; !isFinal; ) {
        const result = await this.deps.time(base, signal);
        if (!result.ok) return result;
        isFinal = this.addRun(base, key, result.value);
      }
    }
    if (!this.isDisposed) this.update();
    return ok(undefined);
  }

  private isQuiet(): boolean {
    const now = this.deps.clock.monotonic();
    const pause = now - this.lastKey;
    const isPause = pause >= QUIET_MS || (this.isUntimed && now - this.startedAt >= PATIENCE_MS);
    return isPause && pause <= IDLE_MS && !this.deps.isBusy();
  }

  /** Whether a base that might serve has no timing and has not failed. */
  private get isUntimed(): boolean {
    const { shipped, settings } = this.deps;
    const isNew = (base: Base) => this.timingOf(base) === undefined && !this.failures.has(base.weights);
    return settings().baseModel === 'auto' && shipped.slice(1).some(isNew);
  }

  /**
   * Runs one timing of the largest base that could serve, if its speed is unknown or may have changed. Returns whether
   * it was the base's first.
   */
  private async timeNext(): Promise<boolean> {
    if (this.deps.settings().baseModel !== 'auto' || !this.isQuiet()) return false;
    const mayServe = (base: Base) =>
      !this.failures.has(base.weights) && (this.isDue(base) || !isSlow(this.timingOf(base)));
    const base = this.deps.shipped.slice(1).findLast(mayServe);
    if (!base || !this.isDue(base) || this.obstacle()) return false;
    // Two windows that time a base at once slow each other down.
    if (!this.lock(base)) return false;
    const key = ownTimingKey(base.weights);
    const isFirst = this.timingOf(base) === undefined;
    this.run = { controller: new AbortController(), isFirst };
    const { signal } = this.run.controller;
    const result = await this.deps.time(base, signal);
    this.run = undefined;
    if (signal.aborted || this.isDisposed) return false;
    if (result.ok) this.addRun(base, key, result.value);
    else {
      this.failures.add(base.weights);
      this.deps.log.warn(`The base model '${base.name}' could not be timed: ${result.error.message}`);
    }
    return isFirst;
  }

  /**
   * Whether the base is untimed, or was slow before this window opened, or on a machine that was busy and is idle now.
   */
  private isDue(base: Base): boolean {
    const timing = this.timingOf(base);
    if (timing === undefined) return true;
    const wasBusy = (timing.load ?? 0) >= BUSY_LOAD && this.deps.load() < BUSY_LOAD;
    return isSlow(timing) && (timing.at < this.openedAt || wasBusy);
  }

  /** Adds a run. Returns whether the timing is final: one run was fast enough, or there are enough runs. */
  private addRun({ name }: Base, key: string, run: Timing): boolean {
    const runs = [...(this.runs.get(key) ?? []), run];
    this.runs.set(key, runs);
    const lineMs = Math.min(...runs.map((each) => each.lineMs));
    const promptMs = Math.min(...runs.map((each) => each.promptMs));
    if (isSlow({ lineMs, promptMs }) && runs.length < RUNS) return false;
    this.runs.delete(key);
    const { clock, log, storage } = this.deps;
    log.info(`Base model '${name}': a line takes ${lineMs.toFixed(0)} ms, a new prompt ${promptMs.toFixed(0)} ms`);
    const timing = { lineMs, promptMs, at: clock.now(), load: this.deps.load() };
    this.timings = new Map([...this.timings, [key, timing]]);
    try {
      storeTiming(storage, key, timing);
    } catch (error) {
      log.warn(`The timing could not be stored: ${messageOf(error)}`);
    }
    return true;
  }

  private update(): void {
    const previousChoice = this.choice;
    this.choice = this.choose();
    this.releaseExcept(this.choice?.base);
    if (previousChoice?.base.weights !== this.choice?.base.weights) this.deps.onChange();
    else if (JSON.stringify(previousChoice?.reason) !== JSON.stringify(this.choice?.reason)) this.deps.onState();
  }

  private choose(): BaseChoice | undefined {
    const { shipped, settings, read } = this.deps;
    const { baseModel } = settings();
    if (baseModel === 'none') return undefined;
    const isPath = baseModel !== 'auto' && !shipped.some(({ name }) => name === baseModel);
    const namedBase = isPath ? read(baseModel) : undefined;
    const why = namedBase && (namedBase.ok ? this.aside.get(namedBase.value.weights) : namedBase.error.message);
    const configured = why !== undefined ? { why } : namedBase?.ok ? { base: namedBase.value } : undefined;
    if (shipped.length === 0)
      return configured && 'base' in configured ? { base: configured.base, reason: { kind: 'named' } } : undefined;
    return chooseBase({
      bases: shipped,
      setting: baseModel,
      ...(configured && { baseAtPath: configured }),
      timingOf: (base) => this.timingOf(base),
      obstacle: this.obstacle(),
      mayHold: (base) => this.lock(base),
    });
  }

  private obstacle(): Obstacle | undefined {
    return this.deps.hasFolder() ? undefined : { kind: 'no-folder' };
  }

  private timingOf(base: Base): StoredTiming | undefined {
    return this.timings.get(ownTimingKey(base.weights));
  }

  /** Locks this base instead of the one locked before; false if another window has locked it. */
  private lock(base: Base): boolean {
    if (this.lockedBase?.weights === base.weights) return true;
    const lock = this.deps.lock(base);
    // If the storage folder is read-only, the base serves without a lock.
    if (!lock.ok) return lock.error.code !== 'locked';
    this.release();
    this.lockedBase = { weights: base.weights, lock: lock.value };
    return true;
  }

  private releaseExcept(base: Base | undefined): void {
    if (this.lockedBase?.weights !== base?.weights) this.release();
  }

  private release(): void {
    this.lockedBase?.lock.release();
    this.lockedBase = undefined;
  }
}
