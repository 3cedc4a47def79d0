// Messages between the table of a text task and the extension: plain data, checked on both sides.
import * as v from 'valibot';
import { finite, type SchemaOutput } from '../../common/schemas.ts';
import { task } from './protocol.ts';
import { accepted, strings, stripped } from './schemas.ts';

const row = v.object({
  text: v.string(),
  /** '': none yet. */
  label: v.string(),
  /** 'person', 'api', 'specialist'; '': not labelled. */
  who: v.string(),
  /** Calibrated probability that the label is right; absent where there is none. */
  sure: v.optional(finite),
  inDoubt: v.boolean(),
});

const toTable = v.variant('type', [
  /** Everything but the rows, which the table asks for. */
  v.object({
    type: v.literal('init'),
    strings,
    locale: v.string(),
    title: v.string(),
    subtitle: v.string(),
    labels: v.array(v.object({ name: v.string(), meaning: v.string() })),
    /** Characters of an answer in words; absent: texts get labels. */
    longestAnswer: v.optional(finite),
    task: v.optional(task),
    /** The first texts alone: nothing can be corrected yet. */
    isPreview: v.boolean(),
    /** Focus goes to the rows: the user has just opened the table. */
    takesFocus: v.boolean(),
  }),
  /** The next rows; `more`: others are left. */
  v.object({ type: v.literal('rows'), rows: v.array(row), more: v.boolean() }),
  /** A person has given this row its label. */
  v.object({ type: v.literal('corrected'), index: finite, label: v.string() }),
]);

/** Characters. */
const longestText = 25_000;
const longestLabel = 2000;

const fromTable = v.variant('type', [
  v.object({ type: v.picklist(['ready', 'more', 'run']) }),
  v.object({
    type: v.literal('correct'),
    index: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
    text: v.pipe(v.string(), v.maxLength(longestText)),
    /** Undefined: ask the user for it. */
    label: v.optional(v.pipe(v.string(), v.maxLength(longestLabel))),
  }),
]);

export type ToTable = SchemaOutput<typeof toTable>;
export type TableRow = SchemaOutput<typeof row>;
export type TableInit = Extract<ToTable, { type: 'init' }>;
export type FromTable = SchemaOutput<typeof fromTable>;

/** Undefined: unknown, or a part is missing. */
export function parseToTable(value: unknown): ToTable | undefined {
  return accepted(toTable, value);
}

/** Undefined: unknown, or a part is missing. */
export function parseFromTable(value: unknown): FromTable | undefined {
  return stripped(fromTable, value);
}
