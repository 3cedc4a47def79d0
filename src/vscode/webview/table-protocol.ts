// Messages between the table of a text task and the extension: plain data. The extension checks what the page sends.
import * as v from 'valibot';
import type { SchemaOutput } from '../../common/schemas.ts';
import type { Labelling, LabellingRow } from '../../text-tasks/labelling.ts';
import type { TaskLabel } from '../../text-tasks/task-file.ts';
import type { RunResults } from '../../text-tasks/task-results.ts';
import { withKnownFields } from './protocol.ts';

export type TableRow = Omit<LabellingRow, 'likely'> & {
  /** Absent while one labels: each local answer is as good as its estimate. */
  readonly inDoubt?: boolean;
  /** Indices of the labels that are offered first; absent: in the order of the task. */
  readonly likely?: readonly number[];
};

/** How much is labelled, and what the local model is expected to get right among the others. */
export type TableLabelling = Omit<Labelling, 'rows'> & {
  /** Labels from which the local model learns, and from which more help less. */
  readonly needed: number;
  readonly enough: number;
};

/** Everything except the rows, which follow. */
export interface TableInit {
  readonly type: 'init';
  readonly locale: string;
  readonly title: string;
  readonly subtitle: string;
  readonly labels: readonly TaskLabel[];
  /** Maximum characters of a text answer; absent if texts get labels. */
  readonly longestAnswer?: number;
  /** Of the last run. */
  readonly results?: RunResults;
  /** The table is for labelling, text after text; absent: it shows results. */
  readonly labelling?: TableLabelling;
  /** The rows take the focus, because the user has just opened the table. */
  readonly takesFocus: boolean;
}

export type ToTable =
  | TableInit
  /** The next rows. `more`: others follow. */
  | { readonly type: 'rows'; readonly rows: readonly TableRow[]; readonly more: boolean }
  /** The local model has learned from the labels: what it says of the rows, in their order. */
  | { readonly type: 'learned'; readonly learned: Labelling }
  /** The user has corrected this row. '': the label is withdrawn. */
  | { readonly type: 'corrected'; readonly index: number; readonly label: string };

/** Maximum length of a text, characters. */
const maxText = 25_000;
const maxLabel = 2000;

const fromTable = v.variant('type', [
  v.object({ type: v.picklist(['ready', 'run', 'label', 'open']) }),
  v.object({
    type: v.literal('correct'),
    index: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
    text: v.pipe(v.string(), v.maxLength(maxText)),
    /** '': the label is withdrawn. Undefined: the user is asked for it. */
    label: v.optional(v.pipe(v.string(), v.maxLength(maxLabel))),
  }),
]);

export type FromTable = SchemaOutput<typeof fromTable>;

/** Sources of a row's label as the table names them. */
export const sourceNames: Readonly<Record<string, string>> = {
  person: 'person',
  api: 'large model',
  specialist: 'local model',
};

/** Validates a message. Undefined if its type is unknown or a part is missing. */
export function parseFromTable(value: unknown): FromTable | undefined {
  return withKnownFields(fromTable, value);
}
