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
    /** Only the first texts are shown, and nothing can be corrected yet. */
    isPreview: v.boolean(),
    /** The rows take the focus, because the user has just opened the table. */
    takesFocus: v.boolean(),
  }),
  /** The next rows. `more`: others follow. */
  v.object({ type: v.literal('rows'), rows: v.array(row), more: v.boolean() }),
  /** The user has corrected this row. */
  v.object({ type: v.literal('corrected'), index: finite, label: v.string() }),
]);

/** Maximum length of a text, characters. */
const maxText = 25_000;
const maxLabel = 2000;

const fromTable = v.variant('type', [
  v.object({ type: v.picklist(['ready', 'more', 'run']) }),
  v.object({
    type: v.literal('correct'),
    index: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
    text: v.pipe(v.string(), v.maxLength(maxText)),
    /** Undefined: the user is asked for it. */
    label: v.optional(v.pipe(v.string(), v.maxLength(maxLabel))),
  }),
]);

export type ToTable = SchemaOutput<typeof toTable>;
export type TableRow = SchemaOutput<typeof row>;
export type TableInit = Extract<ToTable, { type: 'init' }>;
export type FromTable = SchemaOutput<typeof fromTable>;

/** Validates a message. Undefined if its type is unknown or a part is missing. */
export function parseToTable(value: unknown): ToTable | undefined {
  return acceptedAsSent(toTable, value);
}

/** Validates a message. Undefined if its type is unknown or a part is missing. */
export function parseFromTable(value: unknown): FromTable | undefined {
  return withKnownFields(fromTable, value);
}
