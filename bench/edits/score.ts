// How good an answer to a scenario is: the peers' rule (deltaChrF), and by edit distance whether it is exact, nearer to
// the goal, or further from it.

import { changedLines } from '../../src/text/edits.ts';

const LONGEST_GRAM = 6;
const BETA = 2;

/** chrF, 0 to 100: the F score (beta 2) of character n-grams, n = 1 to 6 (Popovic 2015). White space does not count. */
export function chrF(hypothesis: string, reference: string): number {
  const [h, r] = [hypothesis, reference].map((text) => [...text.replace(/\s+/g, '')]) as [string[], string[]];
  let [precision, recall, orders] = [0, 0, 0];
  for (let n = 1; n <= LONGEST_GRAM; n++) {
    const [own, wanted] = [gramsOf(h, n), gramsOf(r, n)];
    const [ownCount, wantedCount] = [Math.max(0, h.length - n + 1), Math.max(0, r.length - n + 1)];
    if (ownCount === 0 && wantedCount === 0) continue;
    let common = 0;
    for (const [gram, count] of own) common += Math.min(count, wanted.get(gram) ?? 0);
    precision += ownCount === 0 ? 0 : common / ownCount;
    recall += wantedCount === 0 ? 0 : common / wantedCount;
    orders++;
  }
  if (orders === 0) return hypothesis === reference ? 100 : 0;
  const [p, q] = [precision / orders, recall / orders];
  return p + q === 0 ? 0 : (100 * (1 + BETA ** 2) * p * q) / (BETA ** 2 * p + q);
}

function gramsOf(text: readonly string[], n: number): Map<string, number> {
  const grams = new Map<string, number>();
  for (let i = 0; i + n <= text.length; i++) {
    const gram = text.slice(i, i + n).join('');
    grams.set(gram, (grams.get(gram) ?? 0) + 1);
  }
  return grams;
}

/** Levenshtein distance in characters; equal text at both ends costs no time. */
export function distance(one: string, other: string): number {
  let start = 0;
  while (start < one.length && start < other.length && one[start] === other[start]) start++;
  let end = 0;
  const most = Math.min(one.length, other.length) - start;
  while (end < most && one[one.length - 1 - end] === other[other.length - 1 - end]) end++;
  const [a, b] = [one.slice(start, one.length - end), other.slice(start, other.length - end)];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, (row[j - 1] as number) + cost));
    }
    row = next;
  }
  return row[b.length] as number;
}

export type Outcome = 'silent' | 'exact' | 'nearer' | 'further';

/** @param now the file; @param answer the file after the answer; undefined: silence */
export function outcomeOf(now: string, answer: string | undefined, expected: string): Outcome {
  if (answer === undefined || answer === now) return 'silent';
  const plain = (text: string) => text.replace(/\n+$/, '');
  if (plain(answer) === plain(expected)) return 'exact';
  const before = distance(plain(now), plain(expected));
  return distance(plain(answer), plain(expected)) < before ? 'nearer' : 'further';
}

/** The peers' rule for one answer, 0 to 100. */
export function deltaChrF(now: string, answer: string | undefined, expected: string): number {
  if (answer === undefined) return 0;
  const changed = (after: string) => changedLines(now, after).new.replace(/\n$/, '');
  return chrF(changed(answer), changed(expected));
}
