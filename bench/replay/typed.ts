// The inserted lines of a commit's hunks, typed one hunk after the other: without edit history, with the earlier hunks as
// edit history, and with the lines that the hunk replaces as well.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shuffled } from '../../src/common/statistics/random.ts';
import type { Edit, EditHistory } from '../../src/edits/history/edit.ts';
import type { FileChange } from '../../src/specialist/ngram/folder-worker-protocol.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import { languageIdOf } from '../../src/text/languages.ts';
import type { Tokenizer } from '../../src/text/tokenizer/bpe.ts';
import type { Base } from '../base/types.ts';
import { SimulatedWindow } from '../common/simulated-window.ts';
import { passageWithin } from '../common/typist.ts';
import type { Figures } from '../figures.ts';
import { objectiveFigures } from '../typing/objective.ts';
import { Models, TimedEngine, TimedNgram } from '../typing/timed.ts';
import { addTyped, nothingTyped, type Typed, typePassage } from '../typing/typist.ts';
import { VirtualClock } from '../typing/virtual-clock.ts';
import type { Commit, Hunk } from './commits.ts';
import { walk } from './next.ts';
import { orderOf } from './replay.ts';

/** Hunks of a commit that are typed, and lines of each hunk. */
const HUNKS = 12;
const LINES = 5;
const FEWEST_HUNKS = 3;
const SEED = 11;
export const KEY = 'replay';
/** Texts from this length on are encoded once, UTF-16 units. */
const REMEMBERED = 500;

/** What the models are told of the edits. */
export const HISTORIES = ['no history', 'earlier edits', 'earlier edits and replaced lines'] as const;
type HistoryKind = (typeof HISTORIES)[number];

export interface TypedHunk extends Typed {
  readonly history: HistoryKind;
  /** Whether the hunk removes lines. */
  readonly kind: 'replacing' | 'inserting';
}

/** A seeded choice of the commits with at least three hunks. */
export function typedCommits(commits: readonly Commit[], most: number): Commit[] {
  const suited = commits.filter(({ hunks }) => hunks.length >= FEWEST_HUNKS);
  return shuffled(suited.length, SEED)
    .slice(0, most)
    .map((i) => suited[i] as Commit);
}

/** Encodes equal texts once: the trees of a repository's commits share most of their files. */
export function rememberingTokenizer(tokenizer: Tokenizer): Tokenizer {
  const known = new Map<string, Int32Array>();
  const encode = (text: string) => {
    if (text.length < REMEMBERED) return tokenizer.encode(text);
    const tokens = known.get(text) ?? tokenizer.encode(text);
    known.set(text, tokens);
    return tokens;
  };
  return Object.create(tokenizer, { encode: { value: encode } }) as Tokenizer;
}

/** Types the first lines of the commit's hunks, top down, once with each history. @param base undefined: n-grams alone */
export async function typeCommit(
  commit: Commit,
  tokenizer: Tokenizer,
  base: Base | undefined,
  histories: readonly HistoryKind[] = HISTORIES,
): Promise<TypedHunk[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'bench-replay-'));
  const files = [...commit.tree].map(([path, text]) => ({ path, text }));
  const index = NgramModel.build(files, tokenizer);
  const models = new Models(index, join(scratch, 'tree.ngram'));
  if (base) writeFileSync(models.snapshot, index.serialize());
  const typed: TypedHunk[] = [];
  try {
    await walk(commit, orderOf(commit, 'top-down').slice(0, HUNKS + 1), async ({ edits, documents }, state, next) => {
      const { hunk, line } = state.place(next);
      if (hunk.inserted.join('').trim() === '') return;
      const changes = documents
        .filter(({ path }) => path !== hunk.path)
        .map((file): FileChange => ({ kind: 'open', ...file }));
      const lines = state.textOf(hunk.path).split('\n');
      const replaced = replacedBy(hunk, lines, line);
      lines.splice(line, hunk.removed.length, ...hunk.inserted);
      const file = { path: hunk.path, text: lines.join('\n') };
      const passage = passageWithin(file, line, Math.min(LINES, hunk.inserted.length), SEED + next);
      for (const history of histories) {
        const told: EditHistory = {
          edits: history === 'no history' ? [] : edits,
          ...(history === 'earlier edits and replaced lines' && replaced && { replaced }),
        };
        const one: TypedHunk = { ...nothingTyped(), history, kind: replaced ? 'replacing' : 'inserting' };
        models.forget();
        await inWindow(models, base, changes, told, (window, clock) =>
          typePassage(window.editor, clock, passage, languageIdOf(hunk.path), one),
        );
        typed.push(one);
      }
    });
  } finally {
    await models.close(KEY);
    rmSync(scratch, { recursive: true, force: true });
  }
  return typed;
}

/** A hunk's removed lines, as the journal gives them after they were deleted. */
function replacedBy({ path, removed }: Hunk, lines: readonly string[], line: number): Edit | undefined {
  if (removed.join('').trim() === '') return undefined;
  const whole = (from: number, to: number) =>
    lines
      .slice(Math.max(0, from), to)
      .map((text) => `${text}\n`)
      .join('');
  const behind = line + removed.length;
  return {
    ...{ path, kind: 'typed', inserted: '', at: 0, time: 0, hasSecret: false },
    left: whole(line - 2, line),
    removed: whole(line, behind),
    right: whole(behind, behind + 2),
  };
}

export async function inWindow(
  models: Models,
  base: Base | undefined,
  changes: readonly FileChange[],
  history: EditHistory,
  work: (window: SimulatedWindow, clock: VirtualClock) => Promise<void>,
): Promise<void> {
  const clock = new VirtualClock();
  const timed = { models, clock, cost: { cpuMs: 0 } };
  const window = new SimulatedWindow({ clock, ngram: new TimedNgram(timed), key: KEY, ahead: true });
  const open = async () => {
    if (!base) return;
    const { model, tokenizerPath: tokenizer } = base;
    const source = { model, name: 'base', tokenizer, threads: 1 } as const;
    await window.specialist.open(new TimedEngine(timed), source);
    for (const change of changes) models.folders.change(KEY, change);
  };
  for (const change of changes) if (change.kind === 'open') models.ngram.setOpenFile(change.path, change.text);
  try {
    await clock.run(
      open().then(() => {
        window.specialist.setHistory(history);
        return work(window, clock);
      }),
    );
  } finally {
    window.dispose();
  }
}

export function typedFigures(typed: readonly Typed[]): Figures {
  const all = nothingTyped();
  for (const one of typed) addTyped(all, one);
  const { characters, pauses } = all;
  return { ...objectiveFigures(all), hunks: typed.length, characters, pauses };
}
