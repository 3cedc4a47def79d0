// 'New Text Task…': asks five questions and writes the task's file.
import * as vscode from 'vscode';
import { atPath, csvRecords } from '../../text-tasks/labels/csv.ts';
import { linesIn } from '../../text-tasks/labels/extract.ts';
import { LABEL_COUNT, type TaskLabel, type TextSource } from '../../text-tasks/task-file.ts';
import { FolderReader } from '../../workspace/files/folder-reader.ts';
import { textPieces } from '../../workspace/files/text-pieces.ts';
import { joined, safeText, t, type UiText } from '../editor/ui-text.ts';
import { type UiInputBoxOptions, type UiQuickPickItem, window } from '../editor/window.ts';
import { writeTask } from './task-files.ts';

/** Maximum number of offered files, and of records that are read for existing labels. */
const maxFiles = 100;
const maxRecords = 2000;
const questionCount = 5;

type Kind = TextSource['kind'];

interface Choice<T> extends UiQuickPickItem {
  readonly value: T;
}

/** The name of the new task; undefined if a question was dismissed. */
export async function newTask(folder: vscode.Uri, root: string): Promise<string | undefined> {
  const kind = await pick(1, t('Source of the texts'), kinds());
  if (kind === undefined) return undefined;
  const textSource = await askSource(folder, root, kind);
  if (textSource === undefined) return undefined;
  const { source, labels: existingLabels } = textSource;
  const output = await pick(4, t('Output for each text'), outputs());
  if (output === undefined) return undefined;
  const labels = output === 'label' ? await askLabels(existingLabels) : [];
  if (labels === undefined) return undefined;
  const prompt =
    output === 'label'
      ? t('Decision about each text, in a sentence or two')
      : t('Text to write about each text, in a sentence or two');
  const instruction = await input(5, prompt, {
    value: output === 'label' ? t('Decide which label fits the text best.') : defaultInstruction(kind),
    validateInput: (text) => (text.trim() === '' ? t('Enter a sentence.') : undefined),
  });
  if (instruction === undefined) return undefined;
  const task =
    output === 'label'
      ? { instruction, labels, source }
      : { instruction, output: 'text', maximumLength: output, source: withoutLabels(source) };
  return writeTask(root, baseName(source), task);
}

function kinds(): Choice<Kind>[] {
  const choice = (value: Kind, label: UiText, detail: UiText) => ({ value, label, detail });
  return [
    choice('csv', t('A column of a CSV table'), t('Another column may hold existing labels')),
    choice('jsonl', t('A field of JSON lines'), t('Another field may hold existing labels')),
    choice('lines', t('The lines of a file'), t('One text per line')),
    choice('files', t('Files'), t('One text per file; the name of its folder may be the label')),
    choice('sections', t('Sections of Markdown'), t('A heading and the text below it')),
    choice('todos', t('TODO comments'), t('TODO, FIXME, HACK and XXX to the end of the line')),
    choice('functions', t('Functions'), t('One text per function; an existing comment is its answer')),
    choice('commits', t('Commit messages'), t("First lines of this folder's history; their type may be the label")),
  ];
}

/** Labels, or the maximum length of a text answer in characters. */
function outputs(): Choice<'label' | number>[] {
  return [
    { value: 'label', label: t('A label'), detail: t('One of two to fifty') },
    { value: 120, label: t('A line'), detail: t('A release note, a title: 120 characters at most') },
    { value: 400, label: t('A few sentences'), detail: t('A summary, a comment: 400 characters at most') },
  ];
}

function defaultInstruction(kind: Kind): string {
  if (kind === 'functions')
    return t('Write the comment that says what the function does and what its caller must know.');
  if (kind === 'commits') return t('Write the line of the release notes for this commit, for users.');
  return t('Say in a sentence what the text says.');
}

/** Options for existing labels do not apply to text answers; a column may hold either. */
function withoutLabels(source: TextSource): TextSource {
  if (source.kind === 'files') return { kind: source.kind, glob: source.glob };
  return source.kind === 'commits' ? { kind: source.kind } : source;
}

interface LabelledSource {
  readonly source: TextSource;
  /** Existing labels. */
  readonly labels: readonly string[];
}

async function askSource(folder: vscode.Uri, root: string, kind: Kind): Promise<LabelledSource | undefined> {
  if (kind === 'csv' || kind === 'jsonl') return askTable(folder, root, kind);
  if (kind === 'lines') {
    // The editor's globs have no braces inside of braces.
    const path = await pickFile(folder, '**/{*.txt,*.log,*.md,*.rst,*.lst,CHANGELOG,CHANGES,NEWS,TODO}');
    return path === undefined ? undefined : { source: { kind, path }, labels: [] };
  }
  if (kind === 'commits') {
    const labelFromType = await askWhetherLabel(
      t("Is the type before the colon the label, as in 'fix(parser): no loop'?"),
    );
    return labelFromType === undefined ? undefined : { source: { kind, labelFromType }, labels: [] };
  }
  const value = { files: 'mails/**/*.txt', sections: '**/*.md', todos: '**/*', functions: 'src/**/*' }[kind];
  const glob = await input(2, t('Which files? A pattern, relative to the folder.'), { value });
  if (glob === undefined) return undefined;
  if (kind !== 'files') return { source: { kind, glob }, labels: [] };
  const labelFromFolder = await askWhetherLabel(t('Is the name of a file’s folder its label?'));
  return labelFromFolder === undefined ? undefined : { source: { kind, glob, labelFromFolder }, labels: [] };
}

async function askTable(folder: vscode.Uri, root: string, kind: 'csv' | 'jsonl'): Promise<LabelledSource | undefined> {
  const path = await pickFile(folder, kind === 'csv' ? '**/*.{csv,tsv}' : `**/*.${kind}`);
  if (path === undefined) return undefined;
  const { names, rows } = await readTable(root, path, kind);
  const columns = names.map((name) => ({
    value: name,
    label: safeText(name),
    description: safeText(rows[0]?.[name] ?? '', 80),
  }));
  const text = await pick(2, t('Column that holds the text'), columns);
  if (text === undefined) return undefined;
  const none: Choice<string> = { value: '', label: t('None'), description: t('no labels or answers yet') };
  const otherColumns = columns.filter(({ value }) => value !== text);
  const label = await pick(3, t('Column that holds existing labels or answers'), [none, ...otherColumns]);
  if (label === undefined) return undefined;
  const labels = [...new Set(rows.map((row) => row[label]?.trim() ?? ''))].filter((each) => each !== '');
  const source: TextSource = { kind, path, text, ...(label !== '' && { label }) };
  return { source, labels: labels.length <= LABEL_COUNT.most ? labels : [] };
}

/** Reads the columns and the first rows. */
async function readTable(root: string, path: string, kind: 'csv' | 'jsonl') {
  const reader = await FolderReader.open(root);
  const chunks = textPieces(reader, path);
  const rows: Record<string, string>[] = [];
  let names: string[] = [];
  if (kind === 'csv') {
    try {
      for await (const record of csvRecords(chunks)) {
        if (names.length === 0) names = record.map((name) => name.trim());
        else rows.push(Object.fromEntries(names.map((name, i) => [name, record[i] ?? ''])));
        if (rows.length === maxRecords) break;
      }
    } catch (error) {
      throw atPath(path, error);
    }
    return { names, rows };
  }
  for await (const line of linesIn(chunks)) {
    const fields = Object.entries(objectOf(line)).filter(
      (each): each is [string, string] => typeof each[1] === 'string',
    );
    rows.push(Object.fromEntries(fields));
    if (rows.length === maxRecords) break;
  }
  names = [...new Set(rows.slice(0, 100).flatMap((row) => Object.keys(row)))];
  return { names, rows };
}

function objectOf(line: string): object {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

async function askLabels(existing: readonly string[]): Promise<TaskLabel[] | undefined> {
  const { least, most } = LABEL_COUNT;
  const entered = await input(
    4,
    t('Labels, each with a sentence, as in: bug: Something is broken; wish: Something is missing'),
    {
      value: existing.map((name) => `${name}: ${t('Texts of the kind {0}.', name)}`).join('; '),
      validateInput: (text) => {
        const names = parseLabels(text).map(({ name }) => name.toLowerCase());
        if (names.length < least || names.length > most)
          return t('Enter {0} to {1} labels, separated by ;', least, most);
        return new Set(names).size < names.length ? t('A label is used twice.') : undefined;
      },
    },
  );
  return entered === undefined ? undefined : parseLabels(entered);
}

/** 'bug: Something is broken; wish' */
function parseLabels(text: string): TaskLabel[] {
  return text.split(';').flatMap((part) => {
    const [, name = '', meaning = ''] = /^([^:]*)(?::(.*))?$/s.exec(part.trim()) ?? [];
    if (name.trim() === '') return [];
    return [{ name: name.trim(), meaning: meaning.trim() || t('Texts of the kind {0}.', name.trim()) }];
  });
}

/** Whether a path is that of a task's own output: `name.labels.csv`, or of JSONL. */
function isLabelFile(path: string): boolean {
  return /\.(?:labels|answers)\.(?:csv|jsonl)$/.test(path);
}

function baseName(source: TextSource): string {
  const file = 'path' in source ? (source.path.split('/').at(-1) ?? '') : source.kind;
  const base = file
    .replace(/\.[^.]*$/, '')
    .replace(/[^\p{L}\p{N}_-]+/gu, '-')
    .slice(0, 40);
  return base || 'task';
}

async function pickFile(folder: vscode.Uri, glob: string): Promise<string | undefined> {
  const files = await vscode.workspace.findFiles(new vscode.RelativePattern(folder, glob), undefined, maxFiles);
  const paths = files.map(({ path }) => path.slice(folder.path.length).replace(/^\/+/, '')).sort();
  const offered = paths.filter((path) => !path.startsWith('.easyadaptation/') && !isLabelFile(path));
  if (offered.length === 0) {
    void window.showInformationMessage(t('No file in this folder matches {0}.', glob));
    return undefined;
  }
  return pick(
    2,
    t('Which file?'),
    offered.map((path) => ({ value: path, label: safeText(path) })),
  );
}

function askWhetherLabel(question: UiText): Promise<boolean | undefined> {
  return pick(3, question, [
    { value: true, label: t('Yes') },
    { value: false, label: t('No'), description: t('no labels yet') },
  ]);
}

async function pick<T>(number: number, title: UiText, items: readonly Choice<T>[]): Promise<T | undefined> {
  const options = { title: joined([step(number), title], ': '), ignoreFocusOut: true, matchOnDescription: true };
  return (await window.showQuickPick(items, options))?.value;
}

async function input(number: number, prompt: UiText, options: UiInputBoxOptions): Promise<string | undefined> {
  const entered = await window.showInputBox({ title: step(number), prompt, ignoreFocusOut: true, ...options });
  return entered?.trim() === '' ? undefined : entered?.trim();
}

function step(number: number): UiText {
  return t('New Text Task ({0}/{1})', number, questionCount);
}
