// Which base serves in this window: looked at when the settings change and at moments when nobody types, measured once, and never
// changed twice in a short while.
import { DisposableStore } from '../../common/disposable.ts';
import type { Result } from '../../common/errors.ts';
import { threadCount } from '../../common/threads.ts';
import type { Drafted } from '../../completion/specialist.ts';
import { type Base, type BaseChoice, chooseBase, type Obstacle } from '../../specialist/engine/choice.ts';
import type { Timing } from '../../specialist/engine/protocol.ts';
import type { Settings } from '../editor/settings.ts';
import { Hold, type HoldDeps } from './hold.ts';
import { Lateness } from './lateness.ts';
import { Speeds, type SpeedsDeps } from './speeds.ts';

export interface BasesDeps extends SpeedsDeps, HoldDeps {
  /** What ships, smallest first; none where the package has no model. */
  readonly shipped: readonly Base[];
  /** The package that a setting names by its path. */
  readonly read: (path: string) => Result<Base>;
  readonly settings: () => Pick<Settings, 'neural' | 'neuralBase' | 'neuralPrecision' | 'neuralThreads'>;
  /** In a process of its own. */
  readonly time: (base: Base, threads: number, signal: AbortSignal) => Promise<Result<Timing>>;
  /** The window has a folder open. One without never takes what only one window may have: its index is of open files alone. */
  readonly hasFolder: () => boolean;
  /** Undefined: it cannot be told. */
  readonly onBattery: () => Promise<boolean | undefined>;
  /** Something is indexed or trained. */
  readonly isBusy: () => boolean;
  /** Others compute on this machine: what is measured now says nothing. Asked at each look while something is to be measured. */
  readonly isMachineBusy: () => boolean;
  /** Another base serves from now on. */
  readonly onChange: () => void;
  /** Another reason. */
  readonly onState: () => void;
}

/** Nobody has typed for so long, and how often that is looked at, ms. */
const QUIET_MS = 5_000;
const LOOK_MS = 10_000;
/** Nobody has typed for so long: nothing is looked at any more until somebody does, ms. An idle window wakes no machine. */
const IDLE_MS = 15 * 60_000;
/** macOS is asked by starting a program: not more often than this, ms. */
const BATTERY_MS = 60_000;
/** Between two changes that nobody asked for, ms. */
const DWELL_MS = 2 * 60_000;
/** A base that has been late is left alone for so long, longer each time, ms. */
const REST_MS = 30 * 60_000;
export class Bases extends DisposableStore {
  private readonly deps: BasesDeps;
  private readonly speeds: Speeds;
  private readonly hold: Hold;
  private readonly lateness = new Lateness();
  private readonly rests = new Map<
    string,
    { readonly until: number; readonly lineMs: number; readonly times: number }
  >();
  private choice: BaseChoice | undefined;
  private battery: boolean | undefined;
  private batteryAt = Number.NEGATIVE_INFINITY;
  private lastKey: number;
  private changedAt = Number.NEGATIVE_INFINITY;
  private timing: AbortController | undefined;
  /** Measurements in a row that a key has ended: each makes the next wait for twice as long a pause, up to IDLE_MS. */
  private interrupted = 0;
  private looking = false;
  private timer: NodeJS.Timeout | undefined;
  private known: string;

  constructor(deps: BasesDeps) {
    super();
    this.deps = deps;
    this.speeds = new Speeds(deps);
    this.hold = new Hold(deps);
    this.lastKey = deps.clock.monotonic();
    this.known = this.fingerprint();
    this.choice = this.choose();
    this.add({ dispose: () => clearInterval(this.timer) });
    this.add({ dispose: () => this.timing?.abort() });
    this.add({ dispose: () => this.hold.release() });
  }

  /** Undefined where none ships and the setting names none. */
  get current(): BaseChoice | undefined {
    return this.choice;
  }

  /** Runs on battery; undefined: it cannot be told. */
  get isOnBattery(): boolean | undefined {
    return this.battery;
  }

  /** Looks at once, and then in each pause of who types, but not on and on where nobody does. */
  begin(): void {
    void this.look(true);
    this.wake();
  }

  /** Somebody types or moves about: what is being measured would be in the way, and be measured wrongly. */
  touched(): void {
    this.lastKey = this.deps.clock.monotonic();
    this.timing?.abort();
    this.wake();
  }

  /** The settings may be others now. */
  configure(): void {
    const now = this.fingerprint();
    if (now === this.known) return;
    this.known = now;
    this.speeds.retry();
    this.timing?.abort();
    this.settle(true);
  }

  /** A draft of the base that serves. */
  drafted({ newPlace, multiline, ms }: Drafted): void {
    const { choice, deps } = this;
    // What is indexed or trained meanwhile slows it down, and ends.
    if (choice?.reason.kind !== 'in-time' || multiline || newPlace || deps.isBusy()) return;
    const now = deps.clock.monotonic();
    const lineMs = this.lateness.observe(ms, now, choice.reason.timing.lineMs);
    if (lineMs === undefined) return;
    const { weights, name } = choice.base;
    const times = (this.rests.get(weights)?.times ?? 0) + 1;
    this.rests.set(weights, { until: now + REST_MS * 2 ** (times - 1), lineMs, times });
    // What was measured is not so any more: it is measured again when the rest is over.
    this.speeds.forget(choice.base);
    this.lateness.clear();
    deps.log.info(`Lines of the model '${name}' take ${Math.round(lineMs)} ms: the small one serves for a while.`);
  }

  /** @param early the window has just opened: nobody has typed yet */
  async look(early = false): Promise<void> {
    if (this.looking || this.isDisposed || (!early && !this.isQuiet())) return;
    this.looking = true;
    try {
      await this.lookAtBattery();
      if (this.isDisposed) return;
      if (!early) await this.measure();
      if (!this.isDisposed && (early || this.isQuiet())) this.settle(early);
    } catch (error) {
      this.deps.log.error('Which base serves could not be looked at', error);
    } finally {
      this.hold.keepOnly(this.choice?.base);
      this.looking = false;
    }
  }

  private wake(): void {
    if (this.timer || this.isDisposed) return;
    this.timer = setInterval(() => {
      void this.look();
      if (this.deps.clock.monotonic() - this.lastKey < IDLE_MS || this.deps.isBusy()) return;
      clearInterval(this.timer);
      this.timer = undefined;
    }, LOOK_MS);
    this.timer.unref();
  }

  private async lookAtBattery(): Promise<void> {
    const now = this.deps.clock.monotonic();
    if (now - this.batteryAt < BATTERY_MS) return;
    this.batteryAt = now;
    this.battery = await this.deps.onBattery();
  }

  private isQuiet(): boolean {
    return this.deps.clock.monotonic() - this.lastKey >= QUIET_MS && !this.deps.isBusy();
  }

  /** Measures the largest base that could serve if it is fast, where that is not known. */
  private async measure(): Promise<void> {
    const { deps } = this;
    const { neural, neuralBase, neuralThreads } = deps.settings();
    if (!neural || neuralBase !== 'auto') return;
    const base = deps.shipped.slice(1).findLast((each) => this.speeds.mayServe(each));
    if (!base || this.against(base) || this.speeds.isKnown(base)) return;
    const pause = Math.min(QUIET_MS * 2 ** this.interrupted, IDLE_MS);
    const isBusy = deps.isMachineBusy();
    // In one window at a time, or each would find the machine slow.
    if (isBusy || deps.clock.monotonic() - this.lastKey < pause || !this.hold.take(base)) return;
    const controller = new AbortController();
    this.timing = controller;
    const result = await deps.time(base, threadCount(neuralThreads || 'auto'), controller.signal);
    this.timing = undefined;
    this.interrupted = controller.signal.aborted ? this.interrupted + 1 : 0;
    if (controller.signal.aborted || this.isDisposed) return;
    if (result.ok) this.speeds.keep(base, result.value);
    else this.speeds.failed(base, result.error.message);
  }

  /** @param asked somebody changed something: no waiting */
  private settle(asked: boolean): void {
    const before = this.choice;
    const next = this.choose();
    const now = this.deps.clock.monotonic();
    const same = before?.base.weights === next?.base.weights;
    if (!same && !asked && now - this.changedAt < DWELL_MS) {
      this.hold.keepOnly(before?.base);
      return;
    }
    this.choice = next;
    this.hold.keepOnly(next?.base);
    if (!same) {
      this.changedAt = now;
      this.lateness.clear();
      this.deps.onChange();
    } else if (JSON.stringify(before?.reason) !== JSON.stringify(next?.reason)) this.deps.onState();
  }

  private choose(): BaseChoice | undefined {
    const { shipped, settings, read } = this.deps;
    const { neuralBase } = settings();
    const isPath = neuralBase !== 'auto' && !shipped.some(({ name }) => name === neuralBase);
    const found = isPath ? read(neuralBase) : undefined;
    const named = found && (found.ok ? { base: found.value } : { why: found.error.message });
    if (shipped.length === 0)
      return named && 'base' in named ? { base: named.base, reason: { kind: 'named' } } : undefined;
    return chooseBase({
      bases: shipped,
      setting: neuralBase,
      ...(named && { named }),
      timingOf: (base) => this.speeds.of(base),
      against: (base) => this.against(base),
      mayHold: (base) => this.hold.take(base),
    });
  }

  private against({ weights }: Base): Obstacle | undefined {
    if (!this.deps.hasFolder()) return { kind: 'no-folder' };
    if (this.battery === true) return { kind: 'battery' };
    const rest = this.rests.get(weights);
    return rest && rest.until > this.deps.clock.monotonic() ? { kind: 'late', lineMs: rest.lineMs } : undefined;
  }

  private fingerprint(): string {
    const { neural, neuralBase, neuralPrecision, neuralThreads } = this.deps.settings();
    return JSON.stringify([neural, neuralBase, neuralPrecision, neuralThreads]);
  }
}
