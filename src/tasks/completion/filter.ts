// What a filter is, and what it is told of the place.
import type { CompletionQuery } from '../../common/completion.ts';
import type { LanguageFacts } from '../../text/languages.ts';

export interface CleanOptions {
  readonly query: CompletionQuery;
  /** The place calls for a block; else the draft ends with its line. */
  readonly block: boolean;
  /** The document's: '\t' or n spaces. */
  readonly indentUnit: string;
}

export interface Context extends CleanOptions {
  readonly facts: LanguageFacts;
  /** The cursor's line before and after the cursor. */
  readonly before: string;
  readonly after: string;
}

export interface Filter {
  readonly name: string;
  /** Brackets and quotes mean nothing in prose. */
  readonly codeOnly?: true;
  readonly apply: (text: string, context: Context) => string;
}
