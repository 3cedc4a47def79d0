// The known secrets of a folder, and their occurrences in other texts of that folder. They are kept only in memory.
// Neither the secrets nor data that reveals them is written to disk; each session reads the folder again.

import { findOpenSecrets } from '../open-strings.ts';
import { type Cut, findSecrets, type Redacted, redactRanges, type SecretRange } from '../redact.ts';
import { decodedIn } from './decoded.ts';
import { formsOf, type SecretForm } from './forms.ts';
import { LongValues } from './long-values.ts';

/** Length of the lookup key, in UTF-16 units. Shorter secrets are redacted only where a rule finds them. */
const keyLength = 6;
/** A form up to this length is no secret if letters or digits surround it, because it is then part of a word. */
const wordLength = 11;
/** Minimum length of a partial secret that is redacted, in UTF-16 units. */
const minPartLength = 16;
/** With fewer forms, a map alone is as fast as a filter. */
const filterFrom = 64;
/**
 * Up to this number, forms with the same key are compared one by one. More forms, such as ten thousand tokens of one
 * provider, are searched by bisection.
 */
const maxCompared = 32;
/** Maximum depth of nested encodings: wrapped lines of base64 of base64. */
const maxDecodingDepth = 3;
/** Maximum number of known values. A hand-written folder has fewer; each value has ten to forty forms. */
const maxValues = 20_000;

type Range = Pick<SecretRange, 'start' | 'end'>;

interface KnownForm extends SecretForm {
  /** Minimum length of a partial match at its beginning or end, as in a wrapped line. 0: only the whole form counts. */
  readonly minPartial: number;
}

/** Forms with the same first units, or the same last units if read backwards. */
class FormGroup {
  private readonly forms: KnownForm[] = [];
  /** Made when first needed after `add`. */
  private index: ReturnType<FormGroup['makeIndex']> | undefined;
  private readonly backwards: boolean;

  constructor(backwards: boolean) {
    this.backwards = backwards;
  }

  add(form: KnownForm): void {
    this.forms.push(form);
    this.index = undefined;
  }

  /**
   * Forms that may occur at a position, whole or in part. `part` returns the text there in the reading direction.
   * The result stays small even if there are many forms.
   */
  candidates(part: (length: number) => string): readonly KnownForm[] {
    if (this.forms.length <= maxCompared) return this.forms;
    this.index ??= this.makeIndex();
    const { sorted, byText, lengths } = this.index;
    const whole = lengths.flatMap((length) => byText.get(part(length)) ?? []).map(({ form }) => form);
    const text = part(lengths[0] as number);
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sorted[middle] as { read: string }).read < text) low = middle + 1;
      else high = middle;
    }
    // The forms with the longest common prefix are the neighbours of the text's sorted position.
    const neighbors = sorted.slice(Math.max(0, low - maxCompared / 2), low + maxCompared / 2).map(({ form }) => form);
    return [...new Set([...whole, ...neighbors])];
  }

  private makeIndex() {
    const sorted = this.forms
      .map((form) => ({ read: this.backwards ? backwards(form.text) : form.text, form }))
      .sort((a, b) => (a.read < b.read ? -1 : a.read > b.read ? 1 : 0));
    const lengths = [...new Set(sorted.map(({ read }) => read.length))].sort((a, b) => b - a);
    return { sorted, byText: Map.groupBy(sorted, ({ read }) => read), lengths };
  }
}

/** Forms by a hash of their first or last units, so that one pass over a text finds all of them. */
class FormLookup {
  private readonly buckets = new Map<number, FormGroup>();
  /** A bit set of the hashes, created when there are many. It rejects nearly all positions of a text. */
  private filter: Uint8Array | undefined;
  private readonly backwards: boolean;

  constructor(backwards = false) {
    this.backwards = backwards;
  }

  add(form: KnownForm, hash: number): void {
    const bucket = this.buckets.get(hash) ?? new FormGroup(this.backwards);
    bucket.add(form);
    this.buckets.set(hash, bucket);
    if (this.filter) addToFilter(this.filter, hash);
    else if (this.buckets.size === filterFrom) {
      this.filter = new Uint8Array(1 << 17);
      for (const known of this.buckets.keys()) addToFilter(this.filter, known);
    }
  }

  at(hash: number): FormGroup | undefined {
    const { filter } = this;
    if (filter === undefined) return this.buckets.get(hash);
    const bit = filterBit(hash);
    return (filter[bit >>> 3] as number) & (1 << (bit & 7)) ? this.buckets.get(hash) : undefined;
  }
}

function addToFilter(filter: Uint8Array, hash: number): void {
  const bit = filterBit(hash);
  filter[bit >>> 3] = (filter[bit >>> 3] as number) | (1 << (bit & 7));
}

/** @returns 20 bits */
function filterBit(hash: number): number {
  return Math.imul(hash, 0x9e3779b1) >>> 12;
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
  private readonly heads = new FormLookup();
  private readonly tails = new FormLookup(true);
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
    for (const form of formsOf(value)) {
      if (form.text.length < keyLength || !isSearchable(form.text)) continue;
      const known = { ...form, minPartial: minPartialOf(form) };
      this.heads.add(known, hashAt(form.text, 0));
      this.tails.add(known, hashAt(form.text, form.text.length - keyLength));
      this.longest = Math.max(this.longest, form.text.length);
    }
  }

  /**
   * The ranges of known secrets, in the forms of `forms.ts` and `decoded.ts`, and partial secrets at a cut edge.
   * The time is linear in the text: 1 MB takes about 50 ms.
   */
  find(text: string, cut: Cut = {}, depth = 0): Range[] {
    if (this.known.size === 0) return [];
    const ranges = this.findAsWritten(text, cut);
    if (depth === maxDecodingDepth) return ranges;
    for (const decoded of decodedIn(text))
      for (const { start, end } of this.find(decoded.text, {}, depth + 1)) ranges.push(...decoded.spans(start, end));
    return ranges;
  }

  private findAsWritten(text: string, cut: Cut): Range[] {
    if (text.length < keyLength) return [];
    const ranges: Range[] = this.long.find(text);
    const last = text.length - keyLength;
    let hash = hashAt(text, 0);
    for (let at = 0; ; at++) {
      const forms = this.heads.at(hash)?.candidates((length) => text.slice(at, at + length));
      for (let i = 0; forms && i < forms.length; i++) {
        const form = forms[i] as KnownForm;
        const end = at + form.text.length;
        if (text.startsWith(form.text, at) && isWholeWord(text, at, end, form)) ranges.push({ start: at, end });
        else if (cut.end && end > text.length && form.text.startsWith(text.slice(at)))
          ranges.push({ start: at, end: text.length });
        else if (form.minPartial > 0) {
          const common = commonLength(form.text, text, at);
          if (common >= form.minPartial) ranges.push({ start: at, end: at + common });
        }
      }
      const ends = this.tails
        .at(hash)
        ?.candidates((length) => backwards(text.slice(Math.max(0, at + keyLength - length), at + keyLength)));
      for (let i = 0; ends && i < ends.length; i++) {
        const { text: form, minPartial } = ends[i] as KnownForm;
        if (minPartial === 0) continue;
        const common = commonEnd(form, text, at + keyLength);
        if (common >= minPartial) ranges.push({ start: at + keyLength - common, end: at + keyLength });
      }
      if (at === last) break;
      hash =
        (Math.imul(hash - Math.imul(text.charCodeAt(at), leavingWeight), 31) + text.charCodeAt(at + keyLength)) | 0;
    }
    if (cut.start) ranges.push(...this.tailsAtStart(text));
    return ranges;
  }

  private tailsAtStart(text: string): Range[] {
    const ranges: Range[] = [];
    for (let end = keyLength; end <= Math.min(text.length, this.longest - 1); end++) {
      const ends = this.tails.at(hashAt(text, end - keyLength));
      for (const form of ends?.candidates((length) => backwards(text.slice(Math.max(0, end - length), end))) ?? []) {
        if (form.text.length > end && form.text.endsWith(text.slice(0, end))) ranges.push({ start: 0, end });
      }
    }
    return ranges;
  }
}

/** Reverses the UTF-16 units. */
function backwards(text: string): string {
  return text.split('').reverse().join('');
}

/**
 * Minimum length of a partial match. A random token needs half of its length and at least `minPartLength` units. Other
 * forms, such as URLs and JSON web tokens, need a whole match, because their beginnings are common.
 */
function minPartialOf({ text, isInsideWord }: SecretForm): number {
  if (isInsideWord || !/^(?!eyJ)[\w+/=.%-]*$/.test(text)) return 0;
  return text.length < 2 * minPartLength ? 0 : Math.max(minPartLength, Math.ceil(text.length / 2));
}

/** Length of the common prefix of `form` and the text from `at` on. */
function commonLength(form: string, text: string, at: number): number {
  let length = 0;
  while (length < form.length && form[length] === text[at + length]) length++;
  return length;
}

/** Length of the common suffix of `form` and the text before `end`. */
function commonEnd(form: string, text: string, end: number): number {
  let length = 0;
  while (length < form.length && length < end && form[form.length - 1 - length] === text[end - 1 - length]) length++;
  return length;
}

/** Whether the value is long enough, is not a short number, and does not repeat one character. */
function isSearchable(value: string): boolean {
  return value.length >= keyLength && !/^[\d\s.,:/-]{0,11}$/.test(value) && !/^(.)\1*$/.test(value);
}

const wordUnit = /[\p{L}\p{N}]/u;

function isWholeWord(text: string, start: number, end: number, { text: form, isInsideWord }: SecretForm): boolean {
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
  cut: Cut = {},
): Range[] {
  const own = new SecretValues();
  own.learn(found);
  return [...found, ...[own, ...known].flatMap((values) => values.find(text, cut))];
}

/** Like `redactSecrets`, and also redacts secrets in open strings and the known secrets of the folder. */
export function redactKnown(text: string, path: string, known: readonly SecretValues[], cut: Cut = {}): Redacted {
  const found = [...findSecrets(text, path, cut), ...findOpenSecrets(text, path)];
  return redactRanges(text, rangesIn(text, found, known, cut));
}
