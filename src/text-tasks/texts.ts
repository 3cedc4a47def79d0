// Streams the texts of a task from the folder, redacted and without duplicates.
import { CodedError } from '../common/errors.ts';
import { fitted } from '../prompts/answer/answer-prompt.ts';
import { functionTexts } from '../text/syntax/functions.ts';
import type { FolderReader } from '../workspace/files/folder-reader.ts';
import { gitFor } from '../workspace/files/git-command.ts';
import { gitFault } from '../workspace/files/git-directory.ts';
import { matchesPath, parseGlob } from '../workspace/files/globs.ts';
import type { HarvestedFile } from '../workspace/files/harvest-types.ts';
import { redactText, type SecretValues } from '../workspace/secrets/secrets.ts';
import { atPath } from './labels/csv.ts';
import {
  commitText,
  csvTexts,
  jsonlTexts,
  keyOf,
  LONGEST_TEXT,
  linesIn,
  sectionsIn,
  type TaskSourceText,
  todosIn,
} from './labels/extract.ts';
import { redactedSource } from './redacted-source.ts';
import type { SourceFindings } from './source-findings.ts';
import { isAnswerTask, type LabelTask, type TextSource, type TextTask } from './task-file.ts';

export interface TaskText {
  readonly text: string;
  /** Label or answer in the source, if it is valid for the task. */
  readonly ownLabel?: string;
  /** The first row of the source with this text. Absent if the source has no rows. */
  readonly row?: number;
  /** As it stands in the source, secrets redacted; see TaskSourceText. */
  readonly source?: readonly string[] | string;
}

export interface TextsDeps {
  readonly reader: FolderReader;
  /** The folder's redacted files. */
  readonly files: readonly HarvestedFile[];
  /** Known secrets of the folder and of the task's source. A file is redacted whole, before it is split into texts. */
  readonly secrets: SecretValues;
  readonly signal?: AbortSignal;
  /** Yield each row of a table, also repeated ones and those without a text, and repeated lines of a file. */
  readonly everyRow?: boolean;
  /** Collects what is found in the source. */
  readonly findings?: SourceFindings;
}

/** Maximum commits, newest first. */
const MAX_COMMITS = 20_000;

/** Yields each text once, or each row. Throws CodedError 'unreadable' or 'corrupt', and the signal's reason. */
export async function* textsOf(task: TextTask, deps: TextsDeps): AsyncGenerator<TaskText> {
  const { source } = task;
  const { findings, everyRow = false } = deps;
  // Keys of the texts so far, not the texts.
  const seen = new Set<number>();
  const labelNames = isAnswerTask(task) ? undefined : namesOf(task);
  const path = 'path' in source ? source.path : '';
  // Redacted again, because quotes and escapes of the table are resolved only now.
  const redact = (text: string) => redactText(text, path, [deps.secrets]).text;
  try {
    for await (const { text, label, row, source: raw } of textsIn(source, deps)) {
      deps.signal?.throwIfAborted();
      const plain = redact(text.slice(0, 2 * LONGEST_TEXT))
        .slice(0, LONGEST_TEXT)
        .trim();
      const key = keyOf(plain);
      if (everyRow && row !== undefined) {
        // A line without a text has nothing to lose.
        if (plain === '' && raw === undefined) continue;
        const asRead = typeof raw === 'string' ? raw : raw?.map(redact);
        yield { text: plain, row, ...(asRead !== undefined && { source: asRead }) };
        continue;
      }
      if (plain !== '' || raw !== undefined) findings?.addRow(plain, key, row);
      if (plain === '') continue;
      const sourceLabel = label === undefined ? '' : redact(label);
      const ownLabel = isAnswerTask(task)
        ? fitted(sourceLabel, task.maximumLength)
        : labelNames?.get(sourceLabel.toLowerCase());
      if (sourceLabel !== '' && labelNames) findings?.addLabel(plain, key, sourceLabel, ownLabel);
      if (seen.has(key)) continue;
      seen.add(key);
      yield { text: plain, ...(ownLabel && { ownLabel }), ...(row !== undefined && { row }) };
    }
  } catch (error) {
    throw atPath(path, error);
  }
}

/** A label's names in the source, in lower case, with the task's name. */
function namesOf({ labels }: LabelTask): Map<string, string> {
  return new Map(
    labels.flatMap(({ name, aliases = [] }) => [name, ...aliases].map((each) => [each.toLowerCase(), name] as const)),
  );
}

async function* textsIn(source: TextSource, deps: TextsDeps): AsyncGenerator<TaskSourceText> {
  const { reader, secrets, signal } = deps;
  switch (source.kind) {
    case 'csv':
      yield* csvTexts(redactedSource(reader, source.path, source.kind, secrets, signal), source, deps.findings?.form);
      break;
    case 'jsonl':
      yield* jsonlTexts(redactedSource(reader, source.path, source.kind, secrets, signal), source);
      break;
    case 'lines':
      yield* numbered(linesIn(redactedSource(reader, source.path, source.kind, secrets, signal)));
      break;
    case 'files':
      for (const { path, text } of filesLike(source.glob, deps)) {
        const folder = path.split('/').at(-2);
        yield source.labelFromFolder && folder !== undefined ? { text, label: folder } : { text };
      }
      break;
    case 'sections':
    case 'todos': {
      const cut = source.kind === 'sections' ? sectionsIn : todosIn;
      for (const file of filesLike(source.glob, deps)) for (const text of cut(file.text)) yield { text };
      break;
    }
    case 'functions':
      for (const { languageId, text } of filesLike(source.glob, deps)) yield* await functionTexts(languageId, text);
      break;
    case 'commits': {
      const args = ['log', '-z', '--no-merges', `--max-count=${MAX_COMMITS}`, '--format=%s'];
      const fault = await gitFault(reader.root);
      if (fault !== undefined) throw new CodedError('unreadable', `${fault} Choose another source.`);
      const log = await gitFor(reader.root)(reader.root, args, deps.signal);
      if (log === undefined)
        throw new CodedError('unreadable', 'Git shows no history of this folder. Choose another source.');
      for (const subject of log.split('\0')) yield commitText(subject, source.labelFromType === true);
    }
  }
}

async function* numbered(lines: AsyncIterable<string>): AsyncGenerator<TaskSourceText> {
  let row = 0;
  for await (const text of lines) {
    row += 1;
    yield { text, row };
  }
}

function filesLike(glob: string, { files }: TextsDeps): HarvestedFile[] {
  const patterns = parseGlob(glob);
  return files.filter(({ path }) => patterns.some((parts) => matchesPath(parts, path.split('/'))));
}
