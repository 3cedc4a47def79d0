// The type of the post-processing filters, and their context.
import type { LanguageFacts } from '../../text/languages.ts';
import type { CompletionPosition } from './types.ts';

export interface Context extends CompletionPosition {
  /** Whether a chat model wrote the text. */
  readonly chat: boolean;
  readonly facts: LanguageFacts;
  /** The cursor's line before and after the cursor. */
  readonly before: string;
  readonly after: string;
}

export interface Filter {
  readonly name: string;
  /** Applied only to answers of chat models. */
  readonly chatOnly?: true;
  /** Not applied in prose, where brackets and quotes have no structure. */
  readonly codeOnly?: true;
  readonly apply: (text: string, context: Context) => string;
}
