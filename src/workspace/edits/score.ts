// How likely a place is to be edited next: a logistic regression over what the rule and the place have in common.
import { sigmoid } from '../../common/statistics/logistic.ts';
import { dot } from '../../common/statistics/vectors.ts';
import { lineEnd, lineStart } from '../../text/lines.ts';
import type { Edit, TextFile } from './edit.ts';
import type { RewriteRule } from './rewrite-rule.ts';
import { siteWeights } from './score-weights.ts';
import type { Site } from './sites.ts';

/** What a rule does. */
const KINDS = ['insertion', 'deletion', 'word', 'other'] as const;

/** Cells of kind, number of examples and place: how often such an edit is right differs most between them. */
const cells = KINDS.flatMap((kind) =>
  ['one example', 'several'].flatMap((examples) =>
    ['here', 'elsewhere'].map((place) => `${kind}, ${examples}, ${place}`),
  ),
);

export const siteFeatures = [
  ...cells,
  'examples, log',
  'alike on both sides',
  'above the newest example',
  'inserted word already there',
  'inserted word new in the file',
  'in the block of an example',
  'a word in the block of an example',
  'a new name, several examples, here or in several files',
] as const;

/** More equal tokens than this are not counted. */
const CLOSE = 8;

/** A shorter name is often another variable elsewhere, UTF-16 units. */
const SHORTEST_NAME = 3;

/** The features of a rule's places in one file. */
export function featuresIn(rule: RewriteRule, { path, text }: TextFile): (site: Site) => number[] {
  const { removed, inserted, examples } = rule;
  const [newest] = examples as [Edit];
  const isHere = examples.some((edit) => edit.path === path);
  const words = removed.filter(({ kind, hole }) => kind === 'word' && hole === undefined).map((token) => token.text);
  const newWord = inserted
    .filter((token) => token.hole === undefined && /\p{L}/u.test(token.text) && !words.includes(token.text))
    .map((token) => token.text)
    .sort((a, b) => b.length - a.length)[0];
  const isWord = removed.length === 1 && inserted.length === 1 && removed[0]?.kind === 'word';
  const kind = removed.length === 0 ? 0 : inserted.length === 0 ? 1 : isWord ? 2 : 3;
  const cell = kind * 4 + (examples.length > 1 ? 2 : 0) + (isHere ? 0 : 1);
  const isNewWord = newWord !== undefined && isNew(newWord, path, text, examples);
  // Renamed in one file alone, a name is another one elsewhere.
  const isWide = isHere || new Set(examples.map((edit) => edit.path)).size > 1;
  const isRenamedPart = inserted.some(({ renaming }) => renaming !== undefined);
  const isRename =
    isWord &&
    isWide &&
    examples.length > 1 &&
    (isRenamedPart || (isNewWord && (words[0] as string).length >= SHORTEST_NAME));
  const flag = (value: boolean) => (value ? 1 : 0);
  return ({ start, end, ...site }) => {
    const line = text.slice(lineStart(text, start), lineEnd(text, end));
    const alike = Math.min(Math.max(site.likeLeft, site.sharedLeft), Math.max(site.likeRight, site.sharedRight));
    const isInBlock = examples.some((edit) => edit.path === path && edit.at >= 0 && isSameBlock(text, edit.at, start));
    return [
      ...cells.map((_, i) => flag(i === cell)),
      Math.log(Math.min(8, examples.length)),
      Math.min(CLOSE, alike),
      flag(newest.path === path && start < newest.at),
      flag(newWord !== undefined && line.includes(newWord)),
      flag(isNewWord),
      flag(isInBlock),
      flag(isInBlock && isWord),
      flag(isRename),
    ];
  };
}

/** Whether no line without indent begins a block between two offsets. */
function isSameBlock(text: string, one: number, other: number): boolean {
  const between = text.slice(Math.min(one, other), Math.max(one, other));
  return !/\n[^\s)\]}][^\n]*(?:[([{:]|=>)[^\S\n]*\n/.test(between);
}

/** Whether only the examples have brought a word into the file. */
function isNew(word: string, path: string, text: string, examples: readonly Edit[]): boolean {
  const written = examples.filter((edit) => edit.path === path);
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
    if (!written.some((edit) => at >= edit.at && at < edit.at + edit.inserted.length)) return false;
  return true;
}

const weights = Float64Array.from(siteWeights.weights);

export function probabilityOf(features: readonly number[]): number {
  return sigmoid(siteWeights.intercept + dot(weights, Float64Array.from(features)));
}
