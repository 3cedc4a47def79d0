// Seeded random choices for the corpus and the fuzzer: the same seed gives the same bytes.
import { uniforms } from '../../src/common/statistics/random.ts';

export const alphabets = {
  digits: '0123456789',
  hex: '0123456789abcdef',
  hexUpper: '0123456789ABCDEF',
  lower: 'abcdefghijklmnopqrstuvwxyz',
  upper: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  lowerDigits: 'abcdefghijklmnopqrstuvwxyz0123456789',
  upperDigits: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
  base32: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567',
  base58: '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz',
  alphanumeric: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  base64: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
  base64url: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-',
  symbols: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!@#%^*()-_=+',
} as const;

export type Alphabet = keyof typeof alphabets;

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

  text(length: number, alphabet: Alphabet = 'alphanumeric'): string {
    const letters = alphabets[alphabet];
    let text = '';
    while (text.length < length) text += letters[this.below(letters.length)];
    return text;
  }
}
