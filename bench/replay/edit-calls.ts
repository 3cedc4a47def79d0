// After which pause the edit that follows is worth asking for: commits typed hunk by hunk, the calls that the default
// setting makes at the typist's stops, and those that the next key cancels.
import { normals } from '../../src/common/statistics/random.ts';
import { EditJournal } from '../../src/edits/history/journal.ts';
import { isWritingOn } from '../../src/edits/large-model/place.ts';
import { followUp } from '../../src/edits/large-model/worth.ts';
import { editPriceOf } from '../../src/routing/limits.ts';
import { passageWithin } from '../common/typist.ts';
import type { Figures } from '../figures.ts';
import { LATENCY, seedOf } from '../typing/simulated-llm.ts';
import type { Commit } from './commits.ts';
import { orderOf, ReplayedCommit } from './replay.ts';

/** From the last key to the call, ms. */
export const CALL_PAUSES = [850, 1000, 1250, 1500, 1750, 2000, 2250, 2500];
/** Hunks of a commit that are typed. */
const HUNKS = 12;
/** Of the default balance. */
const PRICE = editPriceOf(0.4, false);

/** What was typed in one commit. */
export interface TypedCommit {
  readonly ms: number;
  readonly keys: number;
  /** Stops at which a call is worth its price. */
  readonly stops: readonly Stop[];
}

interface Stop {
  readonly gapMs: number;
  /** Until the model has answered. */
  readonly latencyMs: number;
  /** Whether the hunk is whole, and the cursor moves on. */
  readonly isBetween: boolean;
  /** Whether the cursor is in a line that holds nothing. */
  readonly isBlank: boolean;
}

/** A hunk's old lines are removed at once, its new ones typed key by key, with a pause before them. */
export async function typeForCalls(commit: Commit): Promise<TypedCommit[]> {
  const state = new ReplayedCommit(commit);
  const journal = new EditJournal({ redact: (text) => text });
  const { id } = commit;
  const normal = normals(seedOf(id));
  const stops: Stop[] = [];
  let [ms, keys] = [0, 0];
  let cursor: { readonly path: string; readonly offset: number } | undefined;
  const waitForKey = (gapMs: number, isBetween: boolean) => {
    ms += gapMs;
    keys++;
    if (gapMs < (CALL_PAUSES[0] as number) || cursor === undefined) return;
    const text = journal.textOf(cursor.path) as string;
    const place = { ...cursor, text, changes: journal.recentChanges(), newErrors: 0 };
    if (followUp(place) <= PRICE) return;
    const latencyMs = LATENCY.wholeMs * Math.exp(LATENCY.spread * normal());
    stops.push({ gapMs, latencyMs, isBetween, isBlank: isWritingOn(place) });
  };
  for (const index of orderOf(commit, 'top-down').slice(0, HUNKS)) {
    const { hunk, line } = state.place(index);
    const { path, removed, inserted } = hunk;
    if (journal.textOf(path) === undefined) journal.open(path, state.textOf(path));
    const before = state.textOf(path).split('\n');
    // The end of the line above.
    const start = Math.max(0, before.slice(0, line).join('\n').length);
    const type = (from: number, length: number, text: string) => {
      journal.record({ path, ranges: [{ start: from, end: from + length, text }], reason: 'accepted', time: ms });
      cursor = { path, offset: from + text.length };
    };
    state.apply(index);
    // As an editor has it: Enter at the end of the line above, then the line.
    const linesOf = (lines: readonly string[]) =>
      line === 0 ? lines.map((each) => `${each}\n`).join('') : lines.map((each) => `\n${each}`).join('');
    const written = linesOf(inserted);
    const { gaps } = passageWithin(
      { path, text: state.textOf(path) },
      line,
      Math.max(1, inserted.length),
      seedOf(`${id} ${index}`),
    );
    waitForKey(gaps[0] ?? 0, true);
    const gone = linesOf(removed);
    if (gone !== '') type(start, gone.length, '');
    for (const [at, character] of [...written].entries()) {
      // The first pause was before Enter, which the passage does not have.
      if (at > 0) waitForKey(gaps[line === 0 ? at : at - 1 || 1] ?? 0, false);
      type(start + at, 0, character);
    }
  }
  return [{ ms, keys, stops }];
}

/** @param inBlank whether a call is also made in a line that holds nothing */
export function callFigures(typed: readonly TypedCommit[], pauseMs: number, inBlank: boolean): Figures {
  const all = typed.flatMap(({ stops }) => stops);
  const made = all.filter(({ gapMs, isBlank }) => gapMs > pauseMs && (inBlank || !isBlank));
  const answered = made.filter(({ gapMs, latencyMs }) => gapMs > pauseMs + latencyMs);
  const sum = (of: (one: TypedCommit) => number) => typed.reduce((all, one) => all + of(one), 0);
  const hours = sum(({ ms }) => ms) / 3_600_000;
  return {
    'calls-an-hour': made.length / hours,
    'per-100-keys': (100 * made.length) / sum(({ keys }) => keys),
    'answers-an-hour': answered.length / hours,
    'cancelled-share': 1 - answered.length / Math.max(1, made.length),
    'between-hunks-share': made.filter(({ isBetween }) => isBetween).length / Math.max(1, made.length),
    calls: made.length,
  };
}
