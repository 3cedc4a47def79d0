// Who owns an edited text: the key of a value, the call of an argument, the receiver of a member, or the function of a
// condition. What examples change of one owner only is another matter where another one owns it.
import { languageIdOf } from '../../text/languages.ts';
import { lineState } from '../../text/line-state.ts';
import { lineBefore } from '../../text/lines.ts';
import type { Edit, TextFile } from '../history/edit.ts';
import { type EditToken, tokensOf } from '../history/tokens.ts';
import { ancestorsOf } from './ancestors.ts';
import type { RewriteRule } from './rewrite-rule.ts';
import type { Site } from './sites.ts';

type OwnerKind = 'key' | 'call' | 'receiver' | 'function';

const CONTROL =
  /^(?:if|else|elif|for|while|until|unless|switch|match|case|when|try|except|catch|finally|with|do|select)$/;
const CONDITION = /\b(?:if|elif|while|until|unless|when|assert|return)\b/;
const OPERATOR = /^(?:&&|\|\||\?\?|and\b|or\b)|(?:&&|\|\||\?\?|\band|\bor)$/;
/** What may follow a whole value. */
const VALUE_END = /^\s*(?:[,;)}\]=]|$)/m;

/**
 * Whether a place has another owner than all examples of its rule. Without an owner of theirs, none has.
 * @param documents where the examples' functions are looked up
 */
export function isElsewhere(
  rule: RewriteRule,
  documents: readonly TextFile[],
): (site: Site, file: TextFile) => boolean {
  const kind = ownerKind(rule.examples[0] as Edit);
  if (kind === undefined) return () => false;
  const texts = new Map(documents.map(({ path, text }) => [path, text]));
  const names = rule.examples.map(({ path, left, at }) => ownerOf(kind, left, texts.get(path) ?? '', at));
  const [name] = names;
  if (name === undefined || names.some((other) => other !== name)) return () => false;
  return ({ start }, { text }) => ownerOf(kind, text.slice(0, start), text, start) !== name;
}

/** The kind of owner that an edit has; undefined: it may be meant for any. */
function ownerKind({ path, left, removed, inserted, right }: Edit): OwnerKind | undefined {
  const line = lineBefore(left);
  if (`${removed}${inserted}`.includes('\n') || lineState(languageIdOf(path), line) !== 'code') return undefined;
  const before = tokensOf(line).reverse();
  const old = tokensOf(removed);
  const words = old.filter(({ kind }) => kind === 'word');
  const mark = before[0]?.text;
  if (mark === '.' && old.length === 1 && words.length === 1) return 'receiver';
  const { key, call } = ownersIn(before);
  const added = inserted.trim();
  const addsOnly = words.every(({ text }) => tokensOf(added).some((token) => token.text === text));
  if (addsOnly && OPERATOR.test(added)) return key === undefined ? 'function' : 'key';
  if (VALUE_END.test(right) && key !== undefined && (mark === ':' || isLiteral(old) || isTypeOrEnd(removed, added)))
    return 'key';
  if (call !== undefined && (isLiteral(old) || /^,|,$/.test(added))) return 'call';
  return addsOnly && words.length === 0 && CONDITION.test(line) && removed !== '' ? 'function' : undefined;
}

const LITERAL_WORD = /^(?:true|false|null|undefined|nil|none)$/i;
const isLiteral = (tokens: readonly EditToken[]) =>
  tokens.length > 0 && tokens.every(({ kind, text }) => kind !== 'word' || LITERAL_WORD.test(text));
/** ` | null` behind a type. */
const isTypeOrEnd = (removed: string, added: string) => removed === '' && /^[|&?[]/.test(added);

/** @param before the text before the place; its last line counts @param at offset of the place in its file */
function ownerOf(kind: OwnerKind, before: string, text: string, at: number): string | undefined {
  if (kind === 'function') return at < 0 ? undefined : functionAt(text, at);
  const tokens = tokensOf(lineBefore(before)).reverse();
  return kind === 'receiver' ? tokens[1]?.text : ownersIn(tokens)[kind];
}

/** The key of the value, and the call of the argument, behind tokens of a line. @param before nearest first */
function ownersIn(before: readonly EditToken[]): {
  readonly key?: string | undefined;
  readonly call?: string | undefined;
} {
  let [depth, isValue] = [0, true];
  let key: string | undefined;
  for (const [i, { text }] of before.entries()) {
    if (/[)\]}]/.test(text)) depth++;
    else if (/[([{]/.test(text) && depth > 0) depth--;
    else if (/[([{]/.test(text)) return { key, call: text === '(' ? nameIn(before[i + 1]) : undefined };
    else if (depth === 0 && /[,;]/.test(text)) isValue = false;
    else if (depth === 0 && isValue && isAssigning(before, i))
      key = nameIn(before.slice(i + 1).find(({ kind }) => kind === 'word')) ?? key;
  }
  return { key };
}

const nameIn = (token: EditToken | undefined) =>
  token?.kind === 'word' && !CONTROL.test(token.text) ? token.text : undefined;

/** Whether a mark gives a value to what stands before it. @param before nearest first */
function isAssigning(before: readonly EditToken[], i: number): boolean {
  const [next, text, last] = [before[i - 1]?.text ?? '', before[i]?.text, before[i + 1]?.text ?? ''];
  if (text === ':') return next !== ':' && last !== ':';
  return text === '=' && !/[=>]/.test(next) && !/[=!<>]/.test(last);
}

/** The line that begins the innermost function around a place. */
function functionAt(text: string, at: number): string | undefined {
  return ancestorsOf(text, at).findLast(
    (line) => line.includes('(') && !CONTROL.test(/[\p{L}_]+/u.exec(line)?.[0] ?? ''),
  );
}
