// Cuts a document to what a prompt may hold, so that the part far from the cursor stays the same while the user types:
// the API's prompt cache finds a prefix again only if it is equal to the last character.

export interface TextWindow {
  /** Blocks of the text far above the cursor; each starts and ends at the same place as long as the text there does. */
  readonly stable: readonly string[];
  /** The text right before the cursor. */
  readonly near: string;
  /** The text right after it. */
  readonly suffix: string;
  /** Text was left out before the first block. */
  readonly cut: boolean;
}

export interface WindowLimits {
  /** Characters before and after the cursor. */
  readonly prefix: number;
  readonly suffix: number;
  /** Blocks begin at multiples of this many characters of the document, moved to the next line start. */
  readonly step: number;
  /** At least this many characters before the cursor belong to `near`, where there are so many. */
  readonly near: number;
}

export function windowOf(prefix: string, suffix: string, limits: WindowLimits): TextWindow {
  const { step } = limits;
  const over = prefix.length - limits.prefix;
  const start = over > 0 ? lineStartFrom(prefix, Math.ceil(over / step) * step) : 0;
  const stable: string[] = [];
  let from = start;
  for (let edge = (Math.floor(start / step) + 1) * step; edge <= prefix.length - limits.near; edge += step) {
    const to = lineStartFrom(prefix, edge);
    if (to > prefix.length - limits.near / 2) break;
    if (to > from && prefix.slice(from, to).trim() !== '') {
      stable.push(prefix.slice(from, to));
      from = to;
    }
  }
  return { stable, near: prefix.slice(from), suffix: headOf(suffix, limits.suffix), cut: start > 0 };
}

/** The next line's start at or after `at`; `at` itself (not inside a surrogate pair) where no line ends within reach. */
function lineStartFrom(text: string, at: number): number {
  if (at <= 0 || text[at - 1] === '\n') return Math.max(0, at);
  const end = text.indexOf('\n', at);
  if (end >= 0 && end - at < 400) return end + 1;
  return isLowSurrogate(text, at) ? at + 1 : at;
}

/** The first `limit` characters, cut at a line's end where one is near. */
export function headOf(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const lineEnd = text.lastIndexOf('\n', limit);
  if (lineEnd > limit / 2) return text.slice(0, lineEnd);
  return text.slice(0, isLowSurrogate(text, limit) ? limit - 1 : limit);
}

function isLowSurrogate(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
