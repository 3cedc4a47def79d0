// The Tab key between two offers. Commands run one at a time, and after an applied edit the key waits for the next
// offer: a user who applies several edits in a row presses it before that offer is drawn.
import { Part } from '../../common/disposable.ts';

/** So long after an applied edit, ms. */
const holdMs = 1200;

interface TabKeyDeps {
  readonly goTo: () => Promise<unknown>;
  /** Called when the key has another meaning. */
  readonly onChange: () => void;
}

export class TabKey extends Part<TabKeyDeps> {
  /** Resolves when the command that runs has ended. */
  private running: Promise<void> | undefined;
  private isPressed = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(deps: TabKeyDeps) {
    super(deps);
    this.add({ dispose: () => clearTimeout(this.timer) });
  }

  get isBusy(): boolean {
    return this.running !== undefined;
  }

  /** Whether the key waits for an offer while there is none. */
  get isHeld(): boolean {
    return this.timer !== undefined;
  }

  /** Runs a command of the key, but not while another one runs: then the key waits. */
  async run<T>(command: () => Promise<T>): Promise<T | undefined> {
    if (this.isBusy) {
      this.isPressed = true;
      return undefined;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.running = promise;
    this.deps.onChange();
    try {
      return await command();
    } finally {
      this.running = undefined;
      resolve();
      this.deps.onChange();
    }
  }

  /** Runs a command that is no key, after the one that runs. */
  async runNext<T>(command: () => Promise<T>): Promise<T | undefined> {
    while (this.running !== undefined) await this.running;
    return this.run(command);
  }

  /** An edit was applied. */
  hold(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.release(), holdMs);
  }

  /** Was pressed while it waits: the cursor goes to the next offer. */
  press(): void {
    this.isPressed = this.isHeld;
  }

  /** The time is over, or the user does something else. */
  release(): void {
    this.isPressed = false;
    if (this.timer === undefined) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.deps.onChange();
  }

  /** There is an offer. */
  offered(): void {
    if (!this.isPressed || this.isBusy) return;
    this.isPressed = false;
    void this.run(this.deps.goTo);
  }
}
