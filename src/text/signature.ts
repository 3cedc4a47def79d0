// The parameters that a cursor can see, by the text above it alone.

/** So far above the cursor the nearest signature is looked for, UTF-16 units. */
const REACH = 3000;
/** A list in brackets behind which a body begins: `) {`, `): T {`, `):`, `) -> T:`, `) =>`, `) error {`. */
const SIGNATURE = /\(([^()]*(?:\([^()]*\)[^()]*)*)\)\s*(?:(?:->|:)[^\n{;=]*|[\w*.[\]]+|\([^()]*\))?\s*(?:[{:]|=>)/g;
/** What stands before a bracketed condition is no signature. */
const CONDITION = /(?:^|[^\w$])(?:if|for|while|switch|catch|elif|with|match)\s*$/;

/** Names in the parameter list nearest above the end of the text; their types are among them. */
export function parametersAbove(prefix: string): ReadonlySet<string> {
  const text = prefix.slice(-REACH);
  const found = [...text.matchAll(SIGNATURE)].filter(({ index }) => !CONDITION.test(text.slice(0, index)));
  return new Set(found.at(-1)?.[1]?.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu));
}
