// Positions after each hunk of a real commit: the recent hunks, the window around the cursor, and what follows.
import { shuffled } from '../../src/common/statistics/random.ts';
import type { RecentChange, Replacement } from '../../src/edits/history/edit.ts';
import { MAX_CHANGES } from '../../src/edits/history/journal.ts';
import { CONTEXT_LINES } from '../../src/edits/history/readings.ts';
import type { EditedPlace } from '../../src/edits/large-model/place.ts';
import { breaksIn, nextEdits } from '../../src/edits/rules/repeated.ts';
import { isOneToken } from '../../src/specialist/ngram/model.ts';
import type { Tokenizer } from '../../src/text/tokenizer/bpe.ts';
import { shippedTokenizer } from '../common/shipped.ts';
import type { Commit, Hunk } from '../replay/commits.ts';
import { PATIENCE_MS, walkWhole } from '../replay/next.ts';
import { orderOf, repeatingHunks } from '../replay/replay.ts';

/** A hunk follows near by if it begins within so many lines of the cursor. */
const NEAR = 40;
/** Of the n-grams; read when it is needed. */
let tokenizer: Tokenizer | undefined;

function isCommon(name: string): boolean {
  tokenizer ??= shippedTokenizer();
  return isOneToken(tokenizer, name);
}

/**
 * What the author changes next: near by, near by as an earlier hunk was, further away in the file, or nothing more in
 * the file.
 */
export type Follows = 'near' | 'repeats' | 'far' | 'nothing';

export interface EditPosition {
  readonly id: string;
  readonly repository: string;
  readonly commit: string;
  readonly path: string;
  /** The document now. */
  readonly text: string;
  /** Of the cursor in it, UTF-16 units. */
  readonly offset: number;
  /** Recent hunks, oldest first. */
  readonly edits: readonly RecentChange[];
  readonly follows: Follows;
  /** Whether the local rules offer an edit here: then no model is asked. */
  readonly hasLocal: boolean;
  /** The document after the next hunk of the file. */
  readonly expected: string | undefined;
  /** The documents after each later hunk of the file alone. */
  readonly later: readonly string[];
  /** Whether a file of the folder holds a name. */
  readonly isKnownName: (name: string) => boolean;
  /** See CheckDeps. */
  readonly breaks: (change: Replacement) => boolean;
}

export function placeOf({ path, text, offset, edits }: EditPosition): EditedPlace {
  return { path, text, offset, changes: edits, newErrors: 0 };
}

/** Every position of a commit, top down. @param isJudged of its id; elsewhere no rule is asked, and nothing breaks */
export async function positionsIn(commit: Commit, isJudged = (_: string) => true): Promise<EditPosition[]> {
  const order = orderOf(commit, 'top-down');
  const repeating = repeatingHunks(commit, order);
  const done: RecentChange[] = [];
  const positions: EditPosition[] = [];
  const files = [...commit.tree.values()];
  await walkWhole(commit, order, async (input, state, next, { hunk, line }) => {
    const { path } = hunk;
    const remaining = state.remaining.filter((i) => commit.hunks[i]?.path === path);
    const text = state.textOf(path);
    const lines = text.split('\n');
    const below = line + hunk.inserted.length;
    const whole = (some: readonly string[]) => some.map((each) => `${each}\n`).join('');
    done.push({
      path,
      line,
      before: whole(hunk.removed),
      after: whole(hunk.inserted),
      above: whole(lines.slice(Math.max(0, line - CONTEXT_LINES), line)),
      below: whole(lines.slice(below, below + CONTEXT_LINES)),
    });
    // The cursor stands at the end of what was written last.
    const cursor = Math.min(lines.length - 1, Math.max(0, line + hunk.inserted.length - 1));
    const before = lines.slice(0, cursor + 1).join('\n');
    const isHere = next !== undefined && commit.hunks[next]?.path === path;
    const isNear = isHere && Math.abs(state.lineOf(next) - cursor) <= NEAR;
    const follows = !isHere ? 'nothing' : repeating.has(next) ? 'repeats' : isNear ? 'near' : 'far';
    const id = `${commit.repository}-${commit.id.slice(0, 7)}-${positions.length}`;
    const offered = isJudged(id) ? await nextEdits({ ...input, ms: PATIENCE_MS }) : [];
    positions.push({
      id,
      repository: commit.repository,
      commit: commit.id,
      path,
      text,
      offset: before.length,
      edits: done.slice(-MAX_CHANGES),
      follows,
      hasLocal: offered.length > 0,
      expected: isHere ? applied(lines, state.lineOf(next), commit.hunks[next] as Hunk) : undefined,
      later: remaining.map((i) => applied(lines, state.lineOf(i), commit.hunks[i] as Hunk)),
      isKnownName: (name) => isCommon(name) || files.some((file) => file.includes(name)),
      breaks: isJudged(id) ? await breaksIn({ path, text }) : () => false,
    });
  });
  return positions;
}

function applied(lines: readonly string[], at: number, { removed, inserted }: Hunk): string {
  return [...lines.slice(0, at), ...inserted, ...lines.slice(at + removed.length)].join('\n');
}

/** Some positions in random order, at most `perCommit` of a commit; those of one commit in its order. */
export async function sampled(
  commits: Iterable<Commit>,
  { count, perCommit, seed }: { readonly count: number; readonly perCommit: number; readonly seed: number },
): Promise<EditPosition[]> {
  const all = [...commits];
  const chosen: EditPosition[] = [];
  for (const index of shuffled(all.length, seed)) {
    if (chosen.length >= count) break;
    const positions = await positionsIn(all[index] as Commit);
    const some = shuffled(positions.length, seed + index).slice(0, Math.min(perCommit, count - chosen.length));
    chosen.push(...some.sort((a, b) => a - b).map((i) => positions[i] as EditPosition));
  }
  return chosen;
}
