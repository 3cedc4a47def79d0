// A text task as the folder keeps it, `.easyadaptation/tasks/NAME.json`: its schema, and how a file is read.

import * as v from 'valibot';
import { failed, messageOf, ok, type Result } from '../common/errors.ts';
import { quoted } from '../common/plain-text.ts';
import { isObject, type SchemaOutput } from '../common/schemas.ts';

export const TASKS_FOLDER = '.easyadaptation/tasks';
export const LABEL_COUNT = { least: 2, most: 50 } as const;
export const ANSWER_LENGTH = { least: 10, usual: 200, most: 2000 } as const;

const isInFolder = (path: string) => !/^([/\\]|[A-Za-z]:)|(^|[/\\])\.\.([/\\]|$)/.test(path);

/** @param most characters */
const text = (most: number) => v.pipe(v.string(), v.regex(/\S/), v.maxLength(most));
const column = text(1000);
const path = v.pipe(text(1000), v.check(isInFolder));
const glob = path;
const flag = v.exactOptional(v.boolean());
/** The names of its fields are the message of its issues. */
const fields = <E extends v.ObjectEntries>(entries: E) => v.strictObject(entries, Object.keys(entries).join(', '));

/** Paths are relative to the folder, with '/' between names. */
const source = v.variant('kind', [
  /** A column of a table, and the column of the labels that are known already. */
  fields({ kind: v.picklist(['csv', 'jsonl']), path, text: column, label: v.exactOptional(column) }),
  /** One text per line. */
  fields({ kind: v.literal('lines'), path }),
  /** One text per file; with `labelFromFolder` the name of its folder is the label. */
  fields({ kind: v.literal('files'), glob, labelFromFolder: flag }),
  /** One text per section of Markdown, with its heading. */
  fields({ kind: v.literal('sections'), glob }),
  /** The rest of each line after TODO, FIXME, HACK or XXX. */
  fields({ kind: v.literal('todos'), glob }),
  /** One text per function; the comment above it is its answer. */
  fields({ kind: v.literal('functions'), glob }),
  /**
   * First lines of commit messages; with `labelFromType` the type before the colon ('fix(parser): ...') is the label.
   */
  fields({ kind: v.literal('commits'), labelFromType: flag }),
]);

const label = fields({
  name: v.pipe(text(60), v.trim()),
  /** A sentence that says when the label applies. */
  meaning: v.pipe(text(400), v.trim()),
  /** Other names of the label in the source, such as typing errors. */
  aliases: v.exactOptional(v.pipe(v.array(text(200)), v.maxLength(100))),
});

const labels = v.pipe(
  v.array(label),
  v.minLength(LABEL_COUNT.least),
  v.maxLength(LABEL_COUNT.most),
  v.checkItems(({ name }, i, all) => all.findIndex((each) => each.name.toLowerCase() === name.toLowerCase()) === i),
);

const ofAll = { $schema: v.optional(v.unknown()), instruction: v.pipe(text(4000), v.trim()), source };
const characters = v.pipe(v.number(), v.integer(), v.minValue(ANSWER_LENGTH.least), v.maxValue(ANSWER_LENGTH.most));

/** By `output`. media/schemas/task.json says the same to the editor. */
export const TASK_FILES = {
  label: fields({ ...ofAll, output: v.nullish(v.literal('label')), labels }),
  text: fields({
    ...ofAll,
    output: v.literal('text'),
    /** Characters of an answer. */
    maximumLength: v.optional(characters, ANSWER_LENGTH.usual),
  }),
} as const;

export type TextSource = SchemaOutput<typeof source>;
export type TaskLabel = SchemaOutput<typeof label>;

interface AnyTask {
  /** The file's, without '.json'. */
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

/** What to write into a field, by its name. */
const ADVICE: Readonly<Record<string, string>> = {
  instruction: 'what to decide or write about each text',
  name: 'the word that texts are labelled with',
  meaning: 'a sentence that says when the label is the right one',
  path: 'the path as it is called in the folder',
  text: 'the text as it is called in the folder',
  label: 'the label as it is called in the folder',
  glob: 'a pattern like "docs/**/*.md"',
};

/** A sentence for the author of the file: field, problem, advice. @param name of the task */
function sentenceOf(issue: v.BaseIssue<unknown>, name: string): string {
  const keys = (issue.path ?? []).map(({ key }) => key);
  const dotted = (of: readonly unknown[]) =>
    of.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i > 0 ? '.' : ''}${key}`)).join('') || name;
  const field = dotted(keys);
  const key = String(keys.at(-1) ?? '');
  const { least, most } = ANSWER_LENGTH;
  if (issue.type === 'strict_object' && issue.expected === 'never')
    return `'${dotted(keys.slice(0, -1))}' has no field ${quoted(key)}. Remove it, or use one of: ${issue.message}.`;
  if (issue.type === 'check')
    return `'${field}' leads out of the folder (${quoted(issue.input)}). Name a path in it, relative to the folder.`;
  if (issue.type === 'check_items')
    return `'${field}.name' is there twice ('${(issue.input as TaskLabel).name}'). Rename one of them.`;
  if (issue.type === 'variant' || field === 'source') {
    const kind = isObject(issue.input) ? issue.input.kind : keys.length > 1 ? issue.input : undefined;
    return `'source.kind' is ${kind === undefined ? 'missing' : quoted(kind)}. Use one of: ${KINDS.join(', ')}.`;
  }
  if (field === 'labels')
    return `'labels' needs ${LABEL_COUNT.least} to ${LABEL_COUNT.most} labels. Write [{ "name": "bug", "meaning": "Something is broken." }, ...].`;
  if (key === 'maximumLength')
    return `'maximumLength' is no whole number from ${least} to ${most}. Write how many characters an answer may have.`;
  if (issue.type === 'boolean') return `'${field}' is no yes or no. Write true or false.`;
  if (issue.type === 'max_length')
    return `'${field}' has ${issue.received} characters, ${issue.requirement} at most. Shorten it.`;
  if (issue.type === 'strict_object' && issue.expected === 'Object') {
    const needed = issue.message.split(', ').filter((each) => each !== 'aliases');
    const example = needed.map((each) => `"${each}": ...`);
    return `'${field}' is no object. Write { ${example.join(', ')} }.`;
  }
  return `'${field}' is missing or empty. Write ${ADVICE[key]}.`;
}

const KINDS = source.options.flatMap(({ entries: { kind } }) => ('options' in kind ? kind.options : [kind.literal]));

/** @param name the file's, without '.json' */
export function parseTask(name: string, json: string): Result<TextTask> {
  const where = `${TASKS_FOLDER}/${name}.json`;
  const wrong = (problem: string) => failed('corrupt', `${where}: ${problem}`);
  let read: unknown;
  try {
    read = JSON.parse(json);
  } catch (error) {
    return failed('corrupt', `${where} is no JSON: ${messageOf(error)}. Mend it there.`);
  }
  const output = (isObject(read) ? read.output : undefined) ?? 'label';
  if (output === 'label') {
    const parsed = v.safeParse(TASK_FILES.label, isObject(read) ? read : undefined);
    if (!parsed.success) return wrong(sentenceOf(parsed.issues[0], name));
    const { instruction, source, labels } = parsed.output;
    return ok({ name, instruction, source, labels });
  }
  if (output !== 'text')
    return wrong(`'output' is ${quoted(output)}. Write "label" or "text", or leave it out for labels.`);
  const parsed = v.safeParse(TASK_FILES.text, read);
  if (!parsed.success) return wrong(sentenceOf(parsed.issues[0], name));
  const { instruction, source, maximumLength } = parsed.output;
  const forLabels = ['labelFromFolder', 'labelFromType'].find((each) => each in source);
  if (forLabels !== undefined)
    return wrong(`'source.${forLabels}' is for labels, and answers are texts here. Remove it.`);
  return ok({ name, instruction, source, maximumLength });
}
