// Replays recorded keys with other constants of the display rule (src/routing/show.ts) and prints what each writes. Choose
// them on some repositories, look at the others once. A replay takes a draft that needs longer than the pause as not there.
//
//   node build/run.mjs bench/typing/fit-show.ts FILE.jsonl [NAME,...]      (recorded by record-drafts.ts; repositories)
import { readFileSync } from 'node:fs';
import type { Draft } from '../../src/common/completion.ts';
import { decisionInputOf } from '../../src/completion/decision-input.ts';
import { positionAt, withoutInsertedClosers } from '../../src/prompts/completion/completion-position.ts';
import { defaultRouter } from '../../src/routing/defaults.ts';
import type { Limits } from '../../src/routing/limits.ts';
import { bestCut, type ScoredCut, type ShowRule } from '../../src/routing/show.ts';
import { beginsAlike, commonPrefix } from '../../src/text/edits.ts';
import { languageAt } from '../../src/text/fences.ts';
import { lineBefore, lineNumber } from '../../src/text/lines.ts';
import { listOpensAt } from '../../src/text/suggestion-list.ts';
import { isPause, Writing } from '../common/typist.ts';
import { Table } from '../print.ts';
import { type Judgeable, OBJECTIVE_LABELS, objectiveFigures, takenLength } from './objective.ts';
import type { RecordedPassage } from './record-drafts.ts';
import { LEAST_TAKEN, LONG } from './typist.ts';

/** The engine waits so long for a draft, ms; a later one is shown where the n-grams held back. */
const PATIENCE_MS = 200;
const THRESHOLDS = [0.3, 0.4, 0.45, 0.5, 0.6, 0.75, 0.85];
const RULES: readonly ShowRule[] = [4, 10, 15, 20].flatMap((thought) =>
  [0, 4, 10].flatMap((lineBonus) => [0.5, 0.7, 0.9].map((leastShare) => ({ thought, lineBonus, leastShare }))),
);

interface Scored {
  readonly cuts: readonly ScoredCut[];
  /** With a threshold of 0.5; `thresholdAt` of another. */
  readonly raise: (threshold: number) => Limits;
}

interface Key {
  readonly at: number;
  readonly gap: number;
  readonly line: number;
  readonly left: string;
  /** In the order of their coming. */
  readonly drafts: readonly Scored[];
}

interface Replayed {
  readonly keys: readonly Key[];
  /** From the passage on. */
  readonly text: string;
  readonly length: number;
}

const router = defaultRouter();

function keysOf({ passage, languageId, keys }: RecordedPassage): Key[] {
  const { path, prefix, rest, below = '' } = passage;
  const writing = new Writing(prefix, below, rest);
  return keys.map(({ at, gap, ms, mixed, ngram }) => {
    while (rest.length - writing.left.length < at) writing.press();
    const { document, left } = writing;
    const query = { path, languageId: languageAt(languageId, document.prefix), ...document };
    const draftPosition = withoutInsertedClosers(positionAt(query));
    const opensList = listOpensAt(languageId, lineBefore(query.prefix)) !== undefined;
    const scored = (draft: Draft): Scored => {
      const inputAt = (threshold: number) =>
        decisionInputOf({
          ...{ query, draftPosition, draft, router },
          settings: { balance: 0, threshold, localFirst: false },
          conditions: { isManual: false, opensList },
        }).input;
      return { cuts: inputAt(0.5).cuts, raise: (threshold) => inputAt(threshold).limits };
    };
    const drafts = ms > gap ? [ngram] : ms > PATIENCE_MS ? [ngram, mixed] : [mixed];
    return { at, gap, line: lineNumber(query.prefix), left, drafts: drafts.map(scored) };
  });
}

/** The keys with one rule, as `typePassage` types them. */
function replay({ keys, text, length }: Replayed, threshold: number, rule: ShowRule): Judgeable {
  const judged: { right: boolean; taken: number }[] = [];
  const counts = { characters: 0, written: 0, keys: 0, pauses: 0, shownPauses: 0, tenCharacterPauses: 0 };
  let ghost: { text: string; from: number; line: number } | undefined;
  let rejected: { text: string; line: number } | undefined;
  for (let i = 0; i < keys.length; ) {
    const key = keys[i] as Key;
    let rest = '';
    if (ghost) {
      const isTypedAlong = ghost.text.startsWith(text.slice(ghost.from, key.at));
      rest = isTypedAlong ? ghost.text.slice(key.at - ghost.from) : '';
      if (rest === '') [rejected, ghost] = [ghost, undefined];
    }
    let came = 0;
    for (const { cuts, raise } of ghost ? [] : key.drafts) {
      const here = rejected?.line === key.line ? rejected.text : undefined;
      const allowed = here === undefined ? cuts : cuts.filter(({ text }) => !beginsAlike(here, text));
      const cut = bestCut(allowed, { ...raise(threshold), rule });
      if (cut === undefined) continue;
      ghost = { text: cut.text, from: key.at, line: key.line };
      rest = cut.text;
      const right = commonPrefix(rest, key.left);
      came = takenLength(rest, right);
      judged.push({ right: right === rest.length, taken: came });
      break;
    }
    counts.keys++;
    if (isPause(key.gap)) {
      counts.pauses++;
      counts.shownPauses += rest === '' ? 0 : 1;
      counts.tenCharacterPauses += came >= LONG ? 1 : 0;
    }
    const good = commonPrefix(rest, key.left);
    const bad = rest.length - good;
    const isTaken = good >= LEAST_TAKEN && bad < good;
    const target = isTaken ? key.at + good : (keys[i + 1]?.at ?? length);
    if (isTaken) {
      counts.written += good - bad;
      counts.keys += bad;
      ghost = undefined;
    }
    counts.characters += target - key.at;
    i++;
    while (i < keys.length && (keys[i] as Key).at < target) i++;
  }
  return { judged, ...counts };
}

const [file = '', only] = process.argv.slice(2);
const passages = readFileSync(file, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as RecordedPassage)
  .filter(({ folder }) => only?.split(',').includes(folder) ?? true)
  .map(
    (recorded): Replayed => ({ keys: keysOf(recorded), text: recorded.passage.rest, length: recorded.passage.length }),
  );
const table = new Table(OBJECTIVE_LABELS);
for (const rule of RULES)
  for (const threshold of THRESHOLDS) {
    const all = passages.map((passage) => replay(passage, threshold, rule));
    const sum = (of: (one: Judgeable) => number) => all.reduce((total, one) => total + of(one), 0);
    const title = `thought ${rule.thought}, line ${rule.lineBonus}, least ${rule.leastShare}, from ${threshold}`;
    table.row(
      title,
      objectiveFigures({
        judged: all.flatMap(({ judged }) => judged),
        characters: sum((one) => one.characters),
        written: sum((one) => one.written),
        keys: sum((one) => one.keys),
        pauses: sum((one) => one.pauses),
        shownPauses: sum((one) => one.shownPauses),
        tenCharacterPauses: sum((one) => one.tenCharacterPauses),
      }),
    );
  }
