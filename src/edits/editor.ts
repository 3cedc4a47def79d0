// What next edits need of an editor and its language servers.
import type { Log } from '../common/log.ts';
import type { Edit, NextEdit, TextFile } from './history/edit.ts';
import type { NoFollowingEdit } from './large-model/ask.ts';
import type { EditedPlace } from './large-model/place.ts';
import type { EditCursor, OfferedEdit } from './offers.ts';
import type { CursorLine, NextEditsInput } from './rules/repeated.ts';

/** The active document, in which next edits may be offered, and what is known then. */
export interface Present<F> {
  readonly folder: F;
  /** The journal's. */
  readonly edits: readonly Edit[];
  /** Open documents. */
  readonly documents: readonly TextFile[];
  /** Where the cursor is. */
  readonly line: CursorLine;
  /** Where the user's last changes have left errors, once he rests. */
  readonly errors: readonly ErrorPlace[];
}

/** A line with an error that a language server has found since the user's last changes. */
export interface ErrorPlace extends CursorLine {
  /** Offset of the error in its file. */
  readonly start: number;
  /** Equal for the errors of the same changes. */
  readonly since: number;
}

/** Where the large model is asked: the cursor rests after an edit that may be sent. */
export interface AskedPlace<F> {
  readonly folder: F;
  /** The journal's: a notebook's cell has one of its own. */
  readonly path: string;
  readonly place: EditedPlace;
  /** Whether its document has changed since. */
  readonly isChanged: () => boolean;
}

/** What a language server knows now: renames, quick fixes. */
export interface EditSource<F> {
  edits(present: Present<F>): readonly NextEdit[];
  /** The user has taken or dismissed an offered edit, of any origin. */
  judged?(edit: NextEdit, isTaken: boolean): void;
}

export interface NextEditsDeps<F> {
  /** Undefined: nothing may be offered. */
  readonly present: () => Present<F> | undefined;
  /** Edits that repeat the recent ones, in the whole folder, by another thread. */
  readonly repeated: (folder: F, input: NextEditsInput, signal: AbortSignal) => Promise<readonly NextEdit[]>;
  readonly sources: readonly EditSource<F>[];
  /** Undefined: nothing is asked there. */
  readonly askedPlace: () => AskedPlace<F> | undefined;
  readonly follow: (at: AskedPlace<F>, signal: AbortSignal) => Promise<NextEdit | NoFollowingEdit>;
  readonly onFollowed: (folder: F, isTaken: boolean) => void;
  /** In the folder of what is offered. */
  readonly cursor: () => EditCursor | undefined;
  readonly showsLines: () => boolean;
  /** What is offered has changed. `isNew`: it was searched for. */
  readonly draw: (isNew: boolean) => void;
  /** What became of an offer that is not there any more. */
  readonly onOutcome: (offer: OfferedEdit, outcome: 'ignored' | 'rejected') => void;
  readonly log: Log;
}
