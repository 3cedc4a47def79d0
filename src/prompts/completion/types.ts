// A cursor position where text is wanted, and how much of it.
import type { CompletionQuery } from '../../common/completion.ts';

export interface CompletionPosition {
  readonly query: CompletionQuery;
  /** A block is wanted; else the rest of the line. */
  readonly block: boolean;
  /** Later lines stay as they are: the model itself decided where they end. */
  readonly further?: boolean;
  /** Only the cursor's line is wanted. */
  readonly alone?: boolean;
  /** The document's indent unit: '\t' or n spaces. */
  readonly indentUnit: string;
}
