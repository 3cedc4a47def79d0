// Where a suggestion can be shown to somebody who is new: the beginning of a line that the folder writes often.

export interface Sample {
  /** Index of the text that holds the line. */
  readonly text: number;
  /** Where the line is cut, UTF-16 units. */
  readonly at: number;
}

/** Of the trimmed line, UTF-16 units: longer than a keyword, shorter than the editor is wide. */
const SHORTEST = 20;
const LONGEST = 100;
/** Lines above it, so that there is something to read. */
const ABOVE = 6;

/**
 * The lines that several texts hold, those of most texts first, cut behind the first space or parenthesis after a third
 * of it.
 * @param texts with '\n' as line end
 */
export function sampleLines(texts: readonly string[]): Sample[] {
  const found = new Map<string, { readonly sample: Sample; texts: number }>();
  for (const [text, whole] of texts.entries()) {
    const seen = new Set<string>();
    let start = 0;
    for (const [number, line] of whole.split('\n').entries()) {
      const trimmed = line.trim();
      const cut = cutOf(trimmed);
      // What follows it elsewhere is indented in the same way.
      if (number >= ABOVE && cut !== undefined && !seen.has(line)) {
        seen.add(line);
        const known = found.get(line);
        if (known) known.texts++;
        else found.set(line, { sample: { text, at: start + line.indexOf(trimmed) + cut }, texts: 1 });
      }
      start += line.length + 1;
    }
  }
  const shared = [...found.values()].filter((each) => each.texts > 1);
  return shared.sort((a, b) => b.texts - a.texts).map(({ sample }) => sample);
}

function cutOf(line: string): number | undefined {
  // Comments and imports say little of the folder.
  if (line.length < SHORTEST || line.length > LONGEST || /^(?:\W{0,2}[/*#]|import\b|from\b|use\b|package\b)/.test(line))
    return undefined;
  const third = Math.ceil(line.length / 3);
  const gap = line.slice(third, -1).search(/[\s(]/);
  const cut = third + gap + 1;
  // A rule of dashes or a row of numbers shows nothing.
  return gap < 0 || !/\p{L}{3}/u.test(line.slice(cut)) ? undefined : cut;
}
