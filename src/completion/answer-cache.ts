// Caches answers by cursor position. An entry also serves after part of its text was typed (typing as suggested).
import type { AnswerSource, CompletionQuery } from '../common/completion.ts';
import type { Decision } from '../routing/decision.ts';
import { EditedPosition } from '../text/edits.ts';
import { languageOf } from '../text/languages.ts';
import { closersWritten } from '../text/line-state.ts';

/** An empty text: the model had nothing to add. */
export interface CachedAnswer {
  readonly text: string;
  /** UTF-16 units after the cursor that `text` replaces: closing brackets that `text` contains. Absent: none. */
  readonly replaceLength?: number;
  readonly source: Exclude<AnswerSource, 'none'>;
  readonly model: string;
  readonly decision: Decision;
  readonly savedUsd: number;
  /** Index revision at the time of a local answer. */
  readonly indexRevision?: number;
}

/** The query after the whole answer was accepted. */
export function insertedAt(
  query: CompletionQuery,
  { text, replaceLength = 0 }: Pick<CachedAnswer, 'text' | 'replaceLength'>,
): CompletionQuery {
  return { ...query, prefix: query.prefix + text, suffix: query.suffix.slice(replaceLength) };
}

export interface CacheHit {
  readonly answer: CachedAnswer;
  /** Text that is still to be inserted; '' if there is none. */
  readonly rest: string;
  /** UTF-16 units after the cursor that `rest` replaces, brackets that the editor has closed since included. */
  readonly replaceLength: number;
}

interface Entry {
  readonly position: EditedPosition;
  readonly answer: CachedAnswer;
}

/** Evicts the least recently used answers. */
export class CompletionCache {
  private readonly capacity: number;
  /** Oldest first. */
  private entries: readonly Entry[] = [];

  constructor(capacity = 200) {
    this.capacity = capacity;
  }

  /**
   * A local answer never replaces a paid one unless that is empty. A paid answer keeps a local one that may be shown
   * now.
   */
  put(query: CompletionQuery, answer: CachedAnswer): void {
    const position = new EditedPosition(query);
    const isPaid = answer.source === 'api';
    const isSamePosition = (entry: Entry) => entry.position.equals(position);
    const hasPaidText = ({ answer: old }: Entry) => old.source === 'api' && old.text !== '';
    if (!isPaid && this.entries.some((entry) => isSamePosition(entry) && hasPaidText(entry))) return;
    const others = this.entries.filter((entry) => !isSamePosition(entry) || (isPaid && entry.answer.source !== 'api'));
    this.entries = [...others, { position, answer }].slice(-this.capacity);
  }

  /**
   * The latest answer that fits.
   * @param visible the shown answer, preferred as long as it fits
   */
  get(query: CompletionQuery, visible?: CachedAnswer): CacheHit | undefined {
    const visibleEntries = this.entries.filter(({ answer }) => answer === visible);
    for (const entry of [...visibleEntries, ...[...this.entries].reverse()]) {
      const { text, replaceLength = 0 } = entry.answer;
      // After the whole answer was typed, a new request is needed.
      const edit = entry.position.typedSince(
        query,
        (typed) => typed === '' || (typed.length < text.length && text.startsWith(typed)),
        replaceLength,
      );
      if (edit === undefined) continue;
      const { typed, closers } = edit;
      const rest = text.slice(typed.length);
      const closersInRest = closersWritten(closers, typed, rest, languageOf(query.languageId).quotes);
      // Brackets left to the editor follow the text directly: not after further lines, nor before brackets that it
      // writes itself.
      if (closersInRest < closers.length && (replaceLength > 0 || rest.includes('\n'))) continue;
      // The shown answer comes first while it is shown, but does not move before a better answer afterwards.
      if (entry.answer !== visible) this.entries = [...this.entries.filter((other) => other !== entry), entry];
      return { answer: entry.answer, rest, replaceLength: closersInRest + replaceLength - edit.replaced };
    }
    return undefined;
  }

  /** @param visible the shown answer, which stays */
  clear(visible?: CachedAnswer): void {
    this.entries = this.entries.filter(({ answer }) => answer === visible);
  }
}
