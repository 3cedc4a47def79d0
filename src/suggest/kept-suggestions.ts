// Suggestions by cursor position. One also serves after part of its text was typed or accepted.
import type { CompletionQuery } from '../common/completion.ts';
import type { ScoredCut } from '../routing/show.ts';
import { EditedPosition } from '../text/edits.ts';
import { languageOf } from '../text/languages.ts';
import { closersWritten } from '../text/line-state.ts';
import type { Suggestion } from './suggestion.ts';

/** A kept suggestion that may go on at a query. */
export interface Continued {
  readonly kept: Suggestion;
  /**
   * What may still be inserted, with probabilities that assume the typed text; none: the large model had nothing to
   * add.
   */
  readonly cuts: readonly ScoredCut[];
  /** Text of it that stands in the document by now. */
  readonly typed: string;
}

interface Entry {
  readonly position: EditedPosition;
  readonly suggestion: Suggestion;
}

/** Evicts the oldest. A suggestion that is shown again is put again. */
export class KeptSuggestions {
  private readonly capacity: number;
  /** Oldest first. */
  private entries: readonly Entry[] = [];

  constructor(capacity = 200) {
    this.capacity = capacity;
  }

  /**
   * A local suggestion never replaces a paid one unless that is empty. A paid one keeps a local one that may be shown
   * now.
   */
  put(query: CompletionQuery, suggestion: Suggestion): void {
    const position = new EditedPosition(query);
    const isPaid = suggestion.source === 'api';
    const here = this.entries.filter((entry) => entry.position.equals(position));
    if (!isPaid && here.some(({ suggestion: old }) => isAnswer(old))) return;
    const replaced = new Set(here.filter((entry) => !isPaid || entry.suggestion.source === 'api'));
    const others = this.entries.filter((entry) => !replaced.has(entry));
    this.entries = [...others, { position, suggestion }].slice(-this.capacity);
  }

  /**
   * The suggestions that go on at a query, latest first.
   * @param visible the shown one, which comes before the others
   */
  *at(query: CompletionQuery, visible?: Suggestion): Iterable<Continued> {
    const latestFirst = this.entries.toReversed();
    const isVisible = ({ suggestion }: Entry) => isSame(suggestion, visible);
    for (const entry of [...latestFirst.filter(isVisible), ...latestFirst.filter((each) => !isVisible(each))]) {
      const continued = continuedAt(entry, query);
      if (continued !== undefined) yield continued;
    }
  }

  /** Whether the large model has answered at this position, or for a text that goes on here. */
  hasAnswerAt(query: CompletionQuery): boolean {
    return [...this.at(query)].some(({ kept }) => kept.source === 'api');
  }

  /** @param visible the shown suggestion, which stays */
  clear(visible?: Suggestion): void {
    this.entries = this.entries.filter(({ suggestion }) => isSame(suggestion, visible));
  }
}

/** Whether both are the same shown suggestion. */
export function isSame(one: Suggestion, other: Suggestion | undefined): boolean {
  return one.id !== '' && one.id === other?.id;
}

function isAnswer({ source, cuts }: Suggestion): boolean {
  return source === 'api' && cuts.length > 0;
}

function continuedAt({ position, suggestion: kept }: Entry, query: CompletionQuery): Continued | undefined {
  const whole = kept.cuts.at(-1)?.text ?? '';
  const overs = kept.cuts.map(({ over = 0 }) => over);
  // After the whole text was typed, a new request is needed.
  const mayGoOn = (typed: string) => typed === '' || (typed.length < whole.length && whole.startsWith(typed));
  const edit = position.typedSince(query, mayGoOn, Math.max(0, ...overs));
  if (edit === undefined) return undefined;
  const { typed, closers, replaced } = edit;
  const { quotes } = languageOf(query.languageId);
  const before = kept.cuts.findLast(({ text }) => typed.startsWith(text))?.p ?? 1;
  const cuts = kept.cuts.flatMap((cut): ScoredCut[] => {
    const { over = 0 } = cut;
    if (cut.text.length <= typed.length || replaced > over) return [];
    const text = cut.text.slice(typed.length);
    const written = closersWritten(closers, typed, text, quotes);
    // Brackets left to the editor follow the text directly: not after further lines, nor before brackets that it writes
    // itself.
    if (written < closers.length && (over > 0 || text.includes('\n'))) return [];
    const isUnchanged = typed === '' && replaced === 0;
    return [isUnchanged ? cut : { ...cut, text, p: Math.min(1, cut.p / before), over: written + over - replaced }];
  });
  return cuts.length > 0 || whole === '' ? { kept, cuts, typed } : undefined;
}
