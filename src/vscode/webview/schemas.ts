// Shared parts of the schemas of messages between the extension and its webviews.
import * as v from 'valibot';
import type { SchemaOutput } from '../../common/schemas.ts';

/** A webview's texts, translated by the extension. The webview fills in `{0}`, `{1}`. */
export const strings = v.record(v.string(), v.string());

/** Returns the message itself, with fields that the schema lacks. Undefined: unknown type, or a part is missing. */
export function acceptedAsSent<S extends v.GenericSchema>(schema: S, value: unknown): SchemaOutput<S> | undefined {
  return v.is(schema, value) ? (value as SchemaOutput<S>) : undefined;
}

/** Returns only the schema's fields. Undefined: unknown type, or a part is missing. */
export function withKnownFields<S extends v.GenericSchema>(schema: S, value: unknown): SchemaOutput<S> | undefined {
  const parsed = v.safeParse(schema, value);
  return parsed.success ? (parsed.output as SchemaOutput<S>) : undefined;
}
