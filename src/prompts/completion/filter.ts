// What a filter is, and what it is told of the place.
import type { LanguageFacts } from '../../text/languages.ts';
import type { CompletionPlace } from './types.ts';

export interface Context extends CompletionPlace {
  /** A chat model wrote it. */
  readonly chat: boolean;
  readonly facts: LanguageFacts;
  /** The cursor's line before and after the cursor. */
  readonly before: string;
  readonly after: string;
}

export interface Filter {
  readonly name: string;
  /** A habit of chat models: what the specialist writes passes by. */
  readonly chatOnly?: true;
  /** Brackets and quotes mean nothing in prose. */
  readonly codeOnly?: true;
  readonly apply: (text: string, context: Context) => string;
}
