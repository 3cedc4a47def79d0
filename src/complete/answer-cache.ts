// Answers by place: the same place again, or the same place with part of the answer typed since (typing-as-suggested).
import type { CompletionQuery, Source } from '../common/completion.ts';
import type { Decision } from '../coupling/types.ts';
import { EditedPlace } from '../text/edits.ts';

/** What was answered at a place; '' where the answer was nothing. */
export interface Answer {
  readonly text: string;
  readonly source: Exclude<Source, 'none'>;
  readonly model: string;
  readonly decision: Decision;
  readonly savedUsd: number;
  /** Of the turn that a local one was made in. */
  readonly news?: number;
}

export interface CacheHit {
  readonly answer: Answer;
  /** What is left of the answer's text to insert; '' at the end of it, or where the answer was nothing. */
  readonly rest: string;
  /** The editor put closing brackets or quotes behind the cursor meanwhile, which `rest` may repeat. */
  readonly autoClosed: boolean;
}

/** Least recently used answers go first. */
export class CompletionCache {
  private readonly capacity: number;
  /** Oldest first. */
  private entries: { place: EditedPlace; answer: Answer }[] = [];

  constructor(capacity = 200) {
    this.capacity = capacity;
  }

  /** An API answer was paid for: a local one replaces it only where it was nothing. */
  put(query: CompletionQuery, answer: Answer): void {
    const place = new EditedPlace(query);
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
