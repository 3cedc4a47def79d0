// When an adaptation goes on by itself: after enough was saved, in a pause of all windows, on mains power, seldom; and ended by whoever comes back.
import type { Clock } from '../../common/clock.ts';
import { DisposableStore } from '../../common/disposable.ts';
import type { Result } from '../../common/errors.ts';
import { counted } from '../../common/format.ts';
import type { Log } from '../../common/log.ts';
import type { Onward } from '../../continual/go-on.ts';
import type { WentOn } from '../../continual/went-on.ts';
import type { LastKey } from './last-key.ts';

/** Either is enough: saved files, or changed lines in them. Less is told to the n-grams at once, and too little to train on. */
export const ENOUGH = { files: 10, lines: 200 } as const;
/** Without a key, ms. */
export const QUIET_MS = 5 * 60_000;
/** Between two of them, ms: three minutes of two cores in four hours. */
export const EVERY_MS = 4 * 3_600_000;
/** Until what is in the way is looked at again, ms. */
export const LOOK_MS = 10 * 60_000;
/** How often it is looked at while it runs whether somebody types in another window, and how it is powered, ms. */
const KEY_MS = 5000;
const POWER_MS = 30_000;
/** What takes longer, in a very large folder or on a machine that slept, is ended, and left alone like what failed, ms. */
const MOST_MS = 6 * 60_000;
const tooLong = new Error('It took too long.');

/** A folder as it is decided about. */
export interface Moment {
  /** The setting, trust, and a model of its own that serves. */
  readonly isWanted: boolean;
  readonly changed: { readonly files: number; readonly lines: number };
  /** ms; Infinity: never. */
  readonly sinceKey: number;
  readonly sinceLast: number;
}

/** ms until it may go on, as far as that hangs on time; undefined: not before something is saved or set. */
export function waitFor({ isWanted, changed, sinceKey, sinceLast }: Moment): number | undefined {
  if (!isWanted || (changed.files < ENOUGH.files && changed.lines < ENOUGH.lines)) return undefined;
  return Math.max(0, QUIET_MS - sinceKey, EVERY_MS - sinceLast);
}

/** A folder that may go on. */
export interface Continuing {
  readonly key: string;
  readonly name: string;
  /** See Moment. */
  readonly isWanted: () => boolean;
  /** As its files say it, which another window may have written. */
  readonly last: () => WentOn | undefined;
  /** Ends early, as cancelled, where the signal says so. */
  readonly goOn: (signal: AbortSignal) => Promise<Result<Onward>>;
}

export interface ScheduleDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Nothing is indexed or trained, and nothing waits to be. */
  readonly isIdle: () => boolean;
  /** False also where that cannot be told. */
  readonly onMains: () => Promise<boolean>;
  readonly keys: Pick<LastKey, 'tell' | 'at'>;
  /** A folder went on. */
  readonly onWent: () => void;
}

interface Pending {
  folder: Continuing;
  readonly paths: Set<string>;
  lines: number;
  /** When it was tried last without coming to an end that its files tell, and until when it is left alone, ms since 1970. */
  tried: number;
  restsUntil: number;
}

export class OnwardSchedule extends DisposableStore {
  private readonly deps: ScheduleDeps;
  private readonly pending = new Map<string, Pending>();
  /** In this window. */
  private lastKey: number;
  private running: { readonly folder: Continuing; readonly controller: AbortController } | undefined;
  private watching = false;
  /** Ends a wait, for what may be otherwise now. */
  private again = new AbortController();

  constructor(deps: ScheduleDeps) {
    super();
    this.deps = deps;
    this.lastKey = deps.clock.now();
    this.add({ dispose: () => this.stop() });
    this.add({ dispose: () => this.again.abort() });
  }

  /** @param lines of it that were changed since it was saved before */
  saved(folder: Continuing, path: string, lines: number): void {
    const nothing = { paths: new Set<string>(), lines: 0, tried: Number.NEGATIVE_INFINITY, restsUntil: 0 };
    const each = this.pending.get(folder.key) ?? { folder, ...nothing };
    // A session may have begun anew.
    each.folder = folder;
    each.paths.add(path);
    each.lines += lines;
    this.pending.set(folder.key, each);
    this.wake();
  }

  /** Somebody types or moves about. */
  touched(): void {
    this.lastKey = this.deps.clock.now();
    void this.deps.keys.tell();
    this.stop();
  }

  /** When somebody last did so, in any window. */
  private get keyAt(): number {
    return Math.max(this.lastKey, this.deps.keys.at());
  }

  /** Settings, or trust, may be others now. */
  configure(): void {
    if (this.running?.folder.isWanted() === false) this.stop();
    this.wake();
  }

  /** What is under way ends; what it has done is gone on with another time. */
  private stop(): void {
    this.running?.controller.abort();
  }

  private wake(): void {
    this.again.abort();
    this.again = new AbortController();
    if (!this.watching)
      void this.watch().catch((error: unknown) => this.deps.log.error('An adaptation did not go on', error));
  }

  private async watch(): Promise<void> {
    this.watching = true;
    try {
      while (!this.isDisposed) {
        const { signal } = this.again;
        const [first] = [...this.pending.values()]
          .map((each) => ({ each, wait: this.wait(each) }))
          .filter((row): row is { each: Pending; wait: number } => row.wait !== undefined)
          .sort((a, b) => a.wait - b.wait);
        if (!first) return;
        if (first.wait > 0) await this.deps.clock.sleep(first.wait, signal).catch(() => {});
        else await this.look(first.each);
      }
    } finally {
      this.watching = false;
    }
  }

  private wait({ folder, paths, lines, tried, restsUntil }: Pending): number | undefined {
    const now = this.deps.clock.now();
    const last = Math.max(tried, folder.last()?.finishedAt ?? Number.NEGATIVE_INFINITY);
    const changed = { files: paths.size, lines };
    const isWanted = folder.isWanted();
    const wait = waitFor({ isWanted, changed, sinceKey: now - this.keyAt, sinceLast: now - last });
    return wait === undefined ? undefined : Math.max(wait, restsUntil - now);
  }

  /** Time allows it; does the machine? */
  private async look(each: Pending): Promise<void> {
    const { deps, keyAt } = this;
    const isFree = deps.isIdle() && (await deps.onMains()) && deps.isIdle();
    if (this.isDisposed || this.keyAt !== keyAt) return;
    if (isFree) await this.run(each);
    else each.restsUntil = deps.clock.now() + LOOK_MS;
  }

  private async run(each: Pending): Promise<void> {
    const { clock, log, onWent } = this.deps;
    const { folder } = each;
    const controller = new AbortController();
    this.running = { folder, controller };
    log.info(`${folder.name} goes on with ${counted(each.paths.size, 'saved file')}, in the background`);
    void this.watchOver(controller);
    const result = await folder.goOn(controller.signal).finally(() => {
      this.running = undefined;
      // Nobody watches keys and power any more.
      controller.abort();
    });
    each.restsUntil = clock.now() + LOOK_MS;
    const isLate = controller.signal.reason === tooLong;
    if (!result.ok && !isLate && (result.error.code === 'cancelled' || result.error.code === 'locked')) {
      log.info(`${folder.name}: it goes on another time`);
      return;
    }
    each.tried = clock.now();
    each.paths.clear();
    each.lines = 0;
    if (!result.ok) return log.info(`${folder.name} did not go on: ${(isLate ? tooLong : result.error).message}`);
    const { files, kept, why } = result.value;
    log.info(`${folder.name} went on by itself: ${counted(files, 'file')}, ${kept ? 'kept' : 'not kept'}: ${why}`);
    onWent();
  }

  /** Ends it where another window is typed in, on battery, and where it takes too long. */
  private async watchOver(running: AbortController): Promise<void> {
    const { clock, onMains } = this.deps;
    const since = clock.now();
    let looked = since;
    try {
      while (!running.signal.aborted) {
        await clock.sleep(KEY_MS, running.signal);
        const now = clock.now();
        if (this.keyAt > since) running.abort();
        if (now - since >= MOST_MS) running.abort(tooLong);
        if (now - looked < POWER_MS) continue;
        looked = now;
        if (!(await onMains())) running.abort();
      }
    } catch {
      // It is over.
    }
  }
}
