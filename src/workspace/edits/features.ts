// What is known of a place where a rule applies: the rule, its examples, its other places, and the text around; and the
// learned choice among places, boosted trees over these features. bench/replay/fit.ts writes choice.json.
import { sigmoid } from '../../common/statistics/logistic.ts';
import { languageIdOf } from '../../text/languages.ts';
import { indentLength, lineEnd, lineStart } from '../../text/lines.ts';
import choice from './choice.json' with { type: 'json' };
import type { Edit, TextFile } from './edit.ts';
import type { RewriteRule } from './rewrite-rule.ts';
import type { Site } from './sites.ts';
import { similarity } from './tokens.ts';

/** The places of a rule in one file, in order. */
export interface FileSites {
  readonly file: TextFile;
  readonly isOpen: boolean;
  readonly sites: readonly Site[];
  /** Those of them that are judged. */
  readonly near: readonly Site[];
}

/** In the order of `RuleFeatures.in`. */
export const featureNames = [
  'examples',
  'files of the examples',
  'edits since the newest example',
  'other edits in the burst of the newest example',
  'an insertion',
  'a deletion',
  'removed tokens',
  'inserted tokens',
  'letters of the longest removed word',
  'whole lines',
  'inserted word not elsewhere in the file',
  'places in the file',
  'places in open files',
  'places in the folder',
  'files with places',
  'examples in the file',
  'places above the newest example',
  'places left in files of examples',
  'in the file of the newest example',
  'in an open file',
  'below the newest example',
  'lines to the nearest example',
  'equal tokens before',
  'equal tokens behind',
  'shared tokens before',
  'shared tokens behind',
  'likeness of the line',
  'the same indent',
  'depth of the common ancestor',
  'ancestors that differ',
  'likeness of the parent line',
  'a test or not, as the example',
  'a script',
  'share of the latest edits that are examples',
  'share that was changed in the folder',
  'inserted word elsewhere in files with places',
  'share that was changed in the file',
  'likeness below the best of the file',
  'likeness below the best of all',
  'the inserted word in the line',
] as const;

/** Edits that count as the latest. */
const LATEST = 8;

const isTest = (path: string): boolean => /(?:^|[/._-])(?:tests?|specs?|__tests__)(?:[/._-]|$)/i.test(path);
const flag = (value: boolean) => (value ? 1 : 0);
const lineAt = (text: string, from: number, to = from) => text.slice(lineStart(text, from), lineEnd(text, to));
const wordsOf = (text: string): string[] => text.match(/[\p{L}_$][\p{L}\p{M}\p{N}_$]*|\S/gu) ?? [];

/** The features of a rule's places. */
export class RuleFeatures {
  /** Whether the user has just made the same change for the second time or more, and hardly anything else with it. */
  readonly isSameAgain: boolean;
  private readonly rule: RewriteRule;
  private readonly newest: Edit;
  private readonly ofRule: readonly number[];
  private readonly ofFolder: Readonly<
    Record<'open' | 'all' | 'files' | 'ofExamples' | 'latest' | 'changed' | 'isElsewhere', number>
  >;
  private readonly best: number;
  /** Of the judged places: how like the examples' lines their lines are, and whether the inserted word is there. */
  private readonly judged = new Map<Site, { readonly like: number; readonly hasWord: boolean }>();
  /** Files with places into which only the examples have brought the inserted word. */
  private readonly newIn: ReadonlySet<FileSites>;

  /** @param edits the journal's, oldest first */
  constructor(rule: RewriteRule, found: readonly FileSites[], edits: readonly Edit[]) {
    const { removed, inserted, examples } = rule;
    this.rule = rule;
    const newest = examples[0] as Edit;
    this.newest = newest;
    const words = removed.filter(({ kind, hole }) => kind === 'word' && hole === undefined).map((token) => token.text);
    const longest = (texts: readonly string[]) => [...texts].sort((a, b) => b.length - a.length)[0];
    const newWord = longest(
      inserted
        .filter((token) => token.hole === undefined && /\p{L}/u.test(token.text) && !words.includes(token.text))
        .map(({ text }) => text),
    );
    // The lines of the examples before they were changed.
    const oldLines = examples.map(({ left, removed: old, right }) =>
      (left.slice(lineStart(left)) + old + right.slice(0, old.endsWith('\n') ? 0 : lineEnd(right))).trim(),
    );
    const { times, since } = burstsIn(edits, newest);
    this.ofRule = [
      Math.min(8, examples.length),
      new Set(examples.map(({ path }) => path)).size,
      Math.min(10, since),
      Math.min(20, times),
      flag(removed.length === 0),
      flag(inserted.length === 0),
      Math.log1p(removed.length),
      Math.log1p(inserted.length),
      Math.min(20, longest(words)?.length ?? 0),
      flag(newest.removed.includes('\n') || newest.inserted.includes('\n')),
    ];
    const paths = new Set(examples.map(({ path }) => path));
    const count = (of: (each: FileSites) => boolean) =>
      found.filter(of).reduce((total, { sites }) => total + sites.length, 0);
    const all = count(() => true);
    this.newIn = new Set(
      newWord === undefined ? [] : found.filter(({ file: { path, text } }) => isNew(newWord, path, text, examples)),
    );
    const latest = edits.slice(-LATEST);
    this.ofFolder = {
      open: Math.log1p(count(({ isOpen }) => isOpen)),
      all: Math.log1p(all),
      files: Math.log1p(found.length),
      ofExamples: Math.log1p(count(({ file }) => paths.has(file.path))),
      latest: latest.filter((edit) => examples.includes(edit)).length / latest.length,
      changed: shareOf(examples.length, all),
      isElsewhere: flag(newWord !== undefined && this.newIn.size < found.length),
    };
    const oldWords = oldLines.slice(0, 4).map(wordsOf);
    for (const { file, near } of found)
      for (const site of near) {
        const words = wordsOf(lineAt(file.text, site.start, site.end));
        const like = Math.max(...oldWords.map((old) => similarity(old, words)));
        this.judged.set(site, { like, hasWord: newWord !== undefined && words.includes(newWord) });
      }
    this.best = Math.max(0, ...[...this.judged.values()].map(({ like }) => like));
    const inBurst = examples.filter(({ time, path }) => time === newest.time && path === newest.path).length;
    this.isSameAgain = examples.length > 1 && since === 0 && inBurst * 2 > times;
  }

  /** The features of the judged places in one file. */
  in(found: FileSites): (site: Site) => number[] {
    const { file, isOpen, sites, near: places } = found;
    const { rule, newest, judged, ofFolder } = this;
    const { path, text } = file;
    const own = rule.examples.filter((edit) => edit.path === path && edit.at >= 0);
    const ats = own.map(({ at }) => at);
    const isNewest = newest.path === path;
    const above = isNewest && newest.at >= 0 ? sites.filter(({ start }) => start < newest.at).length : 0;
    const ancestorsHere = ats.map((at) => ancestorsOf(text, at));
    const languageId = languageIdOf(path);
    const ofFile = [
      flag(this.newIn.has(found)),
      Math.log1p(sites.length),
      ...[ofFolder.open, ofFolder.all, ofFolder.files],
      Math.min(8, own.length),
      Math.log1p(above),
      ofFolder.ofExamples,
      flag(isNewest),
      flag(isOpen),
    ];
    const bestHere = Math.max(...places.map((site) => judged.get(site)?.like ?? 0));
    const changedHere = shareOf(own.length, sites.length);
    return (site) => {
      const { start, end } = site;
      const line = lineAt(text, start, end);
      const distances = ats.map((at) => linesBetween(text, at, start));
      const nearest = distances.indexOf(Math.min(...distances));
      const ancestors = ancestorsOf(text, start);
      const near = ancestorsHere[nearest] ?? ancestorsOfExample(newest);
      let common = 0;
      while (common < ancestors.length && common < near.length && ancestors[common] === near[common]) common++;
      const { like, hasWord } = judged.get(site) ?? { like: 0, hasWord: false };
      const anchor = isNewest && newest.at >= 0 ? newest.at : -1;
      return [
        ...this.ofRule,
        ...ofFile,
        flag(anchor >= 0 && start >= anchor),
        Math.log1p(Math.min(1000, distances[nearest] ?? 1000)),
        site.likeLeft,
        site.likeRight,
        site.sharedLeft,
        site.sharedRight,
        like,
        flag(indentLength(line) === indentLength(newest.left.slice(lineStart(newest.left)) || newest.right)),
        Math.min(6, common),
        Math.min(10, ancestors.length + near.length - 2 * common),
        similarity(wordsOf(ancestors.at(-1) ?? ''), wordsOf(near.at(-1) ?? '')),
        flag(isTest(path) === isTest(newest.path)),
        flag(/script/.test(languageId)),
        ...[ofFolder.latest, ofFolder.changed, ofFolder.isElsewhere, changedHere],
        bestHere - like,
        this.best - like,
        flag(hasWord),
      ];
    };
  }
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

/** The lines that enclose a place by their indent, outermost first. */
function ancestorsOf(text: string, at: number): string[] {
  const found: string[] = [];
  let start = lineStart(text, at);
  const own = text.slice(start, lineEnd(text, start));
  let indent = own.trim() === '' ? 1000 : indentLength(own);
  for (let lines = 0; start > 0 && indent > 0 && lines < 400; lines++) {
    start = lineStart(text, start - 1);
    const line = text.slice(start, lineEnd(text, start));
    if (line.trim() === '' || indentLength(line) >= indent || /^\s*[)\]}]/.test(line)) continue;
    indent = indentLength(line);
    found.push(line.trim());
  }
  return found.reverse();
}

function ancestorsOfExample({ left }: Edit): string[] {
  return ancestorsOf(left, left.length);
}

/** Whether only the examples have brought a word into the file. */
function isNew(word: string, path: string, text: string, examples: readonly Edit[]): boolean {
  const written = examples.filter((edit) => edit.path === path);
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
    if (!written.some((edit) => at >= edit.at && at < edit.at + edit.inserted.length)) return false;
  return true;
}

/** A leaf adds log-odds. */
export type ChoiceTree =
  | number
  | { readonly feature: number; readonly most: number; readonly below: ChoiceTree; readonly above: ChoiceTree };

/** A tree as choice.json has it: [name of the feature, most, below, above], or a leaf. */
type NamedTree = number | readonly [feature: (typeof featureNames)[number], most: number, NamedTree, NamedTree];

/** Throws if a feature is unknown. */
function readTree(tree: NamedTree): ChoiceTree {
  if (typeof tree === 'number') return tree;
  const [name, most, below, above] = tree;
  const feature = featureNames.indexOf(name);
  if (feature < 0) throw new Error(`No feature is called '${name}'`);
  return { feature, most, below: readTree(below), above: readTree(above) };
}

/** As `readTree` reads it. */
export function namedTree(tree: ChoiceTree): NamedTree {
  if (typeof tree === 'number') return Math.round(tree * 1000) / 1000;
  const { feature, most, below, above } = tree;
  return [featureNames[feature] as (typeof featureNames)[number], most, namedTree(below), namedTree(above)];
}

export function leafOf(tree: ChoiceTree, features: readonly number[]): number {
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
