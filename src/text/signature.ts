// The parameters in scope at a cursor, by the text above it alone.

/** Reach above the cursor within which the signature is found, UTF-16 units. */
const REACH = 3000;
/** A list in brackets before a body: `) {`, `): T {`, `):`, `) -> T:`, `) =>`, `) error {`. */
const SIGNATURE = /\(([^()]*(?:\([^()]*\)[^()]*)*)\)\s*(?:(?:->|:)[^\n{;=]*|[\w*.[\]]+|\([^()]*\))?\s*(?:[{:]|=>)/g;
/** Keywords whose brackets hold a condition, not parameters. */
const CONDITION = /(?:^|[^\w$])(?:if|for|while|switch|catch|elif|with|match)\s*$/;

/** Names in the last parameter list of the text, types included. */
export function parametersAbove(prefix: string): ReadonlySet<string> {
  const text = prefix.slice(-REACH);
  const found = [...text.matchAll(SIGNATURE)].filter(({ index }) => !CONDITION.test(text.slice(0, index)));
  return new Set(found.at(-1)?.[1]?.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu));
}
