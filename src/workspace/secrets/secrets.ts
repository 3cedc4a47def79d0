// The face of this room: what finds and redacts secrets. Nothing else of it is imported from outside; see
// build/layers.ts.

import type { CutEdges } from '../../common/redaction.ts';
import { type SearchedDocument, spansInCut } from './cut-of-document.ts';
import { findSecrets, type Redacted, redactRanges, type SecretRange } from './find.ts';
import { rangesIn, type SecretValues } from './known-values.ts';
import { findOpenSecrets } from './open-strings.ts';

export type { SearchedDocument } from './cut-of-document.ts';
export { findSecrets, type Redacted, redactionCharacter, redactSecrets, type SecretRange } from './find.ts';
export { SecretValues } from './known-values.ts';
export { redactPath } from './redact-path.ts';
export { learnWhole, type RedactedPiece, redactedPieces } from './whole-file.ts';

/** As `findSecrets`, and also the secrets of strings that are not closed yet. */
export function findInDocument(text: string, path: string, cut: CutEdges = {}): SecretRange[] {
  return [...findSecrets(text, path, cut), ...findOpenSecrets(text, path)];
}

/**
 * Redacts a text that may be sent: its own secrets, and the known ones of its folder.
 * @param document of which the text is a part, if it is cut; undefined: it is not known
 */
export function redactText(
  text: string,
  path: string,
  known: readonly SecretValues[],
  cut: CutEdges = {},
  document?: SearchedDocument,
): Redacted {
  const redacted = redactFound(text, findInDocument(text, path, cut), known, cut);
  if (document === undefined || !(cut.start || cut.end)) return redacted;
  return redactRanges(redacted.text, spansInCut(text, document));
}

/** Redacts the secrets found in a text, all their further occurrences, and the known secrets of the folder. */
export function redactFound(
  text: string,
  found: readonly SecretRange[],
  known: readonly SecretValues[],
  cut: CutEdges = {},
): Redacted {
  return redactRanges(text, rangesIn(text, found, known, cut));
}
