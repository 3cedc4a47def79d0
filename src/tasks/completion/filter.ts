// What a filter is, and what it is told of the place.
import type { LanguageFacts } from '../../text/languages.ts';
import type { CompletionPlace } from './types.ts';

export interface Context extends CompletionPlace {
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
