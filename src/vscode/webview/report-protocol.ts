// Messages between the report's page and the extension: the report as plain data, validated on both sides.
import * as v from 'valibot';
import type { SchemaOutput } from '../../common/schemas.ts';
import { acceptedAsSent, withKnownFields } from './schemas.ts';

export const section = v.object({
  title: v.string(),
  text: v.array(v.string()),
  table: v.optional(v.object({ head: v.array(v.string()), rows: v.array(v.array(v.string())) })),
});

/** The buttons above a report. */
export const pageActions = ['export', 'markdown', 'json'] as const;

const toPage = v.object({
  type: v.literal('init'),
  document: v.object({ title: v.string(), subtitle: v.string(), sections: v.array(section) }),
  actions: v.array(v.object({ action: v.picklist(pageActions), label: v.string() })),
});

const fromPage = v.variant('type', [
  v.object({ type: v.literal('ready') }),
  v.object({ type: v.literal('action'), action: v.picklist(pageActions) }),
]);

export type ToPage = SchemaOutput<typeof toPage>;
export type PageSection = SchemaOutput<typeof section>;
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
