// Draws cursor places in a package's files as those of the recordings in bench/data were drawn.
import type { CompletionQuery } from '../../src/common/completion.ts';
import { uniforms } from '../../src/common/statistics/random.ts';
import { indentLength, linesOf } from '../../src/text/lines.ts';
import type { PackageFile } from './packages.ts';

/** A cursor position, and the text that the author wrote there. Only its first line is used. */
export interface LabelledLineQuery extends CompletionQuery {
  readonly truth: string;
}

/**
 * Cursor places, half at a line's first character, half at a word boundary inside it:
 * something of four characters or more is left of the line.
 * @param seed any integer; the same seed draws the same places
 */
export function samplePositions(files: readonly PackageFile[], count: number, seed: number): LabelledLineQuery[] {
  const random = uniforms(seed);
  const lines: { readonly file: PackageFile; readonly start: number; readonly line: string }[] = [];
  for (const file of files) {
    for (const { start, text: line } of linesOf(file.text)) {
      if (line.trim().length >= shortest) lines.push({ file, start, line });
    }
  }
  const positions: LabelledLineQuery[] = [];
  for (let tries = 0; tries < count * 8 && positions.length < count && lines.length > 0; tries++) {
    const { file, start, line } = lines[Math.floor(random() * lines.length)] as (typeof lines)[number];
    const indent = indentLength(line);
    let column = indent;
    if (random() < 0.5) {
      const cuts = [...line.matchAll(/[\p{L}\p{N}_$]+|\s+|[^\p{L}\p{N}_$\s]/gu)].map((match) => match.index);
      const inside = cuts.filter((cut) => cut > indent);
      if (inside.length === 0) continue;
      column = inside[Math.floor(random() * inside.length)] as number;
    }
    const truth = line.slice(column).trimEnd();
    if (truth.trim().length < shortest) continue;
    const offset = start + column;
    const suffix = file.text.slice(start + line.length);
    positions.push({ path: file.path, languageId: '', prefix: file.text.slice(0, offset), suffix, truth });
  }
  return positions;
}

const shortest = 4;
