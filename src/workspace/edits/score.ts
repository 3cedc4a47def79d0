// How likely a place is to be edited next: a logistic regression over what the rule and the place have in common.
import { sigmoid } from '../../common/statistics/logistic.ts';
import { dot } from '../../common/statistics/vectors.ts';
import { languageIdOf } from '../../text/languages.ts';
import { lineEnd, lineNumber, lineStart } from '../../text/lines.ts';
import type { Edit } from './edit.ts';
import { siteWeights } from './score-weights.ts';
import type { Site } from './sites.ts';

/** All places of one rule, by file. */
export interface RuleSites {
  readonly path: string;
  readonly text: string;
  readonly sites: readonly Site[];
}

export const siteFeatures = [
  'one example',
  'further examples, log',
  'removed words',
  'removed tokens',
  'longest removed word',
  'insertion',
  'deletion',
  'a word replaced by a word',
  'inserted tokens, log',
  'holes',
  'alike before',
  'alike behind',
  'same line',
  'shared tokens missing',
  'same file',
  'above the newest example',
  'line distance, log',
  'places above the newest example, log',
  'places in the file, log',
  'places in all files, log',
  'edits since the newest example',
  'inserted word already there',
  'examples in the file, log',
  'share of the places in the file that are edited',
  'same language',
  'same folder',
  'insertion, one example',
  'alike on both sides, one example',
] as const;

const CLOSE = 8;

/** The features of one of a rule's places. @param all the places of the rule in all texts */
export function featuresOf(site: Site, { path, text, sites }: RuleSites, all: number): number[] {
  const { rule } = site;
  const { removed, inserted, left, right, examples, age } = rule;
  const [newest] = examples as [Edit];
  const words = removed.filter(({ kind, hole }) => kind === 'word' && hole === undefined);
  const isHere = newest.path === path && newest.at >= 0;
  const above = isHere ? sites.filter(({ start }) => start < newest.at).length : 0;
  const distance = isHere ? Math.abs(lineNumber(text, site.start) - lineNumber(text, newest.at)) : 0;
  const missing = (own: number, shared: number) => Math.max(0, Math.min(own, CLOSE) - shared);
  const line = text.slice(lineStart(text, site.start), lineEnd(text, site.end));
  const newWord = inserted
    .filter((token) => token.hole === undefined && /[\p{L}]/u.test(token.text))
    .filter((token) => !removed.some((old) => old.text === token.text))
    .sort((a, b) => b.text.length - a.text.length)[0]?.text;
  const here = examples.filter((edit) => edit.path === path).length;
  const folderOf = (name: string) => name.slice(0, name.lastIndexOf('/') + 1);
  const flag = (value: boolean) => (value ? 1 : 0);
  return [
    flag(examples.length === 1),
    Math.log(examples.length),
    Math.min(4, words.length),
    Math.min(10, removed.length),
    Math.min(20, Math.max(0, ...words.map((word) => word.text.length))) / 10,
    flag(removed.length === 0),
    flag(inserted.length === 0),
    flag(removed.length === 1 && inserted.length === 1 && words.length === 1),
    Math.log1p(inserted.length),
    flag(removed.some(({ hole }) => hole !== undefined) || inserted.some(({ hole }) => hole !== undefined)),
    Math.min(CLOSE, site.likeLeft),
    Math.min(CLOSE, site.likeRight),
    flag(site.isSameLine),
    examples.length === 1 ? 0 : missing(left.length, site.sharedLeft) + missing(right.length, site.sharedRight),
    flag(newest.path === path),
    flag(isHere && site.start < newest.at),
    Math.log1p(distance),
    Math.log1p(above),
    Math.log1p(sites.length),
    Math.log1p(all),
    age,
    flag(newWord !== undefined && line.includes(newWord)),
    Math.log1p(here),
    here / (here + sites.length),
    flag(languageIdOf(newest.path) === languageIdOf(path)),
    flag(folderOf(newest.path) === folderOf(path)),
    flag(removed.length === 0 && examples.length === 1),
    examples.length === 1 ? Math.min(CLOSE, site.likeLeft, site.likeRight) : 0,
  ];
}

const weights = Float64Array.from(siteWeights.weights);

export function probabilityOf(features: readonly number[]): number {
  return sigmoid(siteWeights.intercept + dot(weights, Float64Array.from(features)));
}
