// A place where text is wanted, with what decides how much of it.
import type { CompletionQuery } from '../../common/completion.ts';

export interface CompletionPlace {
  readonly query: CompletionQuery;
  /** The place calls for a block; else for the rest of its line. */
  readonly block: boolean;
  /** Lines below the rest of the cursor's are wanted as they are: whoever wrote them knew where they end. */
  readonly further?: boolean;
  /** Whoever asks wants no line below the cursor's. */
  readonly alone?: boolean;
  /** The document's: '\t' or n spaces. */
  readonly indentUnit: string;
}
