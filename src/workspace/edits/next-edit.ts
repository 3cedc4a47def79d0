// An edit that may come next, and what it is searched in.
import type { Edit, Range, TextFile } from './edit.ts';

export interface NextEditsInput {
  /** The journal's recent edits, oldest first. */
  readonly edits: readonly Edit[];
  /** Open documents. */
  readonly documents: readonly TextFile[];
  /** The folder's other files that contain a word. Absent: only open documents are read. */
  readonly filesWith?: (word: string) => Iterable<TextFile>;
  /** Rules and places, as in `NextEdit`, that were shown and not followed. */
  readonly ignored?: readonly string[];
  /** Places without a probability of at least this are left out. */
  readonly least?: number;
  /** Time for the search, and again for parsing, ms. */
  readonly ms?: number | undefined;
}

/** Why an edit is offered, if it does not repeat others. */
export type EditOrigin =
  /** It renames a reference of what was called so. */
  | { readonly kind: 'rename'; readonly name: string }
  /** It fixes an error, as a language server proposes. */
  | { readonly kind: 'fix'; readonly title: string };

export interface NextEdit {
  readonly path: string;
  readonly range: Range;
  /** The text of the range. Before the edit is shown or applied, it has to be there still. */
  readonly removed: string;
  readonly replacement: string;
  /** Equal for edits of the same rule; with another example it is a new one. */
  readonly rule: string;
  /** Equal for the same change of the same line. */
  readonly place: string;
  /** Absent: it repeats others. */
  readonly origin?: EditOrigin;
  /** Newest first. */
  readonly learnedFrom: readonly Edit[];
  /** Number of places of the rule that are offered, this one included. */
  readonly left: number;
  /** Estimate that the user makes this edit. */
  readonly probability: number;
}
