// What a tokenizer.json is asked for, with what is wrong where it is something else.

export type TokenizerJson = Readonly<Record<string, unknown>>;

/** Says what of the file cannot be used. */
export class Malformed extends Error {}

export function record(value: unknown, where: string): TokenizerJson {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as TokenizerJson;
  throw new Malformed(`${where} is not an object`);
}

/** Where something stands; of what there are a hundred thousand of it is only worded when it is wrong. */
type Where = string | (() => string);

const worded = (where: Where) => (typeof where === 'string' ? where : where());

export function string(value: unknown, where: Where): string {
  if (typeof value === 'string') return value;
  throw new Malformed(`${worded(where)} is not a string`);
}

export function id(value: unknown, where: Where): number {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 24) return value as number;
  throw new Malformed(`${worded(where)} is not a token id`);
}

export function list(value: unknown, where: Where): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Malformed(`${worded(where)} is not a list`);
}
