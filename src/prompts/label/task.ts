// A text task as the folder keeps it, `.easyadaptation/tasks/NAME.json`: instruction, labels or an answer in words, where the texts come from.
import { failed, messageOf, ok, type Result } from '../../common/errors.ts';

export const TASKS_FOLDER = '.easyadaptation/tasks';

/** Where texts come from. Paths are the folder's, '/' between names. */
export type TextSource =
  /** A column of a table, and of another one the label that is known already. */
  | { readonly kind: 'csv' | 'jsonl'; readonly path: string; readonly text: string; readonly label?: string }
  /** A text a line. */
  | { readonly kind: 'lines'; readonly path: string }
  /** A text a file; the label is the name of the folder that it lies in, where `labelFromFolder`. */
  | { readonly kind: 'files'; readonly glob: string; readonly labelFromFolder?: boolean }
  /** A text a section of Markdown, with its heading. */
  | { readonly kind: 'sections'; readonly glob: string }
  /** What follows TODO, FIXME, HACK or XXX in a line. */
  | { readonly kind: 'todos'; readonly glob: string }
  /** A text a function; the comment that says what it does is its answer. */
  | { readonly kind: 'functions'; readonly glob: string }
  /** First lines of the folder's commit messages; the label is the type before the colon ('fix(parser): ...'), where `labelFromType`. */
  | { readonly kind: 'commits'; readonly labelFromType?: boolean };

export interface TaskLabel {
  readonly name: string;
  /** A sentence: when it is the right one. */
  readonly meaning: string;
}

interface AnyTask {
  readonly name: string;
  readonly instruction: string;
  readonly source: TextSource;
}

export interface LabelTask extends AnyTask {
  readonly labels: readonly TaskLabel[];
}

/** A text is answered in words: `"output": "text"`. */
export interface AnswerTask extends AnyTask {
  /** Characters of an answer. */
  readonly maximumLength: number;
}

export type TextTask = LabelTask | AnswerTask;

export function isAnswerTask(task: TextTask): task is AnswerTask {
  return 'maximumLength' in task;
}

/** Fields of each kind of source: what they are, and whether they may be left out. The JSON schema in media/schemas/task.json says the same to the editor. */
export const SOURCE_FIELDS: Readonly<Record<TextSource['kind'], Readonly<Record<string, 'text' | 'text?' | 'flag?'>>>> =
  {
    csv: { path: 'text', text: 'text', label: 'text?' },
    jsonl: { path: 'text', text: 'text', label: 'text?' },
    lines: { path: 'text' },
    files: { glob: 'text', labelFromFolder: 'flag?' },
    sections: { glob: 'text' },
    todos: { glob: 'text' },
    functions: { glob: 'text' },
    commits: { labelFromType: 'flag?' },
  };

export const LABEL_COUNT = { least: 2, most: 50 } as const;
export const ANSWER_LENGTH = { least: 10, usual: 200, most: 2000 } as const;
const MOST_INSTRUCTION = 4000;
const MOST_NAME = 60;
const MOST_MEANING = 400;

type Fields = Readonly<Record<string, unknown>>;

/** A sentence for whoever wrote the file: the field, what is wrong with it, what to do. */
class Wrong extends Error {}

function textOf(value: unknown, field: string, most: number, example: string): string {
  if (typeof value !== 'string' || value.trim() === '')
    throw new Wrong(`'${field}' is missing or empty. Write ${example}.`);
  if (value.length > most) throw new Wrong(`'${field}' has ${value.length} characters, ${most} at most. Shorten it.`);
  return value.trim();
}

function fieldsOf(value: unknown, field: string, known: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Wrong(`'${field}' is no object. Write { ${known.map((name) => `"${name}": ...`).join(', ')} }.`);
  const foreign = Object.keys(value).find((name) => !known.includes(name));
  if (foreign !== undefined)
    throw new Wrong(`'${field}' has no field '${foreign}'. Remove it, or use one of: ${known.join(', ')}.`);
  return value as Fields;
}

function labelsOf(value: unknown): TaskLabel[] {
  const { least, most } = LABEL_COUNT;
  if (!Array.isArray(value) || value.length < least || value.length > most)
    throw new Wrong(
      `'labels' needs ${least} to ${most} labels. Write [{ "name": "bug", "meaning": "Something is broken." }, ...].`,
    );
  const labels = value.map((each, i): TaskLabel => {
    const at = `labels[${i}]`;
    const { name, meaning } = fieldsOf(each, at, ['name', 'meaning']);
    return {
      name: textOf(name, `${at}.name`, MOST_NAME, 'the word that texts are labelled with'),
      meaning: textOf(meaning, `${at}.meaning`, MOST_MEANING, 'a sentence that says when the label is the right one'),
    };
  });
  const names = labels.map(({ name }) => name.toLowerCase());
  const twice = names.findIndex((name, i) => names.indexOf(name) !== i);
  if (twice >= 0)
    throw new Wrong(`'labels[${twice}].name' is there twice ('${labels[twice]?.name}'). Rename one of them.`);
  return labels;
}

function sourceOf(value: unknown): TextSource {
  const kinds = Object.keys(SOURCE_FIELDS);
  const kind = (value as Fields | undefined)?.kind;
  if (typeof kind !== 'string' || !kinds.includes(kind))
    throw new Wrong(`'source.kind' is ${JSON.stringify(kind) ?? 'missing'}. Use one of: ${kinds.join(', ')}.`);
  const rows = SOURCE_FIELDS[kind as TextSource['kind']];
  const fields = fieldsOf(value, 'source', ['kind', ...Object.keys(rows)]);
  for (const [name, type] of Object.entries(rows)) {
    const field = fields[name];
    if (field === undefined && type.endsWith('?')) continue;
    if (type === 'flag?') {
      if (typeof field !== 'boolean') throw new Wrong(`'source.${name}' is no yes or no. Write true or false.`);
    } else
      textOf(
        field,
        `source.${name}`,
        1000,
        name === 'glob' ? 'a pattern like "docs/**/*.md"' : `the ${name} as it is called in the folder`,
      );
  }
  const path = (fields.path ?? fields.glob ?? '') as string;
  if (/^([/\\]|[A-Za-z]:)|(^|[/\\])\.\.([/\\]|$)/.test(path))
    throw new Wrong(`'source' leads out of the folder ('${path}'). Name what lies in it, relative to the folder.`);
  return fields as unknown as TextSource;
}

function lengthOf(value: unknown = ANSWER_LENGTH.usual): number {
  const { least, most } = ANSWER_LENGTH;
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > most)
    throw new Wrong(
      `'maximumLength' is no whole number from ${least} to ${most}. Write how many characters an answer may have.`,
    );
  return value as number;
}

/** Fields of each kind of task beside those of all. */
const OUTPUTS: Readonly<Record<string, readonly string[]>> = { label: ['labels'], text: ['maximumLength'] };

/** @param name the file's, without '.json' */
export function parseTask(name: string, json: string): Result<TextTask> {
  const where = `${TASKS_FOLDER}/${name}.json`;
  try {
    const read: unknown = JSON.parse(json);
    const output = (read as Fields | null)?.output ?? 'label';
    const own = OUTPUTS[String(output)];
    if (own === undefined)
      throw new Wrong(`'output' is ${JSON.stringify(output)}. Write "label" or "text", or leave it out for labels.`);
    const fields = fieldsOf(read, name, ['$schema', 'instruction', 'output', 'source', ...own]);
    const task = {
      name,
      instruction: textOf(
        fields.instruction,
        'instruction',
        MOST_INSTRUCTION,
        'what to decide or write about each text',
      ),
      source: sourceOf(fields.source),
    };
    if (output === 'label') return ok({ ...task, labels: labelsOf(fields.labels) });
    const flag = ['labelFromFolder', 'labelFromType'].find((each) => each in task.source);
    if (flag !== undefined) throw new Wrong(`'source.${flag}' is for labels, and answers are texts here. Remove it.`);
    return ok({ ...task, maximumLength: lengthOf(fields.maximumLength) });
  } catch (error) {
    if (error instanceof Wrong) return failed('corrupt', `${where}: ${error.message}`);
    return failed('corrupt', `${where} is no JSON: ${messageOf(error)}. Mend it there.`);
  }
}
