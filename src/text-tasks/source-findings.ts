// What is found in a task's source before anything is learned: how it was read, and labels that are probably mistakes.
// Editor and command line say the same sentences.
import { CodedError } from '../common/errors.ts';
import { counted } from '../common/format.ts';
import { plainLine, quoted } from '../common/plain-text.ts';
import { editSimilarity } from '../common/quality.ts';
import type { TableForm } from './labels/extract.ts';
import { type LabelTask, TASKS_FOLDER, type TextTask } from './task-file.ts';

/** Different labels that are kept; a column with more is none of labels. */
const MAX_LABELS = 1000;
/** Values that a sentence names. */
const MAX_NAMED = 8;
/** Similarity of a mistyped label with the right one, 0..1. */
const NEAR = 0.6;

export interface UnknownLabel {
  readonly given: string;
  readonly rows: number;
  /** The task's label that was probably meant. */
  readonly nearest?: string;
}

export class SourceFindings {
  readonly form: TableForm = {};
  rows = 0;
  withoutText: { readonly count: number; readonly first: number | undefined } | undefined;
  /** Rows by label, as the source writes it, with the task's label; undefined: the task does not know it. */
  readonly labels = new Map<string, { rows: number; readonly known: string | undefined }>();
  /** Of texts with more than one label of the task: `keyOf`, and the text with its labels. */
  readonly doubled = new Map<number, { readonly text: string; readonly labels: Set<string> }>();
  private readonly firstLabels = new Map<number, string>();
  private readonly keys = new Set<number>();

  addRow(text: string, key: number, row: number | undefined): void {
    this.rows += 1;
    if (text !== '') this.keys.add(key);
    else this.withoutText = { count: (this.withoutText?.count ?? 0) + 1, first: this.withoutText?.first ?? row };
  }

  addLabel(text: string, key: number, given: string, known: string | undefined): void {
    const found = this.labels.get(given);
    if (found) found.rows += 1;
    else if (this.labels.size < MAX_LABELS) this.labels.set(given, { rows: 1, known });
    if (known === undefined) return;
    const first = this.firstLabels.get(key) ?? known;
    this.firstLabels.set(key, first);
    if (first === known) return;
    const doubled = this.doubled.get(key) ?? { text, labels: new Set([first]) };
    doubled.labels.add(known);
    this.doubled.set(key, doubled);
  }

  /** Different texts. */
  get texts(): number {
    return this.keys.size;
  }

  /** Labels of the source that the task does not know, the most frequent first. */
  unknownLabels({ labels }: Pick<LabelTask, 'labels'>): UnknownLabel[] {
    const unknown = [...this.labels].flatMap(([given, { rows, known }]) => {
      if (known !== undefined) return [];
      const nearest = nearestOf(
        given,
        labels.map(({ name }) => name),
      );
      return [{ given, rows, ...(nearest !== undefined && { nearest }) }];
    });
    return unknown.sort((a, b) => b.rows - a.rows || (a.given < b.given ? -1 : 1));
  }

  /** How the source was read: facts that are no mistakes. */
  facts(): string[] {
    const { form, withoutText } = this;
    const separator = { ',': undefined, ';': 'semicolons', '\t': 'tabs' }[form.separator ?? ','];
    const { longRows } = form;
    return [
      ...(separator ? [`The columns are separated by ${separator}.`] : []),
      ...(withoutText
        ? [`${counted(withoutText.count, 'row')} without a text (the first is ${withoutText.first ?? 1}): no label.`]
        : []),
      ...(longRows
        ? [
            `${counted(longRows.count, 'row')} with more fields than columns (the first is ${longRows.first}): the last column has what is too much.`,
          ]
        : []),
    ];
  }

  /** What a person should decide before labels are learned, as sentences. */
  mistakes(task: TextTask): string[] {
    const { doubled, form } = this;
    const { source } = task;
    // Types of commits and names of folders are not given as labels.
    if (!('text' in source)) return [];
    const columns = [source.text, ...(source.label ? [source.label] : [])];
    const twice = columns.filter((name) => (form.columns ?? []).filter((each) => each === name).length > 1);
    const unknown = 'labels' in task ? this.unknownLabels(task) : [];
    const rows = unknown.reduce((sum, each) => sum + each.rows, 0);
    return [
      ...twice.map((name) => `${quoted(name)} is the name of two columns: the first is read.`),
      ...(unknown.length > 0
        ? [`${counted(rows, 'row')} with a label that the task does not know: ${listOf(unknown.map(inWords))}.`]
        : []),
      ...(doubled.size > 0
        ? [
            `${counted(doubled.size, 'text')} with two labels, which then count as none: ${listOf([...doubled.values()].map(doubledInWords))}.`,
          ]
        : []),
    ];
  }
}

/** The end of a run that would learn from mistakes. */
export function mistakesError({ name, source }: TextTask, mistakes: readonly string[]): CodedError {
  const where = 'path' in source ? `${source.path}, or in ` : '';
  return new CodedError(
    'source-mistakes',
    `Nothing was learned yet. ${mistakes.join(' ')} Correct them in ${where}the task's file ${TASKS_FOLDER}/${name}.json, where a label may have "aliases", or go on without them.`,
  );
}

function inWords({ given, rows, nearest }: UnknownLabel): string {
  return `${quoted(plainLine(given, 60))} (${rows}${nearest === undefined ? '' : `, probably ${quoted(nearest)}`})`;
}

function doubledInWords({ text, labels }: { readonly text: string; readonly labels: ReadonlySet<string> }): string {
  return `${quoted(plainLine(text, 60))} (${[...labels].join(', ')})`;
}

function listOf(items: readonly string[]): string {
  const named = items.slice(0, MAX_NAMED).join(', ');
  return items.length > MAX_NAMED ? `${named} and ${items.length - MAX_NAMED} more` : named;
}

/** The label that was probably meant: a similar one, or one that is shortened. Undefined: none, or several. */
function nearestOf(given: string, names: readonly string[]): string | undefined {
  const plain = given.toLowerCase();
  const near = names.map((name) => ({ name, similarity: editSimilarity(plain, name.toLowerCase()) }));
  const best = near.reduce((a, b) => (b.similarity > a.similarity ? b : a));
  if (best.similarity >= NEAR) return best.name;
  const shortened = names.filter(
    (name) => isShortened(plain, name.toLowerCase()) || isShortened(name.toLowerCase(), plain),
  );
  return shortened.length === 1 ? shortened[0] : undefined;
}

/** 'hw' of 'hardware': the same beginning, and letters in their order. */
function isShortened(short: string, long: string): boolean {
  if (short.length < 2 || short.length >= long.length || short[0] !== long[0]) return false;
  let at = 0;
  for (const letter of long) if (letter === short[at]) at += 1;
  return at === short.length;
}
