// Places in a text where a rule applies, found by the rarest word that a place has to have.
import { indentOf, lineEnd, lineStart } from '../../text/lines.ts';
import { type EditToken, equalLength, type TokenizedText } from '../history/tokens.ts';
import { CONTEXT_TOKENS, type PatternToken, type RewriteRule, tokensOfEdit } from './rewrite-rule.ts';

/** A place that a rule would change, and how alike it is to the places that were changed. */
export interface Site {
  readonly rule: RewriteRule;
  /** UTF-16 units, end exclusive. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  /** Tokens before and behind the place that are those of one example, the best of all. */
  readonly likeLeft: number;
  readonly likeRight: number;
  /** The same, of what all examples share. */
  readonly sharedLeft: number;
  readonly sharedRight: number;
}

/** Occurrences of a word in one text that are looked at. */
const MAX_OCCURRENCES = 300;
/** Lines around a word that are read. */
const LINES = 3;
const WORD_CHARACTER = /[\p{L}\p{M}\p{N}_$]/u;

interface Anchor {
  readonly text: string;
  readonly side: 'left' | 'removed' | 'right';
  readonly index: number;
}

/** Shorter numbers say too little, characters. */
const SHORTEST_NUMBER = 3;

/** The word or number by which a rule's places are found; undefined: the rule says too little. */
export function anchorOf({ removed, left, right }: RewriteRule): Anchor | undefined {
  const words = (tokens: readonly PatternToken[], side: Anchor['side']): Anchor[] =>
    tokens.flatMap(({ kind, text, hole }, index) =>
      hole === undefined && (kind === 'word' || (kind === 'number' && text.length >= SHORTEST_NUMBER))
        ? [{ text, side, index }]
        : [],
    );
  const longest = words(removed, 'removed').sort((a, b) => b.text.length - a.text.length)[0];
  if (longest !== undefined) return longest;
  // Holes of what is removed are bound by what stands beside them.
  return [...words(left, 'left'), ...words(right, 'right')].sort(
    (a, b) => a.index - b.index || b.text.length - a.text.length,
  )[0];
}

/** The places of a text where the rule applies, in order. */
export function sitesIn(document: TokenizedText, rule: RewriteRule): Site[] {
  const { text } = document;
  const anchor = anchorOf(rule);
  if (anchor === undefined) return [];
  const sites = new Map<number, Site>();
  let count = 0;
  for (let at = text.indexOf(anchor.text); at >= 0 && count < MAX_OCCURRENCES; at = text.indexOf(anchor.text, at + 1)) {
    const end = at + anchor.text.length;
    if (WORD_CHARACTER.test(text[at - 1] ?? '') || WORD_CHARACTER.test(text[end] ?? '')) continue;
    count++;
    const site = siteAt(document, rule, anchor, at);
    if (site) sites.set(site.start, site);
  }
  return [...sites.values()].sort((a, b) => a.start - b.start);
}

/** @param at offset of the anchor's word */
function siteAt(document: TokenizedText, rule: RewriteRule, anchor: Anchor, at: number): Site | undefined {
  const { text } = document;
  const tokens = document.around(at, LINES);
  const index = tokens.findIndex(({ start }) => start === at);
  if (index < 0) return undefined;
  const { removed, left, right } = rule;
  const first = {
    left: index + anchor.index + 1,
    removed: index - anchor.index,
    right: index - anchor.index - removed.length,
  };
  const begin = first[anchor.side];
  const behind = begin + removed.length;
  if (begin < 0 || behind > tokens.length) return undefined;
  const holes = new Map<number, string>();
  const fits = (pattern: PatternToken | undefined, token: EditToken | undefined): boolean => {
    if (pattern === undefined || token === undefined || pattern.kind !== token.kind) return false;
    if (pattern.hole === undefined) return pattern.text === token.text;
    const known = holes.get(pattern.hole);
    holes.set(pattern.hole, known ?? token.text);
    return known === undefined || known === token.text;
  };
  if (!removed.every((pattern, i) => fits(pattern, tokens[begin + i]))) return undefined;
  const before = tokens.slice(Math.max(0, begin - CONTEXT_TOKENS), begin).reverse();
  const after = tokens.slice(behind, behind + CONTEXT_TOKENS);
  const agreement = (pattern: readonly PatternToken[], there: readonly EditToken[]) => {
    let length = 0;
    while (length < pattern.length && fits(pattern[length], there[length])) length++;
    return length;
  };
  const sharedLeft = agreement(left, before);
  const sharedRight = agreement(right, after);
  if (sharedLeft < rule.needed.left || sharedRight < rule.needed.right) return undefined;
  if (anchor.side === 'left' && sharedLeft <= anchor.index) return undefined;
  if (anchor.side === 'right' && sharedRight <= anchor.index) return undefined;
  // An insertion needs both neighbours that the examples share.
  const isInsertion = removed.length === 0;
  if (isInsertion && ((left.length > 0 && sharedLeft === 0) || (right.length > 0 && sharedRight === 0)))
    return undefined;
  if (rule.inserted.some(({ hole }) => hole !== undefined && !holes.has(hole))) return undefined;
  const range = rangeOf(rule, tokens, begin, text);
  const replacement = replacementOf(rule, holes, text, range.start);
  if (replacement === undefined || replacement === text.slice(range.start, range.end)) return undefined;
  return { rule, ...range, replacement, sharedLeft, sharedRight, ...likeness(rule, before, after) };
}

function rangeOf(
  { examples, removed }: RewriteRule,
  tokens: readonly EditToken[],
  begin: number,
  text: string,
): { start: number; end: number } {
  const [edit] = examples as [RewriteRule['examples'][number]];
  const behind = begin + removed.length;
  const endOfLast = tokens[begin - 1]?.end ?? 0;
  const startOfNext = tokens[behind]?.start ?? text.length;
  if (removed.length === 0) {
    // Behind the token before it, or before the next one, as in the example.
    const at = /[^\S\n]$/.test(edit.left) ? startOfNext : endOfLast;
    return { start: at, end: at };
  }
  const start = /^[^\S\n]/.test(edit.removed) ? endOfLast : (tokens[begin] as EditToken).start;
  const end = /[^\S\n]$/.test(edit.removed) ? startOfNext : (tokens[behind - 1] as EditToken).end;
  return { start, end };
}

/** The text to insert, with the holes filled and the lines indented as at the place. */
function replacementOf(
  rule: RewriteRule,
  holes: ReadonlyMap<number, string>,
  text: string,
  at: number,
): string | undefined {
  let result = '';
  for (const { lead, text: own, hole, change } of rule.inserted) {
    const bound = hole === undefined ? own : (holes.get(hole) as string);
    const changed = change ? change(bound) : bound;
    if (changed === undefined) return undefined;
    result += lead + changed;
  }
  result += rule.tail;
  const [edit] = rule.examples as [RewriteRule['examples'][number]];
  if (!result.includes('\n')) return result;
  const isWholeLine = edit.left === '' || edit.left.endsWith('\n');
  const there = indentOf(isWholeLine ? edit.right : edit.left.slice(lineStart(edit.left)));
  const here = indentOf(text.slice(lineStart(text, at), lineEnd(text, at)));
  if (here === there) return result;
  return result
    .split('\n')
    .map((line, i) =>
      line.startsWith(there) && line !== '' && (i > 0 || isWholeLine) ? here + line.slice(there.length) : line,
    )
    .join('\n');
}

/** How far the place's neighbours are those of the most similar example. Both lists are nearest first. */
function likeness(rule: RewriteRule, before: readonly EditToken[], after: readonly EditToken[]) {
  let best = { likeLeft: 0, likeRight: 0 };
  for (const edit of rule.examples) {
    const { left, right } = tokensOfEdit(edit);
    const likeLeft = equalLength(left, before);
    const likeRight = equalLength(right, after);
    if (likeLeft + likeRight > best.likeLeft + best.likeRight) best = { likeLeft, likeRight };
  }
  return best;
}
