// What a report is made from: held-out places with what each model answered there, judged.
import type { Draft } from '../../common/completion.ts';
import type { LlmAnswer } from '../../llm/types.ts';
import type { CursorExample } from '../../prompts/completion/cursor-places.ts';
import type { JudgedDraft } from '../../prompts/completion/judge.ts';
import type { CompletionPlace } from '../../prompts/completion/types.ts';
import type { PlaceFacts } from '../../routing/types.ts';

export interface ScoredPlace extends JudgedDraft {
  readonly example: CursorExample;
  readonly asked: CompletionPlace;
  /** As much of what the author wrote as is asked for. */
  readonly truth: string;
  readonly place: PlaceFacts;
  /** As it would be shown; empty where nothing of it would be. */
  readonly draft: Draft;
  /** How well the truth was foreseen. Undefined where nobody asked, the drafter has none, or a block was drafted. */
  readonly loss: { readonly tokens: number; readonly nats: number } | undefined;
}

export interface LabelledPlace extends JudgedDraft {
  readonly scored: ScoredPlace;
  /** Its text as it would be shown. */
  readonly answer: LlmAnswer;
}

export interface Labels {
  readonly labelled: readonly LabelledPlace[];
  readonly failed: number;
  /** Why it stopped early, for the report; undefined when it did not. */
  readonly stopped: string | undefined;
}

/** The API's answers at a sample of the places, of one run. */
export interface ApiLabels {
  readonly model: string;
  readonly validation: Labels;
  /** Undefined where the run stopped asking before it came to the test places. */
  readonly test: Labels | undefined;
}
