// Streams a task's source file redacted, and keeps the syntax of its format.
import type { FolderReader } from '../workspace/files/folder-reader.ts';
import type { SecretValues } from '../workspace/secrets/known/known.ts';
import { learnWhole, type RedactedPiece, redactedPieces } from '../workspace/secrets/known/whole-file.ts';
import { decoded } from './labels/extract.ts';

export type SourceForm = 'lines' | 'csv' | 'jsonl';

/** Puts the format's own characters back, so that the redacted text stays valid in its format. */
const restoreSyntax: Readonly<Record<SourceForm, (piece: RedactedPiece) => string>> = {
  lines: ({ text }) => text,
  csv: ({ raw, text }) => restoreMatches(raw, text, /[",]/g),
  // Only strings become texts, and their escapes contain no secret. A string without an end counts as one, too.
  jsonl: ({ raw, text }) =>
    raw.replace(/"(?:[^"\\\n]|\\.)*"?/g, (string, at: number) =>
      restoreMatches(string, text.slice(at, at + string.length), /^"|"$|\\(?:u[\da-fA-F]{4}|.)/g),
    ),
};

/** Puts the pattern's matches in `raw` back into `text`, which has the same length. */
function restoreMatches(raw: string, text: string, pattern: RegExp): string {
  if (raw === text) return text;
  let [result, end] = ['', 0];
  for (const { index, 0: kept } of raw.matchAll(pattern)) {
    result += text.slice(end, index) + kept;
    end = index + kept.length;
  }
  return result + text.slice(end);
}

/** Adds the file's secrets to `known`. Throws CodedError 'unreadable'. */
export function learnSource(reader: FolderReader, path: string, known: SecretValues): Promise<void> {
  return learnWhole(decoded(reader.pieces(path)), path, known);
}

/** Streams the file's redacted text. Throws CodedError 'unreadable'. */
export async function* redactedSource(
  reader: FolderReader,
  path: string,
  form: SourceForm,
  known: SecretValues,
): AsyncGenerator<string> {
  for await (const piece of redactedPieces(decoded(reader.pieces(path)), path, [known]))
    yield restoreSyntax[form](piece);
}
