// Next edits in the replay of commits: what is offered after each hunk, and what it was worth.
import { quantile } from '../../src/common/quality.ts';
import { EditJournal } from '../../src/edits/history/journal.ts';
import { type NextEditsInput, nextEdits } from '../../src/edits/rules/repeated.ts';
import { ShownEdits } from '../../src/edits/shown-edits.ts';
import { languageIdOf } from '../../src/text/languages.ts';
import type { Figures } from '../figures.ts';
import type { Commit, Hunk } from './commits.ts';
import { type Offer, type Order, orderOf, ReplayedCommit, repeatingHunks, type Verdict } from './replay.ts';

/** A person takes so long for a hunk, ms. */
const HUNK_MS = 20_000;
/** As long as it takes: quality is measured apart from time. */
export const PATIENCE_MS = 10_000;

export interface Step {
  readonly commit: Commit;
  readonly order: Order;
  readonly language: string;
  /** Best first. */
  readonly verdicts: readonly Verdict[];
  readonly ms: number;
}

/** What is counted of each order of a commit. */
export interface Replayed {
  readonly steps: readonly Step[];
  readonly repeating: number;
  /** Repeating hunks that were offered before they were applied. */
  readonly recalled: number;
  readonly hunks: number;
}

export type Ask = (input: NextEditsInput, shown: ShownEdits) => Promise<readonly Offer[]>;

/** The product: rules learned from the journal. */
export const byRules: Ask = async (input, shown) => {
  const offered = await nextEdits({ ...input, ignored: shown.ignored, ms: PATIENCE_MS });
  if (offered[0]) shown.shown(offered[0]);
  return offered;
};

/** The last edit again, wherever its removed text stands: a textual search and replace. */
export const sameAgain: Ask = async ({ edits, documents, filesWith }) => {
  const last = edits.at(-1);
  if (last === undefined || last.removed.trim() === '') return [];
  const { removed, inserted, path, at } = last;
  const files = new Map([...documents, ...(filesWith?.('') ?? [])].map((file) => [file.path, file]));
  const offers: (Offer & { readonly distance: number })[] = [];
  for (const file of files.values())
    for (let start = file.text.indexOf(removed); start >= 0; start = file.text.indexOf(removed, start + 1)) {
      const distance =
        file.path !== path ? Number.MAX_SAFE_INTEGER : start >= at ? start - at : file.text.length + at - start;
      if (file.path === path && start < at + inserted.length && start + removed.length > at) continue;
      offers.push({ path: file.path, start, end: start + removed.length, replacement: inserted, distance });
    }
  return offers.sort((a, b) => a.distance - b.distance).slice(0, 100);
};

/** Calls `visit` after each hunk but the last: what the product is asked, the state, the next hunk and the last. */
export async function walk(
  commit: Commit,
  order: readonly number[],
  visit: (input: NextEditsInput, state: ReplayedCommit, next: number, last: Hunk) => Promise<void>,
): Promise<void> {
  await walkWhole(commit, order, async (input, state, next, { hunk }) => {
    if (next !== undefined) await visit(input, state, next, hunk);
  });
}

/** `walk`, and after the last hunk, too. @param visit is given the last hunk with the line at which it was applied */
export async function walkWhole(
  commit: Commit,
  order: readonly number[],
  visit: (
    input: NextEditsInput,
    state: ReplayedCommit,
    next: number | undefined,
    last: ReturnType<ReplayedCommit['apply']>,
  ) => Promise<void>,
): Promise<void> {
  const state = new ReplayedCommit(commit);
  const journal = new EditJournal({ redact: (text) => text });
  const opened = new Set<string>();
  const tree = [...commit.tree].map(([name, text]) => ({ path: name, text }));
  const holders = new Map<string, typeof tree>();
  for (const [step, index] of order.entries()) {
    const { path } = commit.hunks[index] as Hunk;
    if (!opened.has(path)) journal.open(path, state.textOf(path));
    opened.add(path);
    const { line, hunk } = state.apply(index);
    const lineEnd = (lines: readonly string[]) => lines.map((text) => `${text}\n`).join('');
    const before = journal.textOf(path) ?? '';
    const [start, end] = [line, line + hunk.removed.length].map((each) => startOfLine(before, each)) as [
      number,
      number,
    ];
    const ranges = [{ start, end, text: lineEnd(hunk.inserted) }];
    journal.record({ path, ranges, reason: 'accepted', time: step * HUNK_MS });
    const documents = [...opened].map((name) => ({ path: name, text: state.textOf(name) }));
    const filesWith = (word: string) => {
      if (!holders.has(word))
        holders.set(
          word,
          tree.filter(({ text }) => text.includes(word)),
        );
      return (holders.get(word) ?? []).filter(({ path: name }) => !opened.has(name));
    };
    await visit({ edits: journal.recentEdits(), documents, filesWith }, state, order[step + 1], { line, hunk });
  }
}

/** The text's end if it has no such line. */
function startOfLine(text: string, line: number): number {
  let start = 0;
  for (let number = 0; number < line; number++) {
    const end = text.indexOf('\n', start);
    if (end < 0) return text.length;
    start = end + 1;
  }
  return start;
}

/** What the product is asked after each hunk. */
export async function inputsOf(commit: Commit, order: Order): Promise<NextEditsInput[]> {
  const inputs: NextEditsInput[] = [];
  await walk(commit, orderOf(commit, order), async (input) => {
    inputs.push(input);
  });
  return inputs;
}

export async function replay(commit: Commit, kind: Order, ask: Ask): Promise<Replayed> {
  const order = orderOf(commit, kind);
  const repeating = repeatingHunks(commit, order);
  const offered = new Set<number>();
  const steps: Step[] = [];
  const shown = new ShownEdits();
  await walk(commit, order, async (input, state, _, { path }) => {
    const began = performance.now();
    const offers = await ask(input, shown);
    const ms = performance.now() - began;
    const verdicts = offers.map((offer) => state.judge(offer));
    for (const { kind, hunk } of verdicts)
      if ((kind === 'exact' || kind === 'part') && hunk !== undefined) offered.add(hunk);
    steps.push({ commit, order: kind, language: languageIdOf(path), verdicts, ms });
  });
  const recalled = [...repeating].filter((index) => offered.has(index)).length;
  return { steps, repeating: repeating.size, recalled, hunks: commit.hunks.length };
}

export const isRight = ({ kind }: Verdict) => kind === 'exact' || kind === 'part';
const share = (part: number, all: number) => (all === 0 ? 0 : part / all);

export function figuresOf(replayed: readonly Replayed[]): Figures {
  const steps = replayed.flatMap((one) => one.steps);
  const first = steps.flatMap(({ verdicts }) => verdicts.slice(0, 1));
  const all = steps.flatMap(({ verdicts }) => verdicts);
  const sum = (of: (one: Replayed) => number) => replayed.reduce((total, one) => total + of(one), 0);
  const count = (kind: Verdict['kind']) => first.filter((verdict) => verdict.kind === kind).length;
  return {
    offered: first.length,
    precision: share(first.filter(isRight).length, first.length),
    'exact-share': share(count('exact'), first.length),
    'location-right-share': share(first.length - count('wrong'), first.length),
    'precision-of-all': share(all.filter(isRight).length, all.length),
    'repeating-hunks': sum(({ repeating }) => repeating),
    'recall-of-repeating': share(
      sum(({ recalled }) => recalled),
      sum(({ repeating }) => repeating),
    ),
    'steps-with-offer-share': share(first.length, steps.length),
    hunks: sum(({ hunks }) => hunks),
    'p95-ms': quantile(
      steps.map(({ ms }) => ms),
      0.95,
    ),
  };
}
