// Seeded random choices for the corpus and the fuzzer: the same seed gives the same bytes.
import { uniforms } from '../../src/common/statistics/random.ts';

export class Random {
  protected readonly next: () => number;

  constructor(seed: number) {
    this.next = uniforms(seed);
  }

  /** 0 <= n < count */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  /** low <= n <= high */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}
