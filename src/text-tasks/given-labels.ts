// Labels and answers that were given: by people and by the API, a line each, beside the task. Appended at once, never rewritten.
import { closeSync, constants, fsyncSync, openSync, writeSync } from 'node:fs';
import { CodedError, messageOf } from '../common/errors.ts';
import { isAnswerTask, TASKS_FOLDER, type TextTask } from '../prompts/label/task.ts';
import type { FolderReader } from '../workspace/files/folder-reader.ts';
import { unwritable, writablePathIn } from './in-folder.ts';
import { decoded, keyOf, linesIn } from './labels/extract.ts';

export interface GivenLabel {
  readonly text: string;
  /** Or what was written about the text. '': of an API that answered with none of the labels; it is not asked about that text again. */
  readonly label: string;
  readonly by: 'person' | 'api';
  /** Of an API's: who answered, how many labelled texts it was shown, US dollars. */
  readonly model?: string;
  readonly examples?: number;
  readonly usd?: number;
}

/** What is known of a text: its label, or what was written about it. */
export interface Known {
  readonly text: string;
  readonly person?: string;
  readonly api?: string;
  /** The API was asked, whatever it said: its answer is paid for. */
  readonly paid?: Pick<GivenLabel, 'model' | 'examples' | 'usd'>;
}

function fileOf(task: string): string {
  return `${TASKS_FOLDER}/${task}.answers.jsonl`;
}

/**
 * By `keyOf` of the text; the last word of each kind counts. Lines that are broken, as after a crash, or of labels that are gone are passed over.
 * @param mask for all but who shows them to the user: a file that people write to may hold what the texts of the folder hide
 */
export async function readAnswers(
  task: TextTask,
  reader: FolderReader,
  mask: (text: string) => string = (text) => text,
): Promise<Map<number, Known>> {
  const known = new Map<number, Known>();
  const path = fileOf(task.name);
  if ((await reader.file(path)) === 'gone') return known;
  const names = isAnswerTask(task) ? undefined : task.labels.map(({ name }) => name);
  for await (const line of linesIn(decoded(reader.pieces(path)))) {
    const row = parsed(line);
    if (row === undefined) continue;
    // A label is one of the task's names; only an answer is anybody's own words.
    const label = names === undefined ? mask(row.label) : names.includes(row.label) ? row.label : '';
    know(known, { ...row, text: mask(row.text), label });
  }
  return known;
}

/** Takes one label in, as reading it from disk would. */
export function know(known: Map<number, Known>, { text, label, by, model, examples, usd }: GivenLabel): void {
  const key = keyOf(text);
  const before = known.get(key);
  if (label === '' && by === 'person') return;
  const cost = (before?.paid?.usd ?? 0) + (usd ?? 0);
  known.set(key, {
    ...(before ?? { text }),
    ...(label !== '' && { [by]: label }),
    ...(by === 'api' && { paid: { ...(model && { model }), examples: examples ?? 0, usd: cost } }),
  });
}

function parsed(line: string): GivenLabel | undefined {
  try {
    const row = JSON.parse(line) as Partial<GivenLabel> | null;
    const whole =
      typeof row?.text === 'string' && typeof row.label === 'string' && (row.by === 'api' || row.by === 'person');
    return whole ? (row as GivenLabel) : undefined;
  } catch {
    return undefined;
  }
}

/** On disk when it returns. Throws CodedError 'unwritable'. @param root of the folder, which the user trusts */
export function giveLabel(root: string, task: string, given: GivenLabel): void {
  const path = fileOf(task);
  try {
    const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW = 0 } = constants;
    const file = openSync(writablePathIn(root, path), O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW, 0o644);
    try {
      // Its own line end first: a line that a crash cut short must not swallow this one.
      writeSync(file, `\n${JSON.stringify(given)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw cause instanceof CodedError ? cause : unwritable(path, messageOf(cause), cause);
  }
}
