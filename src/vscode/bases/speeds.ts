// How fast each base is here: what this window or an earlier one measured, and what has to be measured again.
import type { Clock } from '../../common/clock.ts';
import { messageOf } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import { threadCount } from '../../common/threads.ts';
import { type Base, isSlow } from '../../specialist/engine/choice.ts';
import type { Timing } from '../../specialist/engine/protocol.ts';
import { keepTiming, readTimings, type StoredTiming, timingKey } from '../../specialist/engine/timings.ts';
import type { Settings } from '../editor/settings.ts';

export interface SpeedsDeps {
  readonly settings: () => Pick<Settings, 'neuralPrecision' | 'neuralThreads'>;
  readonly storage: string;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * What was measured to be slow is measured again after so long, ms, soon for the first time: the machine may have begun something else
 * meanwhile.
 */
const SOON_MS = 5 * 60_000;
const AGAIN_MS = 24 * 60 * 60_000;

export class Speeds {
  private readonly deps: SpeedsDeps;
  private readonly timings: Map<string, StoredTiming>;
  /** Those that could not be measured, until the settings change. */
  private readonly unmeasured = new Set<string>();

  constructor(deps: SpeedsDeps) {
    this.deps = deps;
    this.timings = readTimings(deps.storage);
  }

  /** As it would be served now. */
  of(base: Base): StoredTiming | undefined {
    return this.timings.get(this.keyOf(base));
  }

  isKnown(base: Base): boolean {
    const timing = this.of(base);
    // Of a time to come: the machine's clock was wrong, then or now.
    if (timing === undefined || !isSlow(timing)) return timing !== undefined;
    return Math.abs(this.deps.clock.now() - timing.at) <= (timing.confirmed ? AGAIN_MS : SOON_MS);
  }

  /** It may be fast enough, as far as is known. */
  mayServe(base: Base): boolean {
    return !this.unmeasured.has(base.weights) && (!this.isKnown(base) || !isSlow(this.of(base)));
  }

  /** For this window, and on disk for the next. */
  keep(base: Base, { lineMs, promptMs }: Timing): void {
    const { clock, log } = this.deps;
    log.info(`The model '${base.name}': a line ${lineMs.toFixed(0)} ms, a new place ${promptMs.toFixed(0)} ms`);
    const measured = { lineMs, promptMs, at: clock.now(), confirmed: isSlow(this.of(base)) };
    this.timings.set(this.keyOf(base), measured);
    this.write(base, measured);
  }

  /** It could not be measured. */
  failed(base: Base, message: string): void {
    this.unmeasured.add(base.weights);
    this.deps.log.warn(`The model '${base.name}' could not be measured: ${message}`);
  }

  /** What was measured is not so any more: nor for the next window. */
  forget(base: Base): void {
    this.timings.delete(this.keyOf(base));
    this.write(base, undefined);
  }

  /** What could not be measured may be measured now. */
  retry(): void {
    this.unmeasured.clear();
  }

  private write(base: Base, measured: StoredTiming | undefined): void {
    const { log, storage } = this.deps;
    try {
      keepTiming(storage, this.keyOf(base), measured);
    } catch (error) {
      log.warn(`What was measured is not kept: ${messageOf(error)}`);
    }
  }

  private keyOf({ weights }: Base): string {
    const { neuralPrecision, neuralThreads } = this.deps.settings();
    return timingKey(weights, neuralPrecision, threadCount(neuralThreads || 'auto'));
  }
}
