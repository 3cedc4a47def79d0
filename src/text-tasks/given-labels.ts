// Reads and appends labels and answers by people and the API: one line each, in a file beside the task file.
import { closeSync, constants, fsyncSync, openSync, writeSync } from 'node:fs';
import { CodedError, failed, messageOf, ok, type Result } from '../common/errors.ts';
import { quoted } from '../common/plain-text.ts';
import type { EvidenceForm } from '../prompts/label/label-prompt.ts';
import { FolderReader } from '../workspace/files/folder-reader.ts';
import { encodingOf, textPieces } from '../workspace/files/text-pieces.ts';
import { readTask, unwritable, writablePathIn } from './in-folder.ts';
import { keyOf, linesIn } from './labels/extract.ts';
import { isAnswerTask, type LabelTask, TASKS_FOLDER, type TextTask } from './task-file.ts';

export interface StoredLabel {
  readonly text: string;
  /**
   * A label or an answer. '' is an API answer without a label, so that the API is not asked about that text again, or
   * says that a person has withdrawn the label.
   */
  readonly label: string;
  readonly by: 'person' | 'api';
  /** Only for API answers: model, what was shown beside the text, cost in US dollars. */
  readonly model?: string;
  readonly form?: EvidenceForm;
  readonly usd?: number;
  /** Only for API answers: the text was asked about in random order, and was not chosen. */
  readonly random?: boolean;
}

/** The known labels or answers of one text. */
export interface KnownLabels {
  readonly text: string;
  readonly person?: string;
  /** The API's answer in the form that serves, or else its last one. */
  readonly api?: string;
  /** Its answers by what was shown: several where forms are compared. '': unusable. */
  readonly answers?: Readonly<Partial<Record<EvidenceForm, string>>>;
  /** Set if the API was asked, with any result. */
  readonly paid?: Pick<StoredLabel, 'model' | 'form' | 'usd' | 'random'>;
}

function fileOf(task: string): string {
  return `${TASKS_FOLDER}/${task}.answers.jsonl`;
}

/**
 * All known labels or answers by `keyOf` of their text. For each text, only a person's last entry and the
 * API's last entry are used. Broken lines and unknown labels are skipped.
 * @param redact redacts texts and answers, because people may write secrets; absent only for display to the user
 */
export async function readAnswers(
  task: TextTask,
  reader: FolderReader,
  redact: (text: string) => string = (text) => text,
): Promise<Map<number, KnownLabels>> {
  const known = new Map<number, KnownLabels>();
  const path = fileOf(task.name);
  if ((await reader.whyNotAFile(path)) === 'gone') return known;
  const encoding = await encodingOf(reader, path);
  if (encoding !== 'utf-8') {
    const message = `${path} is stored as ${encoding}. Save it as UTF-8, in which answers are added to it.`;
    throw new CodedError('unreadable', message);
  }
  const names = isAnswerTask(task) ? undefined : task.labels.map(({ name }) => name);
  for await (const line of linesIn(textPieces(reader, path))) {
    const row = parseLine(line);
    if (row === undefined) continue;
    // Only answers are free text. A label is one of the task's names.
    const label = names === undefined ? redact(row.label) : names.includes(row.label) ? row.label : '';
    // The task has lost the label that a person gave: an earlier one still counts.
    if (row.by === 'person' && label === '' && row.label !== '') continue;
    addLabel(known, { ...row, text: redact(row.text), label });
  }
  return known;
}

/** Adds one label to `known`, as `readAnswers` does. */
export function addLabel(
  known: Map<number, KnownLabels>,
  { text, label, by, model, form, usd, random }: StoredLabel,
): void {
  const key = keyOf(text);
  const earlierLabels = known.get(key);
  if (label === '' && by === 'person') {
    const { person: _, ...others } = earlierLabels ?? { text };
    if ('paid' in others) known.set(key, others);
    else known.delete(key);
    return;
  }
  const cost = (earlierLabels?.paid?.usd ?? 0) + (usd ?? 0);
  known.set(key, {
    ...(earlierLabels ?? { text }),
    ...(label !== '' && { [by]: label }),
    ...(by === 'api' && {
      answers: { ...earlierLabels?.answers, [form ?? 'bare']: label },
      paid: { ...(model && { model }), ...(form && { form }), usd: cost, ...(random === true && { random }) },
    }),
  });
}

/** Labelled texts in the order of their keys; labels as indices. */
export function labelledIn({ labels }: Pick<LabelTask, 'labels'>, known: ReadonlyMap<number, KnownLabels>) {
  const indexOf = (name: string | undefined) => {
    const index = labels.findIndex((label) => label.name === name);
    return index < 0 ? undefined : index;
  };
  return [...known]
    .sort(([a], [b]) => a - b)
    .flatMap(([key, { text, paid, ...names }]) => {
      const [person, api] = [indexOf(names.person), indexOf(names.api)];
      const label = person ?? api;
      const informed = (paid?.form ?? 'bare') !== 'bare';
      return label === undefined ? [] : [{ key, text, label, person, api, informed }];
    });
}

function parseLine(line: string): StoredLabel | undefined {
  try {
    const row = JSON.parse(line) as Partial<StoredLabel> | null;
    const isComplete =
      typeof row?.text === 'string' && typeof row.label === 'string' && (row.by === 'api' || row.by === 'person');
    return isComplete ? (row as StoredLabel) : undefined;
  } catch {
    return undefined;
  }
}

/** Appends a label; it is on disk on return. Throws CodedError 'unwritable'. @param root of the trusted folder */
export function appendLabel(root: string, task: string, label: StoredLabel): void {
  const path = fileOf(task);
  try {
    const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW = 0 } = constants;
    const file = openSync(writablePathIn(root, path), O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW, 0o644);
    try {
      // Begins with a line end, so that a truncated last line does not merge with this one.
      writeSync(file, `\n${JSON.stringify(label)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw cause instanceof CodedError ? cause : unwritable(path, messageOf(cause), cause);
  }
}

/**
 * Resolves to the stored label or answer once it is on disk. Undefined: the user chose no label. Throws as
 * `appendLabel` does.
 * @param answer the label or the answer; '': the earlier one is withdrawn; undefined: `pick` asks the user for a label
 */
export async function storeCorrection(
  root: string,
  name: string,
  { text, answer }: { readonly text: string; readonly answer: string | undefined },
  pick: (task: LabelTask) => Promise<string | undefined>,
): Promise<Result<string | undefined>> {
  const read = await readTask(await FolderReader.open(root), name);
  if (!read.ok) return read;
  const task = read.value;
  const label = isAnswerTask(task) ? answer?.trim() : (answer ?? (await pick(task)));
  if (label === undefined) return ok(undefined);
  if (answer === '') {
    appendLabel(root, name, { text, label: '', by: 'person' });
    return ok('');
  }
  if (isAnswerTask(task) && (label === '' || label.length > task.maximumLength)) {
    const message = `The answer has ${label.length} characters and was not stored. Enter 1 to ${task.maximumLength} characters.`;
    return failed('mismatched', message);
  }
  if (!isAnswerTask(task) && !task.labels.some((each) => each.name === label)) {
    const message = `${quoted(label)} is not a label in the current file of '${name}' and was not stored. Run the task to update the table's labels.`;
    return failed('mismatched', message);
  }
  appendLabel(root, name, { text, label, by: 'person' });
  return ok(label);
}
