// Every reason of a decision, as the panel, the log and the report say it: 'Held back: 10% sure; REASON'.
import type { ErrorCode } from '../common/errors.ts';

/** Why a possible call is not worth its price. */
export const TOO_DEAR = [
  'the large model is not likelier right',
  'a call gains too little',
  'a call would write too little',
] as const;
export type TooDear = (typeof TOO_DEAR)[number];

/** The text is the rest of one that was drafted at an earlier key. */
export const SEEN_BEFORE = 'the rest of an earlier draft';
/** The text is the large model's. */
export const ANSWERED = 'the large model has answered';

/** Why the large model cannot or shall not be asked, or what came of the call. A failed call names its code as well. */
export const NO_CALL = [
  SEEN_BEFORE,
  ANSWERED,
  'its answer is not sure enough',
  'there is no large model',
  'a word was replaced in the line',
  'the large model is not available',
  'this position cannot be sent safely',
  'the large model is too slow to wait for',
  'the large model is slow',
  'the large model had nothing to add',
  'no answer of the large model fits',
] as const;
export type NoCall = (typeof NO_CALL)[number] | `the large model failed (${ErrorCode})`;

export const WHY_CALL = [
  'the large model is likelier right',
  'the large model is asked meanwhile',
  'the large model is asked unless this is accepted',
] as const;
export type WhyCall = (typeof WHY_CALL)[number];

/** After a call whose answer came when the user no longer watched. */
export const NEXT_KEY = 'its answer waits for the next key';

/** What raises the threshold above the user's. */
export const RAISED_BY = ['the list is open', 'a sentence needs more', 'the last ones were rejected'] as const;
export type RaisedBy = (typeof RAISED_BY)[number];

/** What a held-back text lacks. */
export const WHY_HELD = [
  ...RAISED_BY,
  'the text is short',
  'it was rejected here',
  'the large model is likelier right',
] as const;
export type WhyHeld = (typeof WHY_HELD)[number];
