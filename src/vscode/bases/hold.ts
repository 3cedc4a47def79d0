// The right to have a base in memory, which one window has at a time.
import type { Result } from '../../common/errors.ts';
import type { Base } from '../../specialist/engine/choice.ts';
import type { RunLock } from '../../storage/lock.ts';

export interface HoldDeps {
  readonly settings: () => { readonly neural: boolean };
  /** Takes the right to have a base in memory, among all windows. */
  readonly lock: (base: Base) => Result<RunLock>;
}

export class Hold {
  private readonly deps: HoldDeps;
  private held: { readonly weights: string; readonly lock: RunLock } | undefined;

  constructor(deps: HoldDeps) {
    this.deps = deps;
  }

  /** Takes this one, and lets go of what there was; false: another window has it. */
  take(base: Base): boolean {
    if (this.held?.weights === base.weights || !this.deps.settings().neural) return true;
    const lock = this.deps.lock(base);
    // A storage folder that cannot be written keeps nobody from it.
    if (!lock.ok) return lock.error.code !== 'locked';
    this.release();
    this.held = { weights: base.weights, lock: lock.value };
    return true;
  }

  /** Lets go of what this base is not, and of all where no model is to be in memory. */
  keepOnly(base: Base | undefined): void {
    if (this.held?.weights !== base?.weights || !this.deps.settings().neural) this.release();
  }

  release(): void {
    this.held?.lock.release();
    this.held = undefined;
  }
}
