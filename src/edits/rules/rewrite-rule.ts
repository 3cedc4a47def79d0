// Rewrite rules, generalised from edits: the same tokens removed and inserted, up to consistent holes. Sources:
// BluePencil (Miltner et al., OOPSLA 2019), anti-unification; here over tokens.
import type { LexemeKind } from '../../text/lexemes.ts';
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
  readonly removed: readonly PatternToken[];
  readonly inserted: readonly InsertedToken[];
  /** White space behind the last inserted token. */
  readonly tail: string;
  /** Newest first. */
  readonly examples: readonly Edit[];
  /** Number of edits since the newest example. */
  readonly age: number;
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
  const usable = edits.filter(isUsable).slice(-COMPARED).reverse();
  const rules = new Map<string, RewriteRule>();
  const newest = usable.slice(0, NEWEST);
  for (const [age, edit] of newest.entries()) {
    const others = usable.slice(age + 1);
    for (const rule of [literalRule(edit, others, age), ...generalisedRules(edit, others, age)])
      if (!rules.has(rule.key) && !isTakenBack(rule, usable)) rules.set(rule.key, rule);
  }
  return [...rules.values()];
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

/** Whether an edit did the opposite: then the tokens were moved, or the user has changed his mind. */
function isTakenBack({ key }: RewriteRule, edits: readonly Edit[]): boolean {
  const [removed, inserted] = key.split('\u0001') as [string, string];
  return edits.some((edit) => literalKey(edit) === `${inserted}\u0001${removed}`);
}

/** Exactly the tokens of an edit, with the other edits that did the same. */
function literalRule(edit: Edit, others: readonly Edit[], age: number): RewriteRule {
  const key = literalKey(edit);
  const examples = [edit, ...others.filter((other) => literalKey(other) === key)];
  const all = examples.map(tokensOfEdit);
  const holes = new Holes();
  return {
    key,
    examples,
    age,
    left: holes.align(all.map((tokens) => tokens.left)),
    right: holes.align(all.map((tokens) => tokens.right)),
    removed: holes.align(all.map((tokens) => tokens.removed)),
    ...insertedOf(edit, () => undefined),
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
function generalisedRules(edit: Edit, others: readonly Edit[], age: number): RewriteRule[] {
  const rules = others.flatMap((other) => generalised(edit, other, age) ?? []);
  return [...Map.groupBy(rules, ({ key }) => key).values()].map(([first, ...same]) => ({
    ...(first as RewriteRule),
    examples: [...(first as RewriteRule).examples, ...same.flatMap(({ examples }) => examples.slice(1))],
  }));
}

/** The most specific rule that covers two edits; undefined if none does. @param edit the newer one */
function generalised(edit: Edit, other: Edit, age: number): RewriteRule | undefined {
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
  return { key, left, right, removed, ...parts, examples: [edit, other], age };
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
