// Lines that were inserted earlier in the same commit, up to names and numbers: whether they come again when they are
// typed. The commit's hunks are typed in order; only such lines are typed key by key.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileChange } from '../../src/specialist/ngram/folder-worker-protocol.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import { languageIdOf } from '../../src/text/languages.ts';
import { indentOf, lineBefore } from '../../src/text/lines.ts';
import type { Tokenizer } from '../../src/text/tokenizer/bpe.ts';
import type { Base } from '../base/types.ts';
import { type Passage, passageWithin } from '../common/typist.ts';
import type { Figures } from '../figures.ts';
import { Models } from '../typing/timed.ts';
import { type Judged, nothingTyped, typePassage } from '../typing/typist.ts';
import type { Commit } from './commits.ts';
import { walk } from './next.ts';
import { orderOf } from './replay.ts';
import { inWindow, KEY } from './typed.ts';

const WORD = /[\p{L}\p{N}_$]+/gu;
/** A line without its words, numbers and strings. */
const shapeOf = (line: string) =>
  line
    .trim()
    .replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`/g, '§')
    .replace(WORD, '_')
    .replace(/\s+/g, '');

function sharedWords(one: string, other: string): { readonly shared: number; readonly all: number } {
  const [a, b] = [one.match(WORD) ?? [], other.match(WORD) ?? []];
  return { shared: a.filter((word, i) => word === b[i]).length, all: a.length };
}

/** Lines of a commit that are typed, of each ordinal. */
const LINES = 6;
/** Shorter lines say nothing, characters. */
const SHORTEST = 8;
/** Words that a line shares with the earlier one at least. */
const SHARED = 0.5;
const SEED = 23;
/** A suggestion counts if it comes before so much of the line was typed, and if it writes so much: or all the rest. */
const EARLY = 0.5;
const LEAST_TAKEN = 10;

export interface AgainLine {
  readonly line: string;
  /** Earlier insertions of the line in the commit: 1 is the second occurrence; 2 stands for all later ones. */
  readonly earlier: 1 | 2;
  readonly came: boolean;
  readonly judged: readonly Judged[];
  /** Suggestions that continue the line as an inserted line goes on. */
  readonly repeats: readonly Judged[];
}

/** Counts inserted lines by their shape and words. */
export class InsertedLines {
  private readonly known = new Map<string, string[]>();

  /** How often a line like this one was inserted so far. */
  timesOf(line: string): number {
    const words = (one: string) => sharedWords(line, one);
    const alike = (this.known.get(shapeOf(line)) ?? []).filter((one) => {
      const { shared, all } = words(one);
      return all > 0 && shared >= SHARED * all;
    });
    return line.trim().length < SHORTEST ? 0 : alike.length;
  }

  /** Whether one of them begins like this. */
  begins(start: string): boolean {
    const wanted = start.trim();
    return [...this.known.values()].some((lines) => lines.some((line) => line.trim().startsWith(wanted)));
  }

  add(line: string): void {
    const shape = shapeOf(line);
    this.known.set(shape, [...(this.known.get(shape) ?? []), line]);
  }
}

/** Types the lines of a commit that come again. @param base undefined: n-grams alone */
export async function typeAgain(commit: Commit, tokenizer: Tokenizer, base: Base | undefined): Promise<AgainLine[]> {
  const order = orderOf(commit, 'top-down');
  const wanted = new InsertedLines();
  const comes = order.some((index) =>
    commit.hunks[index]?.inserted.some((line) => {
      const times = wanted.timesOf(line);
      wanted.add(line);
      return times > 0;
    }),
  );
  if (!comes) return [];
  const scratch = mkdtempSync(join(tmpdir(), 'bench-again-'));
  const index = NgramModel.build(
    [...commit.tree].map(([path, text]) => ({ path, text })),
    tokenizer,
  );
  const models = new Models(index, join(scratch, 'tree.ngram'));
  if (base) writeFileSync(models.snapshot, index.serialize());
  const inserted = new InsertedLines();
  const typed: AgainLine[] = [];
  const counts = { 1: 0, 2: 0 };
  const first = commit.hunks[order[0] as number];
  for (const line of first?.inserted ?? []) inserted.add(line);
  try {
    await walk(commit, order, async ({ edits, documents }, state, next) => {
      const { hunk, line } = state.place(next);
      const changes = documents
        .filter(({ path }) => path !== hunk.path)
        .map((file): FileChange => ({ kind: 'open', ...file }));
      const lines = state.textOf(hunk.path).split('\n');
      lines.splice(line, hunk.removed.length);
      for (const [i, own] of hunk.inserted.entries()) {
        const earlier = Math.min(2, inserted.timesOf(own)) as 0 | 1 | 2;
        lines.splice(line + i, 0, own);
        if (earlier === 0 || counts[earlier] >= LINES) {
          inserted.add(own);
          continue;
        }
        counts[earlier]++;
        const passage = behindIndent(
          passageWithin({ path: hunk.path, text: lines.join('\n') }, line + i, 1, SEED + next),
        );
        const one = nothingTyped();
        models.forget();
        await inWindow(models, base, changes, { edits }, (window, clock) =>
          typePassage(window.editor, clock, passage, languageIdOf(hunk.path), one),
        );
        const { judged } = one;
        const repeats = judged.filter(({ ghost: { at, text } }) =>
          inserted.begins(lineBefore(at) + text.split('\n')[0]),
        );
        typed.push({ line: own, earlier, came: cameEarly(judged, own, passage.prefix.length), judged, repeats });
        inserted.add(own);
      }
    });
  } finally {
    await models.close(KEY);
    rmSync(scratch, { recursive: true, force: true });
  }
  return typed;
}

function cameEarly(judged: readonly Judged[], line: string, start: number): boolean {
  return judged.some(({ ghost, taken }) => {
    const length = line.trim().length;
    const before = ghost.at.length - start;
    return before <= EARLY * length && taken >= Math.min(LEAST_TAKEN, length - before);
  });
}

/** The cursor stands where the editor indents the line to. */
function behindIndent({ prefix, rest, length, gaps, ...passage }: Passage): Passage {
  const indent = indentOf(rest);
  const behind = { rest: rest.slice(indent.length), length: length - indent.length, gaps: gaps.slice(indent.length) };
  return { ...passage, prefix: prefix + indent, ...behind };
}

export function againFigures(typed: readonly AgainLine[]): Figures {
  const share = (part: number, whole: number) => part / Math.max(1, whole);
  const came = (earlier: 1 | 2) => {
    const own = typed.filter((line) => line.earlier === earlier);
    return share(own.filter((line) => line.came).length, own.length);
  };
  const shows = typed.flatMap(({ judged }) => judged);
  const repeats = typed.flatMap((line) => line.repeats);
  return {
    'second-came-share': came(1),
    'third-came-share': came(2),
    'wrong-share': share(shows.filter(({ right }) => !right).length, shows.length),
    shows: shows.length,
    'wrong-share-of-repeats': share(repeats.filter(({ right }) => !right).length, repeats.length),
    'nothing-right-share-of-repeats': share(repeats.filter(({ taken }) => taken === 0).length, repeats.length),
    repeats: repeats.length,
    second: typed.filter(({ earlier }) => earlier === 1).length,
    third: typed.filter(({ earlier }) => earlier === 2).length,
  };
}
