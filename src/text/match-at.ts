// Matches of a pattern at an offset.

/** @param pattern sticky, or global to find the next match from the offset on */
export function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** The end of a sticky pattern's match at an offset, or the offset itself if there is no match. */
export function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
