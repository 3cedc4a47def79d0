// Streams a task's source file redacted, and keeps the syntax of its format.
import type { FolderReader } from '../workspace/files/folder-reader.ts';
import type { SecretValues } from '../workspace/secrets/known/known.ts';
import { learnWhole, type RedactedPiece, redactedPieces } from '../workspace/secrets/known/whole-file.ts';
import { decoded } from './labels/extract.ts';

export type SourceForm = 'lines' | 'csv' | 'jsonl';

/** The redacted text, still valid in its format. */
const readable: Readonly<Record<SourceForm, (piece: RedactedPiece) => string>> = {
  lines: ({ text }) => text,
  csv: ({ raw, text }) => restored(raw, text, /[",]/g),
  // Only a string is ever a text, and its escapes are no secret.
  jsonl: ({ raw, text }) =>
    raw.replace(/"(?:[^"\\\n]|\\.)*"/g, (string, at: number) =>
      restored(string, text.slice(at, at + string.length), /^"|"$|\\(?:u[\da-fA-F]{4}|.)/g),
    ),
};

/** `text` with what the pattern finds in `raw` put back. */
function restored(raw: string, text: string, pattern: RegExp): string {
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

/** Throws CodedError 'unreadable'. */
export async function* redactedSource(
  reader: FolderReader,
  path: string,
  form: SourceForm,
  known: SecretValues,
): AsyncGenerator<string> {
  for await (const piece of redactedPieces(decoded(reader.pieces(path)), path, [known])) yield readable[form](piece);
}
