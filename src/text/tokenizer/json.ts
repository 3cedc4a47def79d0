// Reads typed values from a parsed tokenizer.json; a wrong type throws an error that names the location.

export type TokenizerJson = Readonly<Record<string, unknown>>;

/** The message says which part of the file cannot be used. */
export class MalformedTokenizer extends Error {}

export function readObject(value: unknown, where: string): TokenizerJson {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as TokenizerJson;
  throw new MalformedTokenizer(`${where} is not an object`);
}

/** A location in the file. A function delays building the text until an error needs it, for long lists. */
type JsonLocation = string | (() => string);

const describeLocation = (where: JsonLocation) => (typeof where === 'string' ? where : where());

export function readString(value: unknown, where: JsonLocation): string {
  if (typeof value === 'string') return value;
  throw new MalformedTokenizer(`${describeLocation(where)} is not a string`);
}

export function readId(value: unknown, where: JsonLocation): number {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 24) return value as number;
  throw new MalformedTokenizer(`${describeLocation(where)} is not a token id`);
}

export function readList(value: unknown, where: JsonLocation): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new MalformedTokenizer(`${describeLocation(where)} is not a list`);
}
