// Rewrite rules, generalised from edits: the same tokens removed and inserted, up to consistent holes. Sources:
// BluePencil (Miltner et al., OOPSLA 2019), anti-unification; here over tokens.
import { kindOf, languageIdOf } from '../../text/languages.ts';
import type { LexemeKind } from '../../text/lexemes.ts';
import { lineState } from '../../text/line-state.ts';
import { lineBefore } from '../../text/lines.ts';
import { Renaming } from '../../text/renaming.ts';
import type { Edit } from '../history/edit.ts';
import { type EditToken, tokensOf } from '../history/tokens.ts';

/** A token that a site has to have: this text, or any token of the kind, whose text the hole then stands for. */
export interface PatternToken {
  readonly kind: LexemeKind | 'line end';
  readonly text: string;
  /** Number of the hole; undefined: the text itself. */
  readonly hole: number | undefined;
}

/** A token to insert, with the white space before it. */
export interface InsertedToken {
  readonly lead: string;
  readonly text: string;
  readonly hole: number | undefined;
  /** How the hole's text is changed, if it is. Undefined: a text that cannot be changed so. */
  readonly change: ((text: string) => string | undefined) | undefined;
}

export interface RewriteRule {
  /** Equal for rules that do the same. */
  readonly key: string;
  /** Nearest first: the tokens before and behind the edit that all examples have. */
  readonly left: readonly PatternToken[];
  readonly right: readonly PatternToken[];
  /** How many of `left` and `right` a place must have: the rest of the name, or of the phrase, that is changed. */
  readonly needed: { readonly left: number; readonly right: number };
  readonly removed: readonly PatternToken[];
  readonly inserted: readonly InsertedToken[];
  /** White space behind the last inserted token. */
  readonly tail: string;
  /** Newest first. */
  readonly examples: readonly Edit[];
}

export interface EditTokens {
  /** Nearest first. */
  readonly left: readonly EditToken[];
  readonly removed: readonly EditToken[];
  readonly inserted: readonly EditToken[];
  readonly right: readonly EditToken[];
}

/** Edits from which rules are made, counted from the newest, and edits that they are compared with. */
const NEWEST = 6;
const COMPARED = 40;
/** Longer edits are no repeated ones, tokens. */
const MAX_TOKENS = 120;
/** Tokens of `left` and `right` that are compared. */
export const CONTEXT_TOKENS = 16;

const known = new WeakMap<Edit, EditTokens>();

export function tokensOfEdit(edit: Edit): EditTokens {
  let tokens = known.get(edit);
  if (tokens === undefined) {
    const { left, removed, inserted, right } = edit;
    tokens = {
      left: tokensOf(left).reverse().slice(0, CONTEXT_TOKENS),
      removed: tokensOf(removed),
      inserted: tokensOf(inserted),
      right: tokensOf(right).slice(0, CONTEXT_TOKENS),
    };
    known.set(edit, tokens);
  }
  return tokens;
}

/** Rules of the newest edits, newest first. @param edits oldest first */
export function learnRules(edits: readonly Edit[]): RewriteRule[] {
  const usable = edits.filter(isUsable).slice(-COMPARED);
  const partsOf = new Map<Edit, readonly Edit[]>(usable.map((edit) => [edit, [edit]]));
  for (const [edit, parts] of joinedEdits(usable)) if (isUsable(edit)) partsOf.set(edit, parts);
  const ageOf = (edit: Edit) => usable.length - usable.indexOf(partsOf.get(edit)?.at(-1) as Edit);
  const newestFirst = [...partsOf.keys()].sort((a, b) => ageOf(a) - ageOf(b));
  const keys = newestFirst.map((edit) => ({ key: literalKey(edit), stands: edit.at >= 0 }));
  const rules = new Map<string, RewriteRule>();
  for (const [i, edit] of newestFirst.entries()) {
    if (ageOf(edit) > NEWEST) break;
    const others = newestFirst.slice(i + 1);
    for (const rule of [literalRule(edit, others), ...generalisedRules(edit, others)])
      if (!rules.has(rule.key) && !isDoubtful(rule, keys)) rules.set(rule.key, rule);
  }
  return withoutParts([...rules.values()], partsOf);
}

/** Changes that were made together in one line, as one with what is between them, and those changes. */
function* joinedEdits(edits: readonly Edit[]): Generator<readonly [Edit, readonly Edit[]]> {
  for (const [from, first] of edits.entries()) {
    let joined: Edit | undefined = first;
    for (let to = from + 1; to < edits.length; to++) {
      joined = joinedWith(joined, edits[to] as Edit);
      if (joined === undefined) break;
      yield [joined, edits.slice(from, to + 1)];
    }
  }
}

/** Undefined if the edits were not made together, or the second does not stand behind the first in its line. */
function joinedWith(first: Edit, second: Edit): Edit | undefined {
  if (first.path !== second.path || first.time !== second.time) return undefined;
  const isInLine = ({ removed, inserted }: Edit) => !`${removed}${inserted}`.includes('\n');
  const start = lineBefore(first.left) + first.inserted;
  const line = lineBefore(second.left);
  if (!isInLine(first) || !isInLine(second) || !line.startsWith(start)) return undefined;
  const between = line.slice(start.length);
  return {
    ...first,
    removed: first.removed + between + second.removed,
    inserted: first.inserted + between + second.inserted,
    right: second.right,
    hasSecret: first.hasSecret || second.hasSecret,
  };
}

/** Rules without those of which each example is a part of another one's example: the largest stretch is repeated. */
function withoutParts(rules: readonly RewriteRule[], partsOf: ReadonlyMap<Edit, readonly Edit[]>): RewriteRule[] {
  const isPart = ({ examples }: RewriteRule, { examples: wholes }: RewriteRule) =>
    examples.length <= wholes.length &&
    examples.every((edit) =>
      wholes.some((whole) => whole !== edit && partsOf.get(edit)?.every((part) => partsOf.get(whole)?.includes(part))),
    );
  return rules.filter((rule) => !rules.some((other) => isPart(rule, other)));
}

function isUsable(edit: Edit): boolean {
  if (edit.kind !== 'typed' || edit.hasSecret) return false;
  const { removed, inserted } = tokensOfEdit(edit);
  return removed.length + inserted.length > 0 && removed.length + inserted.length <= MAX_TOKENS;
}

const textsOf = (tokens: readonly { readonly text: string }[]) => tokens.map(({ text }) => text).join('\u0000');

function literalKey(edit: Edit): string {
  const { removed, inserted } = tokensOfEdit(edit);
  return `${textsOf(removed)}\u0001${textsOf(inserted)}`;
}

/**
 * Whether an edit did the opposite: then the tokens were moved, or the user has changed his mind. Also whether he has
 * replaced the tokens by others, too, and did not do this the last two times.
 */
function isDoubtful({ key }: RewriteRule, edits: readonly { key: string; stands: boolean }[]): boolean {
  const [removed = '', inserted] = key.split('\u0001');
  const isOpposite = edits.some((other) => other.key === `${inserted}\u0001${removed}`);
  if (inserted === undefined || removed === '') return isOpposite;
  // What was changed again is no reading of its own.
  const same = edits.filter((other) => other.stands && other.key.startsWith(`${removed}\u0001`));
  return isOpposite || same.slice(0, 2).some((other) => other.key !== key);
}

/** Exactly the tokens of an edit, with the other edits that did the same. */
function literalRule(edit: Edit, others: readonly Edit[]): RewriteRule {
  const key = literalKey(edit);
  const examples = [edit, ...others.filter((other) => literalKey(other) === key)];
  const all = examples.map(tokensOfEdit);
  const holes = new Holes();
  const left = holes.align(all.map((tokens) => tokens.left));
  const right = holes.align(all.map((tokens) => tokens.right));
  return {
    key,
    examples,
    left,
    right,
    needed: neededOf(edit, left, right, examples.length > 1),
    removed: holes.align(all.map((tokens) => tokens.removed)),
    ...insertedOf(edit, () => undefined),
  };
}

/** Marks within a name of a text: a host, a path, a package. */
const JOINTS = '-./:@';
/** Tokens of a longer name, on each side, that are needed. */
const NAME_TOKENS = 4;
/** A shorter word beside a changed one, such as an article, is no part of a phrase, characters. */
const SHORTEST = 4;

/** In a text, the rest of the name that the examples change a part of, and a word beside it that all of them have. */
function neededOf(
  edit: Edit,
  left: readonly PatternToken[],
  right: readonly PatternToken[],
  isRepeated: boolean,
): RewriteRule['needed'] {
  const { path, left: before, removed, inserted } = edit;
  const id = languageIdOf(path);
  const tokens = tokensOfEdit(edit);
  // In code, too, a version is a name.
  const isNumber = tokens.removed.every(({ kind }) => kind !== 'word');
  const isText = isNumber || kindOf(id) === 'prose' || lineState(id, lineBefore(before)) !== 'code';
  if (!isText || removed.trim() === '' || `${removed}${inserted}`.includes('\n')) return { left: 0, right: 0 };
  const needed = (side: readonly PatternToken[], isBeside: (i: number) => boolean) => {
    let name = 0;
    for (const [i, { kind, text, hole }] of side.slice(0, NAME_TOKENS).entries()) {
      const isOfName = kind === 'word' || kind === 'number';
      if (!isBeside(i) || hole !== undefined || !(isOfName || JOINTS.includes(text))) break;
      // A name ends with a word.
      if (isOfName) name = i + 1;
    }
    const [next] = side;
    const isPhrase = isRepeated && next?.kind === 'word' && next.hole === undefined && next.text.length >= SHORTEST;
    return name === 0 && isPhrase ? 1 : name;
  };
  return {
    left: needed(left, (i) => tokens.left[i]?.end === (tokens.left[i - 1]?.start ?? before.length)),
    right: needed(right, (i) => tokens.right[i]?.start === (tokens.right[i - 1]?.end ?? 0)),
  };
}

/** The texts in which examples differ, each list in the order of the examples; its index is the hole's number. */
class Holes {
  readonly texts: (readonly string[])[] = [];

  /** What the lists have in common from their beginning on. Marks have no holes. */
  align(lists: readonly (readonly EditToken[])[]): PatternToken[] {
    const [first = []] = lists;
    const pattern: PatternToken[] = [];
    for (const [i, { kind, text }] of first.entries()) {
      const there = lists.map((list) => list[i]);
      const isSame = there.every((token) => token?.text === text);
      if (!isSame && (kind === 'mark' || there.some((token) => token?.kind !== kind))) break;
      pattern.push({ kind, text, hole: isSame ? undefined : this.numberOf(there.map((token) => token?.text ?? '')) });
    }
    return pattern;
  }

  private numberOf(texts: readonly string[]): number {
    const known = this.texts.findIndex((other) => other.every((text, i) => text === texts[i]));
    return known >= 0 ? known : this.texts.push(texts) - 1;
  }
}

function insertedOf(
  edit: Edit,
  source: (token: EditToken, i: number) => Pick<InsertedToken, 'hole' | 'change'> | undefined,
): Pick<RewriteRule, 'inserted' | 'tail'> {
  const { inserted } = tokensOfEdit(edit);
  let end = 0;
  const tokens = inserted.map((token, i) => {
    const lead = edit.inserted.slice(end, token.start);
    end = token.end;
    return { lead, text: token.text, hole: undefined, change: undefined, ...source(token, i) };
  });
  return { inserted: tokens, tail: edit.inserted.slice(end) };
}

/** The rules that cover an edit and another one. @param others newest first */
function generalisedRules(edit: Edit, others: readonly Edit[]): RewriteRule[] {
  const rules = others.flatMap((other) => generalised(edit, other) ?? []);
  return [...Map.groupBy(rules, ({ key }) => key).values()].map(([first, ...same]) => ({
    ...(first as RewriteRule),
    examples: [...(first as RewriteRule).examples, ...same.flatMap(({ examples }) => examples.slice(1))],
  }));
}

/** The most specific rule that covers two edits; undefined if none does. @param edit the newer one */
function generalised(edit: Edit, other: Edit): RewriteRule | undefined {
  const [a, b] = [tokensOfEdit(edit), tokensOfEdit(other)];
  if (a.removed.length !== b.removed.length || a.inserted.length !== b.inserted.length) return undefined;
  const aligned = new Holes();
  const removed = aligned.align([a.removed, b.removed]);
  if (removed.length < a.removed.length) return undefined;
  const left = aligned.align([a.left, b.left]);
  const right = aligned.align([a.right, b.right]);
  const holes = aligned.texts as [string, string][];
  let fails = false;
  const parts = insertedOf(edit, (token, i) => {
    const there = b.inserted[i] as EditToken;
    if (token.text === there.text) return undefined;
    const hole = holes.findIndex(([x, y]) => x === token.text && y === there.text);
    if (hole >= 0) return { hole, change: undefined };
    const renamed =
      token.kind === 'word' && there.kind === 'word' ? changedHole(holes, token.text, there.text) : undefined;
    fails ||= renamed === undefined;
    return renamed;
  });
  // Without holes in what is changed, the literal rule does the same.
  const hasHole =
    removed.some(({ hole }) => hole !== undefined) || parts.inserted.some(({ hole }) => hole !== undefined);
  if (fails || !hasHole) return undefined;
  const key = JSON.stringify([
    removed.map(({ text, hole }) => hole ?? text),
    parts.inserted.map(({ text, hole, change }) => (hole === undefined ? text : [hole, change !== undefined])),
  ]);
  return { key, left, right, needed: { left: 0, right: 0 }, removed, ...parts, examples: [edit, other] };
}

const SPELLINGS: readonly ((text: string) => string)[] = [
  (text) => text.toLowerCase(),
  (text) => text.toUpperCase(),
  (text) => text.slice(0, 1).toUpperCase() + text.slice(1),
  (text) => text.slice(0, 1).toLowerCase() + text.slice(1),
];

/**
 * The hole whose text both edits spell otherwise (`Red` as `red`), or of which they replace the same parts: `getUser`
 * by `fetchUser`, and `getItem` by `fetchItem`.
 */
function changedHole(
  holes: readonly (readonly [string, string])[],
  text: string,
  other: string,
): Pick<InsertedToken, 'hole' | 'change'> | undefined {
  for (const [hole, [x, y]] of holes.entries()) {
    const spelling = SPELLINGS.find((spell) => spell(x) === text && spell(y) === other);
    if (spelling) return { hole, change: spelling };
    const renaming = new Renaming();
    renaming.learn(x, text);
    const there = renaming.apply(y);
    if (there.origin === 'part' && there.text === other) return { hole, change: (name) => renamed(renaming, name) };
  }
  return undefined;
}

/** A name without the replaced parts is another one. */
function renamed(renaming: Renaming, name: string): string | undefined {
  const { text, origin } = renaming.apply(name);
  return origin === 'part' || origin === 'mapped' ? text : undefined;
}
