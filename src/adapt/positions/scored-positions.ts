// Held-out positions with each model's answers, compared with the author's text.
import type { CompletionPosition, Draft } from '../../common/completion.ts';
import type { LlmAnswer } from '../../llm/protocol/models.ts';
import type { CursorExample } from '../../prompts/completion/cursor-examples.ts';
import type { PositionFacts } from '../../routing/features.ts';

export interface ScoredPosition {
  readonly example: CursorExample;
  /** The position where the draft was requested. */
  readonly draftPosition: CompletionPosition;
  /** The part of the author's text that is asked for: see `truthAt`. */
  readonly truth: string;
  readonly facts: PositionFacts;
  /** The draft as it would be shown; empty if nothing would be shown. */
  readonly draft: Draft;
  /** Whether the draft is the truth: see `matchesTruth`. */
  readonly right: boolean;
  /** Log loss on the truth. Undefined if it was not requested, the drafter cannot measure it, or a block is wanted. */
  readonly loss: { readonly tokens: number; readonly nats: number } | undefined;
}

export interface LabelledPosition {
  readonly scored: ScoredPosition;
  /** The answer of the large model, with the text as it would be shown. */
  readonly answer: LlmAnswer;
  readonly right: boolean;
}

export interface Labels {
  readonly labelled: readonly LabelledPosition[];
  readonly failed: number;
}

/** The large model's answers at a sample of one run's positions. */
export interface ApiLabels {
  readonly model: string;
  readonly validation: Labels;
  /** Undefined if the run stopped asking before the test positions. */
  readonly test: Labels | undefined;
  /** The same positions, asked with what a plain API call sees. */
  readonly bare: Labels | undefined;
}

/** All that was asked in the run, at validation and test positions and bare. */
export function allLabels({ validation, test, bare }: ApiLabels): Labels[] {
  return [validation, test, bare].filter((each) => each !== undefined);
}
