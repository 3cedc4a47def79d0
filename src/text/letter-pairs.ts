// Measures how random a text looks: bits per character under a letter-pair model of code.

import pairsJson from './letter-pairs.json' with { type: 'json' };

/**
 * Row a, column b: bits of letter b after letter a in words of identifiers and prose, rounded and capped at 9.
 * Counted over the sources of 23 packages of npm and PyPI, each word once per file.
 */
const pairBits = pairsJson.map((row) => Uint8Array.from(row, Number));

/** The bits of a letter after another; their case does not count. @param first from `charCodeAt`, as `second` */
export function bitsOfPair(first: number, second: number): number {
  return pairBits[(first | 32) - 97]?.[(second | 32) - 97] ?? 9;
}

const Class = { Other: 0, Digit: 1, Lower: 2, Upper: 3 } as const;

function classOf(unit: number): number {
  if (unit >= 97 && unit <= 122) return Class.Lower;
  if (unit >= 65 && unit <= 90) return Class.Upper;
  return unit >= 48 && unit <= 57 ? Class.Digit : Class.Other;
}

/** Bits of the other transitions: digit after digit, digit after letter, letter after digit, new word, separator. */
const transitionBits = { digits: 2.5, toDigit: 5, fromDigit: 5, word: 3.5, separator: 2 };

/**
 * Mean bits per character. Words, identifiers and paths have about 3 to 3.9. Random letters and digits, hexadecimal and
 * Base64 have about 5 to 6.5. Below ten characters the two ranges overlap.
 */
export function bitsPerCharacter(text: string): number {
  let bits = 0;
  let previous: number = Class.Other;
  let letter = -1;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const current = classOf(unit);
    if (current === Class.Digit) {
      bits +=
        previous === Class.Digit
          ? transitionBits.digits
          : previous === Class.Other
            ? transitionBits.word
            : transitionBits.toDigit;
      letter = -1;
    } else if (current === Class.Other) {
      bits += transitionBits.separator;
      letter = -1;
    } else {
      const next = (unit | 32) - 97;
      if (letter >= 0 && !(previous === Class.Lower && current === Class.Upper)) bits += pairBits[letter]?.[next] ?? 9;
      else
        bits +=
          previous === Class.Digit
            ? transitionBits.fromDigit
            : previous === Class.Other
              ? transitionBits.word
              : transitionBits.word + 1;
      letter = next;
    }
    previous = current;
  }
  return bits / Math.max(1, text.length);
}
