// Long random secrets, such as the body of a private key: any part of one that is long enough is a secret as well,
// wherever its lines are cut.

import { surprise } from '../noise.ts';

/**
 * A shorter run may stand in another text by chance, UTF-16 units. The end of a value counts from `anchorLength` on: a
 * last line is short.
 */
const leastRun = 20;
/** Shorter values are looked for as a whole. */
const leastLength = 64;
/**
 * A value is looked up at every one of so many units. A run of `leastRun` units holds a whole anchor: 8 + 12 - 1 < 20.
 */
const step = 8;
const anchorLength = 12;
/** Fewer different characters are padding, such as the 'AAAA' of many keys. */
const leastDifferent = 8;
/** For all values together: a folder with more is no work of people. */
const mostAnchors = 400_000;

interface Anchor {
  readonly value: string;
  readonly at: number;
}

export interface MatchedRun {
  readonly start: number;
  readonly end: number;
}

/** Weight of the unit that leaves the window. */
const leaving = [...Array(anchorLength - 1)].reduce((weight: number) => Math.imul(weight, 31), 1);

export class LongValues {
  private readonly anchors = new Map<number, Anchor[]>();
  private readonly values = new Set<string>();
  private size = 0;

  /** Takes the value where it is long and random, without its line ends. */
  add(value: string): void {
    const body = value.replace(/\s+/g, '');
    if (!isLongAndRandom(body) || this.values.has(body)) return;
    this.values.add(body);
    const end = body.length - anchorLength;
    for (let at = 0; at < end; at += step) this.addAnchor({ value: body, at });
    this.addAnchor({ value: body, at: end });
  }

  private addAnchor(anchor: Anchor): void {
    const { value, at } = anchor;
    if (this.size >= mostAnchors || new Set(value.slice(at, at + anchorLength)).size < leastDifferent / 2) return;
    const hash = hashAt(value, at);
    const bucket = this.anchors.get(hash);
    if (bucket === undefined) this.anchors.set(hash, [anchor]);
    else if (bucket.length < 64) bucket.push(anchor);
    this.size++;
  }

  /** Where a part of a known value stands. Linear in the text. */
  find(text: string): MatchedRun[] {
    const runs: MatchedRun[] = [];
    if (this.size === 0 || text.length < leastRun) return runs;
    const last = text.length - anchorLength;
    let hash = hashAt(text, 0);
    let done = 0;
    for (let at = 0; ; at++) {
      for (const anchor of (at >= done && this.anchors.get(hash)) || []) {
        const run = runAt(text, at, anchor);
        if (run === undefined) continue;
        runs.push(run);
        done = Math.max(done, run.end);
      }
      if (at === last) return runs;
      const left = Math.imul(text.charCodeAt(at), leaving);
      hash = (Math.imul(hash - left, 31) + text.charCodeAt(at + anchorLength)) | 0;
    }
  }
}

function isLongAndRandom(body: string): boolean {
  return body.length >= leastLength && /^(?!eyJ)[\w+/-]+={0,2}$/.test(body) && surprise(body.slice(0, 1000)) >= 4.2;
}

function hashAt(text: string, at: number): number {
  let hash = 0;
  for (let i = at; i < at + anchorLength; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}

/** As far as the text equals the value, both ways from the anchor. Undefined: that is not far enough. */
function runAt(text: string, at: number, { value, at: anchor }: Anchor): MatchedRun | undefined {
  let before = 0;
  while (before < at && before < anchor && text[at - 1 - before] === value[anchor - 1 - before]) before++;
  let after = 0;
  while (after < value.length - anchor && text[at + after] === value[anchor + after]) after++;
  const isEnd = anchor + after === value.length;
  if (before + after < (isEnd ? anchorLength : leastRun)) return undefined;
  const [start, end] = [at - before, at + after];
  return new Set(text.slice(start, start + 200)).size < leastDifferent ? undefined : { start, end };
}
