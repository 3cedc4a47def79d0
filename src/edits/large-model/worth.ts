// How likely a large model would write the edit that follows near the cursor, where no local rule knows it: whether
// asking is worth the price. Linear, over what is known before the call; bench/edits/fit.ts writes worth.json.
import { linear, sigmoid } from '../../common/statistics/logistic.ts';
import { lineNumber } from '../../text/lines.ts';
import type { RecentChange } from '../history/edit.ts';
import { similarity, wordsOf } from '../history/tokens.ts';
import type { EditedPlace } from './place.ts';
import model from './worth.json' with { type: 'json' };

/** Lines above and below the last change in which names are looked for. */
const NEAR = 40;
/** Lines of a change that are compared. */
const COMPARED = 8;

const NAME = /[\p{L}_$][\p{L}\p{N}_$]{2,}/gu;
const SIGNATURE =
  /\b(?:def|fn|func|function)\b[^\n]{0,200}\(|^[ \t]{0,99}(?:(?:async|public|private|static)\s{1,9}){0,4}[\w$]{1,99}\s{0,9}\([^)]{0,500}\)\s{0,9}(?::[^{]{1,200})?\{/m;
const IMPORT = /^(?:import\b|from\b[^\n]{0,200}\bimport\b|use\s|export\b[^\n]{0,500}\bfrom\b|[^\n]{0,500}\brequire\()/;

const flag = (value: boolean) => (value ? 1 : 0);
const lineCount = (text: string) => text.split('\n').length - 1;
const namesIn = (text: string) => new Set(text.match(NAME) ?? []);
const without = (names: ReadonlySet<string>, others: ReadonlySet<string>) => [...names].filter((n) => !others.has(n));
const removedBy = ({ before, after }: RecentChange) => without(namesIn(before), namesIn(after));
const addedBy = ({ before, after }: RecentChange) => without(namesIn(after), namesIn(before));

function factsOf({ path, text, offset, changes, newErrors }: EditedPlace) {
  const last = changes.at(-1) as RecentChange;
  const earlier = changes.slice(0, -1);
  const lines = text.split('\n');
  const behind = lineNumber(text, offset) + 1;
  const own = last.path === path ? lineCount(last.after) : 0;
  const first = Math.max(0, behind - Math.max(1, own));
  const wordsIn = (part: readonly string[]) => part.map(wordsOf);
  const above = wordsIn(lines.slice(Math.max(0, first - NEAR), first));
  const below = wordsIn(lines.slice(behind, behind + NEAR));
  const removed = removedBy(last);
  const removedEarlier = earlier.flatMap(removedBy);
  const addedEarlier = earlier.flatMap(addedBy);
  const isNew = new Set([...addedEarlier, ...addedBy(last)]);
  return {
    last,
    earlier,
    below,
    inFile: earlier.filter(({ path }) => path === last.path).length,
    // An error that a language server reports is a use of what is gone, too.
    oldNamesBelow: Math.max(newErrors, withAny(below, removed)),
    oldNamesAbove: withAny(above, removed),
    goneBelow: withAny(below, removedEarlier),
    relatedBelow: withAny(below, addedEarlier),
    usedNow: [...namesIn(last.after)].filter((name) => addedEarlier.includes(name)).length,
    nextNew: below.findIndex((words) => words.some((word) => isNew.has(word))),
  };
}

type Facts = ReturnType<typeof factsOf>;

/** Lines with one of the names. */
function withAny(lines: readonly (readonly string[])[], names: readonly string[]): number {
  return lines.filter((words) => names.some((name) => words.includes(name))).length;
}

/** How like a line of a side of a change the likest of some lines is. */
function likest(side: string, lines: readonly (readonly string[])[]): number {
  const own = side
    .split('\n')
    .filter((line) => line.trim().length > 3)
    .slice(-COMPARED)
    .map(wordsOf);
  return Math.max(0, ...own.flatMap((one) => lines.map((other) => (other.length < 2 ? 0 : similarity(one, other)))));
}

const FEATURES = {
  'a deletion': ({ last }) => flag(last.after === ''),
  'inserted lines': ({ last }) => Math.log1p(lineCount(last.after)),
  'one line for one': ({ last }) => flag(lineCount(last.before) === 1 && lineCount(last.after) === 1),
  'a signature': ({ last }) => flag(last.before !== '' && SIGNATURE.test(last.after)),
  'an import': ({ last }) => flag(IMPORT.test(last.after.trimStart())),
  'lines below with a removed name': ({ oldNamesBelow }) => Math.log1p(oldNamesBelow),
  'lines above with a removed name': ({ oldNamesAbove }) => Math.log1p(oldNamesAbove),
  'lines below with a name removed earlier': ({ goneBelow }) => Math.log1p(goneBelow),
  'lines below with a name added earlier': ({ relatedBelow }) => Math.log1p(relatedBelow),
  'names added earlier that are used': ({ usedNow }) => Math.log1p(usedNow),
  'nearness of a new name below': ({ nextNew }) => (nextNew < 0 ? 0 : 1 / (2 + nextNew)),
  'likeness of the old line to one below': ({ last, below }) => likest(last.before, below),
  'likeness of an earlier old line to one below': ({ earlier, below }) =>
    Math.max(0, ...earlier.map(({ before }) => likest(before, below))),
  'earlier changes in the file': ({ inFile }) => Math.log1p(inFile),
  'the change before was in the file': ({ earlier, last }) => flag(earlier.at(-1)?.path === last.path),
} satisfies Readonly<Record<string, (facts: Facts) => number>>;

/** In the order of the table. */
export function followUpFeatures(place: EditedPlace): number[] {
  const facts = factsOf(place);
  return Object.values(FEATURES).map((feature) => feature(facts));
}

/** Estimate that a large model, asked here, would write what the user changes next. */
export function followUp(place: EditedPlace): number {
  return place.changes.length === 0 ? 0 : sigmoid(linear(model, followUpFeatures(place)));
}
