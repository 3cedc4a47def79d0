// Finds parts of long random secrets, such as the body of a private key. Any part that is long enough is a secret too.

import { bitsPerCharacter } from '../../text/letter-pairs.ts';
import type { Span } from './searched-text.ts';

/** Minimum length of a matching run, in UTF-16 units; a shorter run may match by chance. */
const minRunLength = 16;
/** Shorter values are only searched for as a whole. */
const minValueLength = 2 * minRunLength;
const longLength = 64;
/** Distance between anchors. Every run of `minRunLength` units contains a whole anchor: 4 + 12 - 1 < 16. */
const step = 4;
const anchorLength = 12;
/** A run with fewer different characters is padding, such as the 'AAAA' of many keys. */
const minDistinct = 8;
/** Maximum for all values together. A hand-written folder has fewer. */
const maxAnchors = 400_000;

interface Anchor {
  readonly value: string;
  readonly at: number;
}

/** Weight of the unit that leaves the window. */
const leavingWeight = [...Array(anchorLength - 1)].reduce((weight: number) => Math.imul(weight, 31), 1);

export class LongValues {
  private readonly anchors = new Map<number, Anchor[]>();
  private readonly values = new Set<string>();
  private size = 0;

  /** Adds the value without its line ends if it is long and random. */
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
    if (this.size >= maxAnchors || new Set(value.slice(at, at + anchorLength)).size < minDistinct / 2) return;
    const hash = hashAt(value, at);
    const bucket = this.anchors.get(hash);
    if (bucket === undefined) this.anchors.set(hash, [anchor]);
    else if (bucket.length < 64) bucket.push(anchor);
    this.size++;
  }

  /** The ranges of parts of known values. The time is linear in the text. */
  find(text: string): Span[] {
    const runs: Span[] = [];
    if (this.size === 0 || text.length < minRunLength) return runs;
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
      const leavingTerm = Math.imul(text.charCodeAt(at), leavingWeight);
      hash = (Math.imul(hash - leavingTerm, 31) + text.charCodeAt(at + anchorLength)) | 0;
    }
  }
}

function isLongAndRandom(body: string): boolean {
  return (
    body.length >= minValueLength &&
    /^(?!eyJ)[\w+/.%-]+={0,2}$/.test(body) &&
    (body.length < longLength || bitsPerCharacter(body.slice(0, 1000)) >= 4.2)
  );
}

function hashAt(text: string, at: number): number {
  let hash = 0;
  for (let i = at; i < at + anchorLength; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}

/** Many keys begin alike, so a run of 16 units is too short for them. The last line of a key is short. */
function minRunOf({ length }: string, isEnd: boolean): number {
  if (length >= longLength) return isEnd ? anchorLength : 20;
  return Math.max(minRunLength, Math.ceil(length / 2));
}

/** Extends a match from the anchor in both directions. Returns undefined if the run is too short or is padding. */
function runAt(text: string, at: number, { value, at: anchor }: Anchor): Span | undefined {
  let before = 0;
  while (before < at && before < anchor && text[at - 1 - before] === value[anchor - 1 - before]) before++;
  let after = 0;
  while (after < value.length - anchor && text[at + after] === value[anchor + after]) after++;
  if (before + after < minRunOf(value, anchor + after === value.length)) return undefined;
  const [start, end] = [at - before, at + after];
  return new Set(text.slice(start, start + 200)).size < minDistinct ? undefined : { start, end };
}
