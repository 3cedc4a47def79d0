// Schemas that several rooms use, and the types that follow from them.
import * as v from 'valibot';

type ReadonlyDeep<T> = T extends object ? { readonly [K in keyof T]: ReadonlyDeep<T[K]> } : T;

/** The type of values that pass the schema. */
export type SchemaOutput<S extends v.GenericSchema> = ReadonlyDeep<v.InferOutput<S>>;

export const finite = v.pipe(v.number(), v.finite());

/** Unlike valibot's objects, it refuses arrays. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
