// Answers by place: the same place again, or the same place with part of the answer typed since (typing-as-suggested).
import type { CompletionQuery, Source } from '../common/completion.ts';
import type { Decision } from '../coupling/types.ts';
import { closersFor } from '../text/brackets.ts';
import { languageOf } from '../text/languages.ts';

/** What was answered at a place; '' where the answer was nothing. */
export interface Answer {
  readonly text: string;
  readonly source: Exclude<Source, 'none'>;
  readonly model: string;
  readonly decision: Decision;
  readonly savedUsd: number;
}

export interface CacheHit {
  readonly answer: Answer;
  /** What is left of the answer's text to insert; '' at the end of it, or where the answer was nothing. */
  readonly rest: string;
  /** The editor put closing brackets or quotes behind the cursor meanwhile, which `rest` may repeat. */
  readonly autoClosed: boolean;
}

/** A place is what stands near it: edits far above do not make it another. UTF-16 units. */
const NEAR_BEFORE = 1000;
const NEAR_AFTER = 300;
const MOST_TYPED = 400;

/** A place as it was when a model was asked, and whether a later query stands at it or further along. */
export class Place {
  readonly path: string;
  private readonly before: string;
  private readonly after: string;

  constructor(query: CompletionQuery) {
    this.path = query.path;
    this.before = query.prefix.slice(-NEAR_BEFORE);
    this.after = query.suffix.slice(0, NEAR_AFTER);
  }

  equals(other: Place): boolean {
    return this.path === other.path && this.before === other.before && this.after === other.after;
  }

  /**
   * What was typed since, when the query's text round the cursor is this place's with that inserted: the first candidate
   * that `accept` takes. Closing brackets and quotes that the editor added for openers in it are allowed for.
   */
  typedSince(
    query: CompletionQuery,
    accept: (typed: string) => boolean,
  ): { typed: string; autoClosed: boolean } | undefined {
    if (query.path !== this.path) return undefined;
    const longest = Math.min(MOST_TYPED, query.prefix.length);
    for (let length = 0; length <= longest; length++) {
      const end = query.prefix.length - length;
      if (!query.prefix.endsWith(this.before, end)) continue;
      // A window shorter than its limit began at the start of the document, and must still do so.
      if (this.before.length < NEAR_BEFORE && end !== this.before.length) continue;
      const typed = query.prefix.slice(end);
      if (!accept(typed)) continue;
      if (this.afterIs(query.suffix)) return { typed, autoClosed: false };
      const closers = closersFor(typed, languageOf(query.languageId).quotes);
      if (closers !== '' && query.suffix.startsWith(closers) && this.afterIs(query.suffix.slice(closers.length))) {
        return { typed, autoClosed: true };
      }
    }
    return undefined;
  }

  private afterIs(suffix: string): boolean {
    return suffix.slice(0, NEAR_AFTER) === this.after;
  }
}

/** Least recently used answers go first. */
export class CompletionCache {
  private readonly capacity: number;
  /** Oldest first. */
  private entries: { place: Place; answer: Answer }[] = [];

  constructor(capacity = 200) {
    this.capacity = capacity;
  }

  /** An API answer was paid for: a local one replaces it only where it was nothing. */
  put(query: CompletionQuery, answer: Answer): void {
    const place = new Place(query);
    const at = this.entries.findIndex((entry) => entry.place.equals(place));
    if (at !== -1) {
      const old = (this.entries[at] as (typeof this.entries)[number]).answer;
      if (old.source === 'api' && old.text !== '' && answer.source !== 'api') return;
      this.entries.splice(at, 1);
    }
    this.entries.push({ place, answer });
    if (this.entries.length > this.capacity) this.entries.shift();
  }

  /** The latest answer that fits. */
  get(query: CompletionQuery): CacheHit | undefined {
    for (let i = this.entries.length - 1; i >= 0; i--) {
      const entry = this.entries[i] as (typeof this.entries)[number];
      const { text } = entry.answer;
      // All of it typed: what comes next is a new question.
      const since = entry.place.typedSince(
        query,
        (typed) => typed === '' || (typed.length < text.length && text.startsWith(typed)),
      );
      if (since === undefined) continue;
      this.entries.splice(i, 1);
      this.entries.push(entry);
      return { answer: entry.answer, rest: text.slice(since.typed.length), autoClosed: since.autoClosed };
    }
    return undefined;
  }

  clear(): void {
    this.entries = [];
  }
}
