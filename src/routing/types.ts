// The router's types: positions and examples.
import type { Draft } from '../common/completion.ts';

/** Facts about the cursor position, besides the draft. */
export interface PositionFacts {
  readonly languageId: string;
  /** Text of the cursor's line before and after it. */
  readonly lineBefore: string;
  readonly lineAfter: string;
  /** Some lines above and below it. */
  readonly above?: string;
  readonly below?: string;
}

/** A labelled position in a held-out file. */
export interface RouterExample {
  readonly path: string;
  readonly draft: Draft;
  readonly position: PositionFacts;
  /** The specialist's draft equals what the author wrote (trimmed). */
  readonly specialistRight: boolean;
  /** Cuts of the draft, and whether the author's text begins with each. Absent: not measured. */
  readonly cuts?: readonly { readonly draft: Draft; readonly right: boolean }[];
  /** Whether the API's answer is right; undefined if it was not asked. */
  readonly apiRight?: boolean;
  /** Whether that answer is the draft. */
  readonly apiAgrees?: boolean;
}
