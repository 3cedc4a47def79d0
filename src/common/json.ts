// JSON of a file or a text, read by a schema: what it says is a value, or a failure that names what is wrong.
import { readFileSync, statSync } from 'node:fs';
import * as v from 'valibot';
import { failed, messageOf, ok, type Result } from './errors.ts';
import { isObject, type SchemaOutput } from './schemas.ts';

/** What messages call it, and what they advise. */
export interface JsonSubject {
  readonly name: string;
  readonly advice: string;
}

/** Bytes; files of ours have a few thousand. */
const MOST = 1e6;

/** The text of a file. Fails with 'unreadable', or with 'corrupt' if it is too large. */
export function readText(path: string, { name, advice }: JsonSubject): Result<string> {
  try {
    if (statSync(path).size > MOST) return failed('corrupt', `${name} is too large. ${advice}`);
    return ok(readFileSync(path, 'utf8'));
  } catch (cause) {
    return failed('unreadable', `${name} cannot be read: ${messageOf(cause)}. ${advice}`);
  }
}

/** Fails with 'corrupt' if the text is no JSON or no object. */
export function parseObject(text: string, { name, advice }: JsonSubject): Result<Readonly<Record<string, unknown>>> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return ok(value);
    return failed('corrupt', `${name} does not contain an object. ${advice}`);
  } catch {
    return failed('corrupt', `${name} is not valid JSON. ${advice}`);
  }
}

/** Fails with 'corrupt', naming the fields that do not fit. */
export function fitted<S extends v.GenericSchema>(
  value: unknown,
  schema: S,
  { name, advice }: JsonSubject,
): Result<SchemaOutput<S>> {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return ok(parsed.output as SchemaOutput<S>);
  const fields = new Set(parsed.issues.map(({ path }) => path?.[0]?.key));
  return failed('corrupt', `${name} has no usable ${[...fields].join(', ')}. ${advice}`);
}

/** The object in a file. Fails as `readText`, `parseObject` and `fitted` do. */
export function readJson<S extends v.GenericSchema>(
  path: string,
  schema: S,
  subject: JsonSubject,
): Result<SchemaOutput<S>> {
  const text = readText(path, subject);
  const object = text.ok ? parseObject(text.value, subject) : text;
  return object.ok ? fitted(object.value, schema, subject) : object;
}
