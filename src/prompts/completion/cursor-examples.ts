// Cursor positions in a file, with the text that the author wrote there.
import { hash } from 'node:crypto';
import { shuffle, uniforms } from '../../common/statistics/random.ts';
import { indentLength, type Line, lineNumber, lineStart, linesOf } from '../../text/lines.ts';
import { bodyBelow } from '../../text/syntax/blocks.ts';

export type CursorKind = 'line-end' | 'statement-start' | 'block-body' | 'mid-line';

/** A possible cursor position in a file, with the text that the author wrote there. */
export interface CursorExample {
  readonly path: string;
  readonly languageId: string;
  readonly kind: CursorKind;
  /** UTF-16 offset into the file's text; 0-based line and column. */
  readonly offset: number;
  readonly line: number;
  readonly column: number;
  readonly prefix: string;
  readonly suffix: string;
  /** The rest of the line (trimmed at the end), or the block for 'block-body'. Never empty. */
  readonly truth: string;
}

/** A file to sample from. */
export interface SourceText {
  readonly path: string;
  readonly languageId: string;
  readonly kind: 'code' | 'prose';
  readonly text: string;
}

export interface ExampleOptions {
  /** Maximum number of positions; files with fewer suitable lines give fewer. */
  readonly max: number;
  readonly seed: number;
  /** Only these kinds, in the same proportions. */
  readonly kinds?: readonly CursorKind[];
}

/** Half at statement starts, a quarter inside lines, an eighth each near line ends and in blocks. */
const mix: readonly CursorKind[] = [
  'statement-start',
  'mid-line',
  'statement-start',
  'line-end',
  'statement-start',
  'mid-line',
  'statement-start',
  'block-body',
];

/**
 * Longest truth, UTF-16 units. Longer completions are not wanted and hard to judge. A line of prose may be a whole
 * paragraph.
 */
const longestTruth = { code: 300, prose: 160 };
const word = /[\p{L}\p{N}]/u;
/** A redacted secret, which no model should learn. */
const redacted = /\*{6}/;

/** A range of the file's text, from the cursor to the end of the truth. */
interface TruthRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Positions in the order of the text, at most one per line. The same file, options and seed give the same positions.
 * prefix + truth + suffix is the file's text, so the suffix never contains the truth. A line's truth ends before its
 * trailing white space. A block's truth begins after the indent of its first line, where an editor puts the cursor
 * after Enter.
 */
export function cursorExamples(file: SourceText, options: ExampleOptions): CursorExample[] {
  const whole = linesOf(file.text);
  const texts = whole.map(({ text }) => text);
  const random = uniforms(Number.parseInt(hash('sha256', `${options.seed}\n${file.path}`, 'hex').slice(0, 8), 16));
  const cycle = mix.filter((kind) => options.kinds?.includes(kind) ?? true);
  if (cycle.length === 0) return [];
  // The first line has no text before it.
  const lines = whole.filter(({ number, text }) => number > 0 && text.trim() !== '');
  shuffle(lines, random);

  const used = new Set<number>();
  const next = new Map<CursorKind, number>();
  const examples: CursorExample[] = [];
  const take = (kind: CursorKind): boolean => {
    for (let i = next.get(kind) ?? 0; i < lines.length; i++) {
      next.set(kind, i + 1);
      const line = lines[i] as Line;
      if (used.has(line.number)) continue;
      const position = rangeFinders[kind](line, texts, file, random);
      if (position === undefined) continue;
      const example = exampleAt(file, kind, position);
      if (used.has(example.line) || redacted.test(example.truth)) continue;
      used.add(example.line);
      examples.push(example);
      return true;
    }
    return false;
  };
  // The start in the cycle is random. Otherwise few positions from each of many files would all have the first kinds.
  let turn = Math.floor(random() * cycle.length);
  let failures = 0;
  while (examples.length < options.max && failures < cycle.length) {
    failures = take(cycle[turn++ % cycle.length] as CursorKind) ? 0 : failures + 1;
  }
  return examples.sort((a, b) => a.offset - b.offset);
}

/**
 * At most `limit` positions from all files, as evenly as their lengths allow. Deterministic in `seed`.
 */
export function sampleExamples(files: readonly SourceText[], limit: number, seed: number): CursorExample[] {
  const perFile: CursorExample[][] = [];
  let remaining = limit;
  // Shortest files first: longer files take the share that these cannot fill.
  const byLength = [...files].sort((a, b) => a.text.length - b.text.length || (a.path < b.path ? -1 : 1));
  byLength.forEach((file, index) => {
    const share = Math.ceil(remaining / (byLength.length - index));
    const drawn = cursorExamples(file, { max: share, seed });
    perFile.push(drawn);
    remaining -= drawn.length;
  });
  return perFile.flat();
}

type RangeFinder = (
  line: Line,
  texts: readonly string[],
  file: SourceText,
  random: () => number,
) => TruthRange | undefined;

const rangeFinders: Readonly<Record<CursorKind, RangeFinder>> = {
  'statement-start': (line, _, file, random) => {
    const from = indentLength(line.text);
    const limit = longestTruth[file.kind];
    const end = line.text.trimEnd().length;
    // If a line is a whole paragraph, the position is the start of a sentence.
    const starts =
      end - from > limit && file.kind === 'prose' ? [...line.text.matchAll(/[.!?] +(?=\S)/g)].map(after) : [from];
    return pick(line, starts, limit, random);
  },
  'mid-line': (line, _, file, random) => pick(line, boundaries(line.text), longestTruth[file.kind], random, 2),
  'line-end': (line, _, file, random) => {
    const indent = indentLength(line.text);
    const late = indent + ((line.text.trimEnd().length - indent) * 2) / 3;
    return pick(
      line,
      boundaries(line.text).filter((column) => column >= late),
      longestTruth[file.kind],
      random,
      1,
    );
  },
  'block-body': (line, texts, file) => {
    const block = bodyBelow(texts, line.number, file.kind);
    if (block === undefined) return undefined;
    const end = line.start + lengthOf(texts.slice(line.number, block.to));
    const begin = line.start + lengthOf(texts.slice(line.number, block.from)) + 1;
    const body = file.text.slice(begin, end);
    const from = begin + indentLength(body);
    const to = begin + body.trimEnd().length;
    return word.test(file.text.slice(from, to)) ? { from, to } : undefined;
  },
};

/** One of the columns at random, of those after which the rest of the line has an allowed length. */
function pick(
  line: Line,
  columns: readonly number[],
  longest: number,
  random: () => number,
  shortest = 0,
): TruthRange | undefined {
  const end = line.text.trimEnd().length;
  const fit = columns.filter((column) => {
    const length = end - column;
    // Without a minimum length, a line of only brackets must not count as a statement.
    return length <= longest && length > 0 && (shortest > 0 ? length >= shortest : word.test(line.text.slice(column)));
  });
  const column = fit[Math.floor(random() * fit.length)];
  return column === undefined ? undefined : { from: line.start + column, to: line.start + end };
}

/** Columns at which words or symbols begin, except the first one of the line. */
function boundaries(text: string): number[] {
  return [...text.matchAll(/[\p{L}\p{N}_$]+|[^\s\p{L}\p{N}_$]/gu)].slice(1).map((match) => match.index);
}

function after(match: RegExpExecArray): number {
  return match.index + match[0].length;
}

/** Length of the joined lines, UTF-16 units. */
function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length + 1, -1);
}

function exampleAt(file: SourceText, kind: CursorKind, { from, to }: TruthRange): CursorExample {
  const prefix = file.text.slice(0, from);
  return {
    path: file.path,
    languageId: file.languageId,
    kind,
    offset: from,
    line: lineNumber(prefix),
    column: from - lineStart(prefix),
    prefix,
    suffix: file.text.slice(to),
    truth: file.text.slice(from, to),
  };
}
