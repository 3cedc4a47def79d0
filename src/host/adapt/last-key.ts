// When somebody last typed, in whichever window: the time of a file in the storage that all windows share.

import { statSync } from 'node:fs';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../../common/clock.ts';

/** A window says no more often that it is typed in, ms. */
export const TELL_MS = 30_000;

export class LastKey {
  private readonly path: string;
  private readonly clock: Clock;
  private told = Number.NEGATIVE_INFINITY;

  constructor(storage: string, clock: Clock) {
    this.path = join(storage, 'last-key');
    this.clock = clock;
  }

  /** In this window. Resolves when the others can see it; never rejects: where it cannot be written, each window goes by its own keys. */
  async tell(): Promise<void> {
    const now = this.clock.now();
    if (now - this.told < TELL_MS) return;
    this.told = now;
    const set = () => utimes(this.path, now / 1000, now / 1000);
    try {
      await set().catch(async () => {
        await mkdir(dirname(this.path), { recursive: true });
        await writeFile(this.path, '');
        await set();
      });
    } catch {
      // It is told with the next one.
    }
  }

  /** In any window, ms since 1970, as far as it was told and can be read; a time to come is of a clock that went wrong. */
  at(): number {
    let at = Number.NEGATIVE_INFINITY;
    try {
      at = Math.floor(statSync(this.path).mtimeMs);
    } catch {
      // Nobody has told it yet.
    }
    return at <= this.clock.now() ? at : Number.NEGATIVE_INFINITY;
  }
}
