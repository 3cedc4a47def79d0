// What is known of a place where a rule applies: the rule, its examples, its other places, and the text around; and the
// learned choice among places, boosted trees over these features. choice.json says what fitted it, and on what.
import { sigmoid } from '../../common/statistics/logistic.ts';
import { languageIdOf } from '../../text/languages.ts';
import { indentLength, lineEnd, lineStart } from '../../text/lines.ts';
import type { Edit, TextFile } from '../history/edit.ts';
import { similarity, wordsOf } from '../history/tokens.ts';
import { ancestorsOf } from './ancestors.ts';
import choice from './choice.json' with { type: 'json' };
import type { InsertedToken, RewriteRule } from './rewrite-rule.ts';
import type { Site } from './sites.ts';

/** The places of a rule in one file, in order. */
export interface FileSites {
  readonly file: TextFile;
  readonly isOpen: boolean;
  readonly sites: readonly Site[];
  /** Those of them that are judged. */
  readonly near: readonly Site[];
}

/** Edits that count as the latest. */
const LATEST = 8;

const isTest = (path: string): boolean => /(?:^|[/._-])(?:tests?|specs?|__tests__)(?:[/._-]|$)/i.test(path);
const flag = (value: boolean) => (value ? 1 : 0);
const lineAt = (text: string, from: number, to = from) => text.slice(lineStart(text, from), lineEnd(text, to));

/** What is known of a rule, its examples and all its places. @param edits the journal's, oldest first */
function ofRule({ removed, inserted, examples }: RewriteRule, found: readonly FileSites[], edits: readonly Edit[]) {
  const newest = examples[0] as Edit;
  const longest = (texts: readonly string[]) => [...texts].sort((a, b) => b.length - a.length)[0];
  const words = removed.filter(({ kind, hole }) => kind === 'word' && hole === undefined).map(({ text }) => text);
  const isNewWord = ({ hole, text }: InsertedToken) =>
    hole === undefined && /\p{L}/u.test(text) && !words.includes(text);
  const newWord = longest(inserted.filter(isNewWord).map(({ text }) => text));
  // The lines of the examples before they were changed.
  const oldLines = examples
    .slice(0, 4)
    .map(({ left, removed: old, right }) =>
      wordsOf(left.slice(lineStart(left)) + old + right.slice(0, old.endsWith('\n') ? 0 : lineEnd(right))),
    );
  /** Of the judged places: how like the examples' lines their lines are, and whether the inserted word is there. */
  const judged = new Map<Site, { readonly like: number; readonly hasWord: boolean }>();
  for (const { file, near } of found)
    for (const site of near) {
      const line = wordsOf(lineAt(file.text, site.start, site.end));
      const like = Math.max(...oldLines.map((old) => similarity(old, line)));
      judged.set(site, { like, hasWord: newWord !== undefined && line.includes(newWord) });
    }
  /** Files with places into which only the examples have brought the inserted word. */
  const newIn = new Set(
    newWord === undefined ? [] : found.filter(({ file: { path, text } }) => isNew(newWord, path, text, examples)),
  );
  const paths = new Set(examples.map(({ path }) => path));
  const count = (of: (each: FileSites) => boolean) =>
    found.filter(of).reduce((total, { sites }) => total + sites.length, 0);
  return {
    removed,
    inserted,
    examples,
    newest,
    newWord,
    newIn,
    judged,
    paths,
    ...burstsIn(edits, newest),
    files: found.length,
    places: count(() => true),
    openPlaces: count(({ isOpen }) => isOpen),
    removedWord: longest(words) ?? '',
    placesOfExamples: count(({ file }) => paths.has(file.path)),
    latest: edits.slice(-LATEST),
    best: Math.max(0, ...[...judged.values()].map(({ like }) => like)),
  };
}

type RuleFacts = ReturnType<typeof ofRule>;

/** What is known of one file with places. */
function ofFile({ examples, newest, judged }: RuleFacts, found: FileSites) {
  const { path, text } = found.file;
  const own = examples.filter((edit) => edit.path === path && edit.at >= 0);
  /** Offset of the newest example; -1: it is elsewhere. */
  const anchor = newest.path === path ? Math.max(-1, newest.at) : -1;
  return {
    found,
    own,
    anchor,
    path,
    above: found.sites.filter(({ start }) => start < anchor).length,
    ancestorsOfOwn: own.map(({ at }) => ancestorsOf(text, at)),
    bestHere: Math.max(...found.near.map((site) => judged.get(site)?.like ?? 0)),
  };
}

type FileFacts = RuleFacts & ReturnType<typeof ofFile>;

/** What is known of one place. */
function ofSite({ found, own, ancestorsOfOwn, newest, judged }: FileFacts, site: Site) {
  const { text } = found.file;
  const distances = own.map(({ at }) => linesBetween(text, at, site.start));
  const nearest = distances.indexOf(Math.min(...distances));
  const ancestors = ancestorsOf(text, site.start);
  const ancestorsOfNearest = ancestorsOfOwn[nearest] ?? ancestorsOf(newest.left, newest.left.length);
  let common = 0;
  while (
    common < ancestors.length &&
    common < ancestorsOfNearest.length &&
    ancestors[common] === ancestorsOfNearest[common]
  )
    common++;
  const line = lineAt(text, site.start, site.end);
  return {
    site,
    line,
    distance: distances[nearest] ?? 1000,
    ancestors,
    ancestorsOfNearest,
    common,
    ...judged.get(site),
  };
}

type Place = FileFacts & ReturnType<typeof ofSite>;

const FEATURES = {
  examples: ({ examples }) => Math.min(8, examples.length),
  'files of the examples': ({ paths }) => paths.size,
  'edits since the newest example': ({ since }) => Math.min(10, since),
  'other edits in the burst of the newest example': ({ times }) => Math.min(20, times),
  'an insertion': ({ removed }) => flag(removed.length === 0),
  'a deletion': ({ inserted }) => flag(inserted.length === 0),
  'removed tokens': ({ removed }) => Math.log1p(removed.length),
  'inserted tokens': ({ inserted }) => Math.log1p(inserted.length),
  'letters of the longest removed word': ({ removedWord }) => Math.min(20, removedWord.length),
  'whole lines': ({ newest }) => flag(newest.removed.includes('\n') || newest.inserted.includes('\n')),
  'inserted word not elsewhere in the file': ({ newIn, found }) => flag(newIn.has(found)),
  'places in the file': ({ found }) => Math.log1p(found.sites.length),
  'places in open files': ({ openPlaces }) => Math.log1p(openPlaces),
  'places in the folder': ({ places }) => Math.log1p(places),
  'files with places': ({ files }) => Math.log1p(files),
  'examples in the file': ({ own }) => Math.min(8, own.length),
  'places above the newest example': ({ above }) => Math.log1p(above),
  'places left in files of examples': ({ placesOfExamples }) => Math.log1p(placesOfExamples),
  'in the file of the newest example': ({ newest, path }) => flag(newest.path === path),
  'in an open file': ({ found }) => flag(found.isOpen),
  'below the newest example': ({ anchor, site }) => flag(anchor >= 0 && site.start >= anchor),
  'lines to the nearest example': ({ distance }) => Math.log1p(Math.min(1000, distance)),
  'equal tokens before': ({ site }) => site.likeLeft,
  'equal tokens behind': ({ site }) => site.likeRight,
  'shared tokens before': ({ site }) => site.sharedLeft,
  'shared tokens behind': ({ site }) => site.sharedRight,
  'likeness of the line': ({ like = 0 }) => like,
  'the same indent': ({ line, newest: { left, right } }) =>
    flag(indentLength(line) === indentLength(left.slice(lineStart(left)) || right)),
  'depth of the common ancestor': ({ common }) => Math.min(6, common),
  'ancestors that differ': ({ ancestors, ancestorsOfNearest, common }) =>
    Math.min(10, ancestors.length + ancestorsOfNearest.length - 2 * common),
  'likeness of the parent line': ({ ancestors, ancestorsOfNearest }) =>
    similarity(wordsOf(ancestors.at(-1) ?? ''), wordsOf(ancestorsOfNearest.at(-1) ?? '')),
  'a test or not, as the example': ({ path, newest }) => flag(isTest(path) === isTest(newest.path)),
  'a script': ({ path }) => flag(/script/.test(languageIdOf(path))),
  'share of the latest edits that are examples': ({ latest, examples }) =>
    latest.filter((edit) => examples.includes(edit)).length / latest.length,
  'share that was changed in the folder': ({ examples, places }) => shareOf(examples.length, places),
  'inserted word elsewhere in files with places': ({ newWord, newIn, files }) =>
    flag(newWord !== undefined && newIn.size < files),
  'share that was changed in the file': ({ own, found }) => shareOf(own.length, found.sites.length),
  'likeness below the best of the file': ({ bestHere, like = 0 }) => bestHere - like,
  'likeness below the best of all': ({ best, like = 0 }) => best - like,
  'the inserted word in the line': ({ hasWord = false }) => flag(hasWord),
} satisfies Readonly<Record<string, (place: Place) => number>>;

const rows = Object.values(FEATURES);
const featureNames = Object.keys(FEATURES);

/** The judged places of a rule, with their features in the order of the table. */
export function featuresOf(rule: RewriteRule, found: readonly FileSites[], edits: readonly Edit[]) {
  const facts = ofRule(rule, found, edits);
  const { examples, newest, since, times } = facts;
  const inBurst = examples.filter(({ time, path }) => time === newest.time && path === newest.path).length;
  const placed = found.flatMap((each) => {
    const inFile = { ...facts, ...ofFile(facts, each) };
    return each.near.map((site) => {
      const place = { ...inFile, ...ofSite(inFile, site) };
      return { file: each.file, site, features: rows.map((row) => row(place)) };
    });
  });
  // The user has just made the same change for the second time or more, and hardly anything else with it.
  return { placed, isSameAgain: examples.length > 1 && since === 0 && inBurst * 2 > times };
}

const shareOf = (done: number, left: number) => done / Math.max(1, done + left);

/** Edits beside one in its burst, and bursts since. */
function burstsIn(edits: readonly Edit[], newest: Edit): { times: number; since: number } {
  const same = edits.filter(({ time, path }) => time === newest.time && path === newest.path).length - 1;
  const later = new Set(edits.filter(({ time }) => time > newest.time).map(({ time }) => time)).size;
  return { times: same, since: later };
}

function linesBetween(text: string, one: number, other: number): number {
  let lines = 0;
  const to = Math.max(one, other);
  for (let at = text.indexOf('\n', Math.min(one, other)); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}

/** Whether only the examples have brought a word into the file. */
function isNew(word: string, path: string, text: string, examples: readonly Edit[]): boolean {
  const written = examples.filter((edit) => edit.path === path);
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
    if (!written.some((edit) => at >= edit.at && at < edit.at + edit.inserted.length)) return false;
  return true;
}

/** A leaf adds log-odds. */
type ChoiceTree =
  | number
  | { readonly feature: number; readonly most: number; readonly below: ChoiceTree; readonly above: ChoiceTree };

/** A tree as choice.json has it: [name of the feature, most, below, above], or a leaf. */
type NamedTree = number | readonly [feature: string, most: number, NamedTree, NamedTree];

/** Throws if a feature is unknown. */
function readTree(tree: NamedTree): ChoiceTree {
  if (typeof tree === 'number') return tree;
  const [name, most, below, above] = tree;
  const feature = featureNames.indexOf(name);
  if (feature < 0) throw new Error(`No feature is called '${name}'`);
  return { feature, most, below: readTree(below), above: readTree(above) };
}

function leafOf(tree: ChoiceTree, features: readonly number[]): number {
  let node = tree;
  while (typeof node !== 'number') node = (features[node.feature] as number) <= node.most ? node.below : node.above;
  return node;
}

const trees = choice.trees.map((text) => readTree(JSON.parse(text)));

/** Estimate that the user makes this edit. */
export function probabilityOf(features: readonly number[]): number {
  let sum = choice.intercept;
  for (const tree of trees) sum += leafOf(tree, features);
  return sigmoid(sum);
}
