// Answers by place: the same place again, or the same place with part of the answer typed since (typing-as-suggested).
import type { AnswerSource, CompletionQuery } from '../common/completion.ts';
import type { Decision } from '../routing/types.ts';
import { closersWritten } from '../text/brackets.ts';
import { EditedPlace } from '../text/edits.ts';
import { languageOf } from '../text/languages.ts';

/** What was answered at a place; '' where the answer was nothing. */
export interface CachedAnswer {
  readonly text: string;
  /** UTF-16 units behind the place that it takes the place of: closers that it writes itself. Absent: none. */
  readonly over?: number;
  readonly source: Exclude<AnswerSource, 'none'>;
  readonly model: string;
  readonly decision: Decision;
  readonly savedUsd: number;
  /** Of the turn that a local one was made in. */
  readonly news?: number;
}

/** The place behind an answer that was taken. */
export function insertedAt(
  query: CompletionQuery,
  { text, over = 0 }: Pick<CachedAnswer, 'text' | 'over'>,
): CompletionQuery {
  return { ...query, prefix: query.prefix + text, suffix: query.suffix.slice(over) };
}

export interface CacheHit {
  readonly answer: CachedAnswer;
  /** What is left of the answer's text to insert; '' at the end of it, or where the answer was nothing. */
  readonly rest: string;
  /** What is left of its `over`, and what the editor has closed behind the cursor meanwhile that `rest` closes itself. */
  readonly over: number;
}

interface Entry {
  readonly place: EditedPlace;
  readonly answer: CachedAnswer;
}

/** Least recently used answers go first. */
export class CompletionCache {
  private readonly capacity: number;
  /** Oldest first. */
  private entries: readonly Entry[] = [];

  constructor(capacity = 200) {
    this.capacity = capacity;
  }

  /** An API answer was paid for: a local one replaces it only where it was nothing. It does not take a local one away that may be on the screen. */
  put(query: CompletionQuery, answer: CachedAnswer): void {
    const place = new EditedPlace(query);
    const paid = answer.source === 'api';
    const isHere = (entry: Entry) => entry.place.equals(place);
    const isPaid = ({ answer: old }: Entry) => old.source === 'api' && old.text !== '';
    if (!paid && this.entries.some((entry) => isHere(entry) && isPaid(entry))) return;
    const others = this.entries.filter((entry) => !isHere(entry) || (paid && entry.answer.source !== 'api'));
    this.entries = [...others, { place, answer }].slice(-this.capacity);
  }

  /**
   * The latest answer that fits.
   * @param visible what is on the screen stays as long as it fits
   */
  get(query: CompletionQuery, visible?: CachedAnswer): CacheHit | undefined {
    const seen = this.entries.filter(({ answer }) => answer === visible);
    for (const entry of [...seen, ...[...this.entries].reverse()]) {
      const { text, over = 0 } = entry.answer;
      // All of it typed: what comes next is a new question.
      const since = entry.place.typedSince(
        query,
        (typed) => typed === '' || (typed.length < text.length && text.startsWith(typed)),
        over,
      );
      if (since === undefined) continue;
      const { typed, closers } = since;
      const rest = text.slice(typed.length);
      const written = closersWritten(closers, typed, rest, languageOf(query.languageId).quotes);
      // Closers that it leaves to the editor stand behind it: not behind further lines, nor before others that it writes itself.
      if (written < closers.length && (over > 0 || rest.includes('\n'))) continue;
      // What is on the screen comes first as long as it is there, and not before a better answer afterwards.
      if (entry.answer !== visible) this.entries = [...this.entries.filter((other) => other !== entry), entry];
      return { answer: entry.answer, rest, over: written + over - since.over };
    }
    return undefined;
  }

  /** @param visible what is on the screen, and stays */
  clear(visible?: CachedAnswer): void {
    this.entries = this.entries.filter(({ answer }) => answer === visible);
  }
}
