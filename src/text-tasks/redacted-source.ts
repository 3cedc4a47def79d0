// Streams a task's source file redacted, and keeps the syntax of its format.
import type { FolderReader } from '../workspace/files/folder-reader.ts';
import { encodingOf, textPieces } from '../workspace/files/text-pieces.ts';
import { learnWhole, type RedactedPiece, redactedPieces, type SecretValues } from '../workspace/secrets/secrets.ts';
import { atPath, csvRecords } from './labels/csv.ts';

export type SourceForm = 'lines' | 'csv' | 'jsonl';

/** Puts the format's own characters back, so that the redacted text stays valid in its format. */
const restoreSyntax: Readonly<Record<SourceForm, (piece: RedactedPiece) => string>> = {
  lines: ({ text }) => text,
  csv: ({ raw, text }) => restoreMatches(raw, text, /[",;\t]/g),
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

/**
 * Adds the file's secrets to `known`, and resolves to its encoding. Throws CodedError 'unreadable', 'corrupt' if a
 * table is none, and the signal's reason.
 */
export async function learnSource(
  reader: FolderReader,
  path: string,
  form: SourceForm,
  known: SecretValues,
  signal?: AbortSignal,
): Promise<string> {
  const encoding = await encodingOf(reader, path, signal);
  // A broken table is found first: the search for secrets takes a hundred times as long.
  if (form === 'csv') await checkTable(textPieces(reader, path, signal), path);
  await learnWhole(textPieces(reader, path, signal), path, known);
  return encoding;
}

/** Streams the file's redacted text. Throws CodedError 'unreadable', and the signal's reason. */
export async function* redactedSource(
  reader: FolderReader,
  path: string,
  form: SourceForm,
  known: SecretValues,
  signal?: AbortSignal,
): AsyncGenerator<string> {
  for await (const piece of redactedPieces(textPieces(reader, path, signal), path, [known]))
    yield restoreSyntax[form](piece);
}

async function checkTable(chunks: AsyncIterable<string>, path: string): Promise<void> {
  try {
    for await (const _ of csvRecords(chunks));
  } catch (error) {
    throw atPath(path, error);
  }
}
