// Hunks of a diff, with lines from the two redacted files: a single line may not show that it contains a secret.

/** One version of a file: its lines as they are and redacted. */
export interface Side {
  readonly raw: readonly string[];
  readonly redacted: readonly string[];
}

/** @param redacted the redacted text, with the same length and line ends */
export function sideOf(raw: string, redacted: string): Side {
  return { raw: raw.split('\n'), redacted: redacted.split('\n') };
}

const hunkHead = /^(@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@)(?: (.*))?$/;

/** The redacted diff of one file; '' if its lines do not match the two versions. */
export function redactedDiff(diff: string, before: Side, after: Side): string {
  const lines = diff.split('\n');
  const result: string[] = [];
  /** The next line of either version; undefined: before the first hunk. */
  let next: { old: number; new: number } | undefined;
  for (const line of lines) {
    const head = hunkHead.exec(line);
    if (head !== null) {
      next = { old: Number(head[2]) - 1, new: Number(head[3]) - 1 };
      result.push(`${head[1]}${headingOf(head[4], before, next.old)}`);
      continue;
    }
    const sign = line[0];
    if (next === undefined || sign === '\\' || sign === undefined) {
      result.push(line);
      continue;
    }
    const side = sign === '+' ? after : before;
    const lineNumber = sign === '+' ? next.new : next.old;
    if (side.raw[lineNumber] !== line.slice(1)) return '';
    result.push(`${sign}${side.redacted[lineNumber]}`);
    if (sign !== '+') next.old++;
    if (sign !== '-') next.new++;
  }
  return result.join('\n');
}

/** Git names the function that a hunk lies in by the beginning of a line above it. */
function headingOf(heading: string | undefined, { raw, redacted }: Side, start: number): string {
  if (heading === undefined) return '';
  for (let at = Math.min(start, raw.length) - 1; at >= 0; at--)
    if (raw[at]?.startsWith(heading)) return ` ${redacted[at]?.slice(0, heading.length)}`;
  return '';
}
