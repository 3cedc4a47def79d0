// What the coupling is told of a place: the same where it is fitted and where it decides.
import type { CompletionQuery } from '../common/completion.ts';
import { lineAfter, lineBefore } from '../text/lines.ts';
import type { PlaceFacts } from './types.ts';

export function placeOf({ languageId, prefix, suffix }: CompletionQuery): PlaceFacts {
  return { languageId, lineBefore: lineBefore(prefix), lineAfter: lineAfter(suffix) };
}
