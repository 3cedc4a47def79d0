// Messages between the table of a text task and the extension: plain data, validated on both sides.
import * as v from 'valibot';
import { finite, type SchemaOutput } from '../../common/schemas.ts';
import { task } from './protocol.ts';
import { acceptedAsSent, strings, withKnownFields } from './schemas.ts';

const row = v.object({
  text: v.string(),
  /** The label or answer; '': none yet. */
  label: v.string(),
  /** Who gave the label: 'person', 'api' or 'specialist'; '': not labelled. */
  source: v.string(),
  /** Calibrated probability that the label is right; absent if unknown. */
  confidence: v.optional(finite),
  inDoubt: v.boolean(),
  /** Indices of the labels that are offered first; absent: in the order of the task. */
  likely: v.optional(v.array(finite)),
});

/** How much is labelled, and what the local model is expected to get right among the others. */
const labelling = v.object({
  labelled: finite,
  texts: finite,
  /** Labels from which the local model learns, and from which more help less. */
  needed: finite,
  enough: finite,
  expected: v.optional(v.object({ labelled: finite, others: finite, right: finite, low: finite, high: finite })),
});

const toTable = v.variant('type', [
  /** Everything except the rows, which the table requests. */
  v.object({
    type: v.literal('init'),
    strings,
    locale: v.string(),
    title: v.string(),
    subtitle: v.string(),
    labels: v.array(v.object({ name: v.string(), meaning: v.string() })),
    /** Maximum characters of a text answer; absent if texts get labels. */
    longestAnswer: v.optional(finite),
    task: v.optional(task),
    /** The table is for labelling, text after text; absent: it shows results. */
    labelling: v.optional(labelling),
    /** The rows take the focus, because the user has just opened the table. */
    takesFocus: v.boolean(),
  }),
  /** The next rows. `more`: others follow. */
  v.object({ type: v.literal('rows'), rows: v.array(row), more: v.boolean() }),
  /** The local model has learned from the labels: what it says of the rows, in their order. */
  v.object({
    type: v.literal('learned'),
    rows: v.array(v.omit(row, ['text'])),
    expected: labelling.entries.expected,
  }),
  /** The user has corrected this row. '': the label is withdrawn. */
  v.object({ type: v.literal('corrected'), index: finite, label: v.string() }),
]);

/** Maximum length of a text, characters. */
const maxText = 25_000;
const maxLabel = 2000;

const fromTable = v.variant('type', [
  v.object({ type: v.picklist(['ready', 'more', 'run', 'label', 'open']) }),
  v.object({
    type: v.literal('correct'),
    index: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
    text: v.pipe(v.string(), v.maxLength(maxText)),
    /** '': the label is withdrawn. Undefined: the user is asked for it. */
    label: v.optional(v.pipe(v.string(), v.maxLength(maxLabel))),
  }),
]);

export type ToTable = SchemaOutput<typeof toTable>;
export type TableRow = SchemaOutput<typeof row>;
export type TableLabelling = SchemaOutput<typeof labelling>;
export type TableInit = Extract<ToTable, { type: 'init' }>;
export type RowAnswer = Omit<TableRow, 'text'>;
export type FromTable = SchemaOutput<typeof fromTable>;

/** Validates a message. Undefined if its type is unknown or a part is missing. */
export function parseToTable(value: unknown): ToTable | undefined {
  return acceptedAsSent(toTable, value);
}

/** Validates a message. Undefined if its type is unknown or a part is missing. */
export function parseFromTable(value: unknown): FromTable | undefined {
  return withKnownFields(fromTable, value);
}
