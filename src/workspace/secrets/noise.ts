// Measures how random a text looks: bits per character under a letter-pair model of code.

/**
 * Row a, column b: bits of letter b after letter a in words of identifiers and prose, rounded and capped at 9.
 * Counted over the sources of 23 packages of npm and PyPI, each word once per file.
 */
const pairBits = [
  '85449759597343959332568769',
  '36673889448289479557399949',
  '39693993594499299473599979',
  '36851889379687499647499969',
  '57436579799553756234967479',
  '39884489299597279475499969',
  '58991954399564469445499989',
  '29992999399778389564599979',
  '56455559998442368543969796',
  '36881899668898378828498989',
  '57771868398685589637595978',
  '37842799399399379844478949',
  '25982999499656339959599979',
  '49433639596686489933569879',
  '65548679686442549255465999',
  '39962996599399349354599959',
  '68788888888388877778088889',
  '39662859397655389544578959',
  '59592785396678457832497969',
  '39682893399789469445598949',
  '55563769599343849333889999',
  '29991989399989599989989999',
  '38883993298794389459995999',
  '48384798389878829772999669',
  '66664879499554429634896977',
  '37771787488677488877787746',
].map((row) => Uint8Array.from(row, Number));

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
