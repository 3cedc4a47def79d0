// The known secrets of a folder, and their occurrences in other texts of that folder. They are kept only in memory.
// Neither the secrets nor data that reveals them is written to disk; each session reads the folder again.

import type { CutEdges } from '../../common/redaction.ts';
import { decodedIn } from './decoded.ts';
import { type EncodedSecret, encodingsOf } from './encodings.ts';
import type { SecretRange } from './find.ts';
import { LongValues } from './long-values.ts';
import type { Span } from './searched-text.ts';

/** Length of the lookup key, in UTF-16 units. Shorter secrets are redacted only where a rule finds them. */
const keyLength = 6;
/** A form up to this length is no secret if letters or digits surround it, because it is then part of a word. */
const wordLength = 11;
/** Maximum depth of nested encodings: wrapped lines of base64 of base64. */
const maxDecodingDepth = 3;
/** Maximum number of known values. A hand-written folder has fewer; each value has ten to forty forms. */
const maxValues = 20_000;

/** Forms with the same first units. There may be thousands, such as the tokens of one provider. */
interface FormGroup {
  readonly byText: Map<string, EncodedSecret>;
  readonly lengths: Set<number>;
}

/** Weight of the unit that leaves the window. */
const leavingWeight = 31 ** (keyLength - 1);

function hashAt(text: string, at: number): number {
  let hash = 0;
  for (let i = at; i < at + keyLength; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}

export class SecretValues {
  private readonly known = new Set<string>();
  /** By a hash of their first units, so that one pass over a text finds all of them. */
  private readonly forms = new Map<number, FormGroup>();
  private readonly long = new LongValues();
  private longest = 0;

  /** @param values the `all` of another instance */
  constructor(values: Iterable<string> = []) {
    for (const value of values) this.add(value);
  }

  get size(): number {
    return this.known.size;
  }

  /** For messages to another thread or process of this program. Never write them to a file. */
  get all(): string[] {
    return [...this.known];
  }

  /** Adds the distinctive secrets of a text. Returns true if at least one was new. */
  learn(found: readonly SecretRange[]): boolean {
    const before = this.known.size;
    for (const { value, isDistinctive } of found) if (isDistinctive) this.add(value);
    return this.known.size > before;
  }

  has(value: string): boolean {
    return this.known.has(value);
  }

  add(value: string): void {
    if (this.known.has(value) || this.known.size >= maxValues || !isSearchable(value)) return;
    this.known.add(value);
    this.long.add(value);
    for (const form of encodingsOf(value)) {
      const { text } = form;
      if (text.length < keyLength || !isSearchable(text)) continue;
      const hash = hashAt(text, 0);
      const group = this.forms.get(hash) ?? { byText: new Map(), lengths: new Set() };
      group.byText.set(text, form);
      group.lengths.add(text.length);
      this.forms.set(hash, group);
      this.longest = Math.max(this.longest, text.length);
    }
  }

  /**
   * The ranges of known secrets, in the forms of `encodings.ts` and `decoded.ts`, and partial secrets at a cut edge.
   * The time is linear in the text: 1 MB takes about 50 ms.
   */
  find(text: string, cut: CutEdges = {}, depth = 0): Span[] {
    if (this.known.size === 0) return [];
    const ranges = this.findAsWritten(text, cut);
    if (depth === maxDecodingDepth) return ranges;
    for (const decoded of decodedIn(text))
      for (const { start, end } of this.find(decoded.text, {}, depth + 1)) ranges.push(...decoded.spans(start, end));
    return ranges;
  }

  private findAsWritten(text: string, cut: CutEdges): Span[] {
    if (text.length < keyLength) return [];
    const ranges: Span[] = this.long.find(text);
    const last = text.length - keyLength;
    let hash = hashAt(text, 0);
    for (let at = 0; ; at++) {
      const group = this.forms.get(hash);
      for (const length of group?.lengths ?? []) {
        const end = at + length;
        const form = end > text.length ? undefined : group?.byText.get(text.slice(at, end));
        if (form !== undefined && isWholeWord(text, at, end, form)) ranges.push({ start: at, end });
      }
      if (group !== undefined && cut.end && at + this.longest > text.length) {
        const rest = text.slice(at);
        if ([...group.byText.keys()].some((form) => form.startsWith(rest)))
          ranges.push({ start: at, end: text.length });
      }
      if (at === last) break;
      hash =
        (Math.imul(hash - Math.imul(text.charCodeAt(at), leavingWeight), 31) + text.charCodeAt(at + keyLength)) | 0;
    }
    if (cut.start) ranges.push(...this.endsAtStart(text));
    return ranges;
  }

  /** Forms whose end is the beginning of the text. */
  private endsAtStart(text: string): Span[] {
    const ranges: Span[] = [];
    const key = text.slice(0, keyLength);
    for (const { byText } of this.forms.values())
      for (const form of byText.keys())
        for (let at = form.indexOf(key, 1); at > 0; at = form.indexOf(key, at + 1))
          if (text.startsWith(form.slice(at))) ranges.push({ start: 0, end: form.length - at });
    return ranges;
  }
}

/** Whether the value is long enough, is not a short number, and does not repeat one character. */
function isSearchable(value: string): boolean {
  return value.length >= keyLength && !/^[\d\s.,:/-]{0,11}$/.test(value) && !/^(.)\1*$/.test(value);
}

const wordUnit = /[\p{L}\p{N}]/u;

function isWholeWord(text: string, start: number, end: number, { text: form, isInsideWord }: EncodedSecret): boolean {
  if (isInsideWord || form.length > wordLength) return true;
  const before = text.slice(Math.max(0, start - 3), start);
  // The last character of an escape is not part of a word: "\nsecret", '%3Asecret'.
  const free = !wordUnit.test(before.slice(-1)) || /\\[nrtbfv0]$|%[0-9a-f]{2}$/i.test(before);
  return (
    (free || !wordUnit.test(form[0] as string)) &&
    !(wordUnit.test(form.at(-1) as string) && wordUnit.test(text[end] ?? ''))
  );
}

/** The ranges to redact: the secrets found in the text, all their occurrences, and the known secrets of the folder. */
export function rangesIn(
  text: string,
  found: readonly SecretRange[],
  known: readonly SecretValues[],
  cut: CutEdges = {},
): Span[] {
  const own = new SecretValues();
  own.learn(found);
  return [...found, ...[own, ...known].flatMap((values) => values.find(text, cut))];
}
