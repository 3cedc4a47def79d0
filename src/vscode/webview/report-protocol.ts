// Messages between the report's page and the extension: the report as plain data, validated on both sides.
import * as v from 'valibot';
import { finite, type SchemaOutput } from '../../common/schemas.ts';
import { acceptedAsSent, strings, withKnownFields } from './schemas.ts';

const cell = v.union([v.string(), finite]);
const axis = v.object({
  name: v.string(),
  unit: v.picklist(['share', 'number']),
  from: v.optional(finite),
  to: v.optional(finite),
});

const chart = v.object({
  x: axis,
  y: axis,
  series: v.array(
    v.object({
      name: v.string(),
      line: v.picklist(['solid', 'dashed', 'dotted', 'points']),
      marks: v.boolean(),
      points: v.array(v.strictTuple([finite, finite])),
    }),
  ),
});

const example = v.object({
  location: v.string(),
  before: v.string(),
  lines: v.array(v.object({ who: v.string(), text: v.string() })),
});

export const section = v.object({
  title: v.string(),
  text: v.array(v.string()),
  chart: v.optional(chart),
  table: v.optional(v.object({ head: v.array(v.string()), rows: v.array(v.array(cell)) })),
  examples: v.optional(v.array(example)),
});

/** The buttons above a report. */
export const pageActions = ['export', 'markdown', 'json'] as const;

const toPage = v.object({
  type: v.literal('init'),
  strings,
  locale: v.string(),
  document: v.object({ title: v.string(), subtitle: v.string(), sections: v.array(section) }),
  actions: v.array(v.object({ action: v.picklist(pageActions), label: v.string() })),
});

const fromPage = v.variant('type', [
  v.object({ type: v.literal('ready') }),
  v.object({ type: v.literal('action'), action: v.picklist(pageActions) }),
]);

export type ToPage = SchemaOutput<typeof toPage>;
export type PageDocument = ToPage['document'];
export type PageSection = PageDocument['sections'][number];
export type PageChart = SchemaOutput<typeof chart>;
export type PageAction = (typeof pageActions)[number];
export type FromPage = SchemaOutput<typeof fromPage>;

/** Validates a message. Undefined if its type is unknown or a part is missing. */
export function parseToPage(value: unknown): ToPage | undefined {
  return acceptedAsSent(toPage, value);
}

/** Validates a message. Undefined if its type is unknown or a part is missing. */
export function parseFromPage(value: unknown): FromPage | undefined {
  return withKnownFields(fromPage, value);
}
