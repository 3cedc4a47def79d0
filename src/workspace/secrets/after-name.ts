// Reads the values beside a name in any language's syntax: assignments, arguments, assertions, prose, separate fields.

import { skip } from '../../text/match-at.ts';
import { isExpression, isMixed, literalOrBare, literals, type NamedSpot, type ValueCandidate } from './candidates.ts';
import { expression } from './expressions.ts';
import { foreignLink, foreignVerbs, isForeign } from './foreign-names.ts';
import { lineEndOf, lineStartOf, readBare, readQuoted } from './read-value.ts';
import type { SearchedText } from './searched-text.ts';
import { isNoWord, isPassphrase } from './values.ts';

/** The remaining attributes of the element whose attribute contains the name, up to the closing `>`. */
const attributesPattern = /["']?(?:\s+[\w:.-]{1,30}\s*=\s*["'][^"'<>\n]{0,80}["']){1,5}\s*>/y;
/** Characters that may close the name: quotes, brackets, the optional mark `?`, bold markup. */
const closingPattern =
  /(?:\\{0,4}["'`]|[”»」』]|&quot;|\]|\)|\*\*|__|\?(?=:)|!(?==)|\}(?=[ \t]*=[^=>])|\[\d{0,4}\]){0,8}/y;
/** A type between name and value: `: string =`, ` string =`, `: &'static str =`, ` VARCHAR(20) DEFAULT`. */
const typePattern = expression('type and sign before a value', 'y');
const operatorPattern = expression('sign between a name and its value', 'y');
/** ` value="..."`, `", "value": "`, newline and `value: `: the field that holds the value of the name before it. */
const valueFieldPattern = expression('field with the value of a name', 'y');
/** `expect(x.password).toBe("y")`, `setPassword("y")`, `.password("y")`. */
const assertionPattern = expression('assertion, mock, getter or input of a name', 'y');
const callPattern = /\??[({][ \t\n]*(?:Some\(|\[\]byte\()?(?=[bru@]{0,2}\\*["'`])/y;

const quotedFirst = expression('text before a first argument in quotes');

const plainFirst = expression('text before a first argument without quotes');

/** A name, and what follows it. */
interface Place extends NamedSpot {
  readonly end: number;
  /** The offset after the quotes or brackets that close the name. */
  readonly nameEnd: number;
  /** The offset after a type and an operator, if there are any, and that operator. */
  readonly valueStart: number;
  readonly operator: string;
}

/** Undefined: the text has another syntax here. */
type Syntax = (place: Place) => ValueCandidate[] | undefined;

/** Returns the values of the name between `start` and `end`. Tries each syntax in turn. */
export function valuesAfter(source: SearchedText, start: number, end: number): ValueCandidate[] {
  const place = placeOf(source, start, end);
  // `arn:aws:x:secret:name`: the name is a part of an address.
  if (place.operator === ':' && source.text[place.valueStart - 1] === ':' && /\w:$/.test(place.before)) return [];
  for (const syntax of syntaxes) {
    const values = syntax(place);
    if (values !== undefined) return values;
  }
  return valuesInProse(place, place.nameEnd);
}

function placeOf(source: SearchedText, start: number, end: number): Place {
  const { text } = source;
  const name = text.slice(start, end);
  const lineStart = lineStartOf(text, start);
  const before = text.slice(Math.max(lineStart, start - 200), start);
  const nameEnd = skip(closingPattern, text, end);
  const typeEnd = skip(typePattern, text, nameEnd);
  const valueStart = typeEnd > nameEnd ? typeEnd : skip(operatorPattern, text, nameEnd);
  return {
    ...{ source, start, end, lineStart, before, nameEnd, valueStart },
    operator: typeEnd > nameEnd ? '=' : text.slice(nameEnd, valueStart).trim(),
    isFlag: /(?:^|[\s"'`=(,[])--?$|^[^\w%]*%(?:set_)?env[ \t]+$/.test(before) || /^--?/.test(name.slice(0, 2)),
    isPhrase: /phrase|mnemonic|seed|recovery|psk/i.test(name),
    isForeign: isForeign(name),
  };
}

function unlessEmpty(values: ValueCandidate[]): ValueCandidate[] | undefined {
  return values.length > 0 ? values : undefined;
}

const severalNames = /^[ \t]*(?:(?:const|let|var|my|local|val)[ \t]*\(?)?((?:[\w$.]{1,40}[ \t]*,[ \t]*){1,5})$/;

const syntaxes: readonly Syntax[] = [
  ({ source, before, start, end }) => {
    const earlier = valueBefore(source.text, before, start, end);
    return earlier && [earlier];
  },
  // `user, password = "joe", "x"`
  ({ source: { text }, before, operator, valueStart }) => {
    const names = severalNames.exec(before)?.[1];
    if (names === undefined || !/^:?=$/.test(operator)) return undefined;
    let at = valueStart;
    for (let n = names.split(',').length; n > 1; n--) at = skip(/\(?["'`][^"'`\n]{0,200}["'`][ \t]*,[ \t]*/y, text, at);
    return literals(text, at);
  },
  // `<input name="password" class="x">y`
  (place) => {
    const { source, before, end } = place;
    const elementEnd = /<[^<>]{0,200}$/.test(before) ? skip(attributesPattern, source.text, end) : end;
    return elementEnd > end ? unlessEmpty(literalOrBare(place, elementEnd, true)) : undefined;
  },
  // `- --password`, and `- x` on the next line.
  (place) => {
    const { source, isFlag, end } = place;
    const listItem = isFlag ? skip(/["']?\r?\n[ \t]*-[ \t]+/y, source.text, end) : end;
    return listItem > end ? literalOrBare(place, listItem, false) : undefined;
  },
  ({ source: { text }, end }) => {
    const assertionEnd = skip(assertionPattern, text, end);
    return assertionEnd > end ? literals(text, assertionEnd) : undefined;
  },
  (place) => {
    const { source, end } = place;
    const valueFieldEnd = skip(valueFieldPattern, source.text, end);
    const isField = /value|val|default|string|content/i.test(source.text.slice(end, valueFieldEnd));
    return isField ? unlessEmpty(literalOrBare(place, valueFieldEnd, true)) : undefined;
  },
  (place) => (place.operator === ',' ? valuesAfterComma(place) : undefined),
  (place) => {
    const { nameEnd, valueStart, operator } = place;
    if (valueStart === nameEnd) return undefined;
    const values = literalOrBare(place, valueStart, operator === '>' || operator === '|');
    return values.length > 0 || operator !== '' ? values : undefined;
  },
  valuesOfCall,
  // `パスワード「x」`: in a script without spaces, the value may follow the name directly.
  ({ source: { text }, isForeign, end }) =>
    isForeign && /[「『“„«]/.test(text[end] ?? '') ? literals(text, end) : undefined,
];

/** `set("password", "x")`, `("password", "x")`; not `f(password, "x")` nor `f(password=p, other=x)`. */
function valuesAfterComma({ source: { text }, before, isFlag, end, nameEnd, valueStart }: Place): ValueCandidate[] {
  const isFirst = isFlag || (nameEnd > end ? quotedFirst.test(before) : plainFirst.test(before));
  const isTested = /assert|expect|equal/i.test(before);
  if (nameEnd === end && !isTested && !isFirst) return [];
  return literals(text, valueStart).filter(
    ({ text: value }) => isFirst || isMixed(value) || (isTested && /\d/.test(value)),
  );
}

/** `setPassword("x")`, `Password{"x"}`. */
function valuesOfCall({ source: { text }, before, start, end }: Place): ValueCandidate[] | undefined {
  const callEnd = skip(callPattern, text, end);
  if (callEnd === end) return undefined;
  const isConstructed = text[end] === '{' && /[\w>][ \t*&]+$/.test(before);
  const isSetter = isConstructed || /^(?:set|with|add|use|put)|\.(?:set|with)/i.test(text.slice(start, end));
  const isMember = text[end] === '{' || /\.$/.test(before + text.slice(start, start + 1));
  return literals(text, callEnd).filter(({ text: value }) => isSetter || (isMixed(value) && isMember));
}

/** Values that stand before their name; the second expression is what must follow the name. */
const valuesBefore: readonly (readonly [before: RegExp, after?: RegExp])[] = [
  // `"value": "x", "name": "DB_PASSWORD"`, `value = 'x' WHERE name = 'password'`
  [expression('value before a field with its name')],
  // `"x" === password`, `"x" as the password`, `x as the password`
  [expression('value that is compared or used as its name')],
  [/(?:^|[\s(])(?<bare>[^\s"'`()<>,;]{8,80})[ \t]+as[ \t]+(?:the[ \t]+|my[ \t]+|a[ \t]+)?$/],
  // `"x" // the password`, `"x" /* password *\/`
  [
    /(["'`])(?<value>[^"'`\n]{6,200})\1[ \t;,)}\]]*(?:\/\/|#|--|\/\*|<!--)[ \t]*(?:[\w-]+,?[ \t]+){0,3}$/,
    /^[ \t]*(?:\*\/|-->|\(|\r?\n|$)/,
  ],
];

function valueBefore(text: string, before: string, start: number, end: number): ValueCandidate | undefined {
  for (const [pattern, after] of valuesBefore) {
    const match = pattern.exec(before);
    const { value, bare } = match?.groups ?? {};
    const found = value ?? bare;
    if (match === null || found === undefined || after?.test(text.slice(end, end + 20)) === false) continue;
    if (bare !== undefined && !(isMixed(bare) && isNoWord(bare) && !isExpression(bare))) continue;
    const from = start - before.length + match.index + match[0].indexOf(found);
    return {
      text: found,
      pieces: [[from, from + found.length]],
      quoted: value !== undefined,
      next: end,
      literal: true,
    };
  }
  return undefined;
}

const link = new RegExp(
  String.raw`(?:[ \t]*\([^()\n]{1,30}\))?(?:[ \t]+(?!(?:is|are|was)\b)[\w@'.\-]{1,24}){0,6}?[ \t]*` +
    String.raw`(?:\(?\b(?:is|are|was|will be|set to|equals|to|from)\b` +
    String.raw`|(?<!\p{L})(?:${foreignVerbs})(?!\p{L})|[:：](?!:)|→)` +
    '[ \\t]*(?:still|now|currently|always|just|set to|simply)?[ \\t:]*(?:``)?',
  'yu',
);
const plainSpace = /[ \t\u3000]+(?:[057][ \t]+|--plaintext[ \t]+|\\\r?\n\s*)?/y;
/** Text before a name whose value follows after only a space. */
const spacedBefore = expression('command before a name and its value');
/** The same in `.netrc`, with other fields between. */
const netrcBefore = /(?:^|\s|\\n|[`#])(?:machine|default)[ \t]./i;
/** Configuration lines of routers and load balancers, which begin with the user. */
const spacedUser = /^[ \t]*(?:enable|user(?:name)?[ \t]+\S+(?:[ \t].{0,60})?)[ \t]+$/;
const spacedSql = /\b(?:with[ \t]+(?:encrypted[ \t]+)?password|identified[ \t]+by)$/i;

/** 'the password for staging is Xyz', `--password Xyz`, `ENV DB_PASSWORD Xyz`, `requirepass Xyz`, `:password "x"`. */
function valuesInProse(spot: NamedSpot, closed: number): ValueCandidate[] {
  const { source, start } = spot;
  const { text } = source;
  const valueStart = skip(plainSpace, text, closed);
  const spaced = valueStart > closed ? valuesAfterSpace(spot, closed, valueStart) : undefined;
  if (spaced !== undefined) return spaced;
  if (!spot.isForeign && /["']/.test(text.slice(start, closed))) return [];
  const at = skip(spot.isForeign ? foreignLink : link, text, closed);
  if (at === closed || lineEndOf(text, closed) < at) return [];
  const quoted = readQuoted(text, at);
  // 'change the password to x': here x is often a noun, not a password.
  const isChange = /\b(?:to|from)[ \t]*$/.test(text.slice(closed, at));
  if (quoted !== undefined)
    return !isChange || (isMixed(quoted.text) && !/\s/.test(quoted.text)) ? [{ ...quoted, literal: true }] : [];
  const bare = readBare(text, at, false);
  if (bare === undefined || /^\w+=\S/.test(bare.text) || !isNoWord(bare.text) || !/[A-Za-z]/.test(bare.text)) return [];
  return [{ ...bare, literal: !isExpression(bare.text) }];
}

/** Directives whose only argument is a password. */
const passwordDirective = /^(?:requirepass|masterauth|bindpw|password|passwd|pass)$/i;

/** Undefined if no value follows. */
function valuesAfterSpace(spot: NamedSpot, closed: number, valueStart: number): ValueCandidate[] | undefined {
  const { source, before, start } = spot;
  const { text, isSettings, isProse } = source;
  const takesValue = takesValueAfterSpace(spot, closed, valueStart);
  const quoted = literals(text, valueStart);
  if (quoted.length > 0) {
    const isFree = isSettings || /:$|^\s*$/.test(before) || spacedSql.test(before + text.slice(start, closed));
    return quoted.filter(({ text: value }) => takesValue || isFree || isMixed(value));
  }
  // An unquoted value in `#define` is code.
  if (/#[ \t]*define[ \t]+$/.test(before)) return [];
  const isFirst = /^[ \t]*$/.test(before);
  const isFirstOnLine = isFirst && isSettings && !isProse && !/\.(?:csv|json|ya?ml|xml|log)$/.test(source.path);
  const isDirective = isFirst && passwordDirective.test(text.slice(start, closed));
  const isUsedWith = /\b(?:with|using|use|and)[ \t]+(?:the[ \t]+)?$|\([ \t]*$/i.test(before);
  if (!(takesValue || isFirstOnLine || isUsedWith || isDirective || spot.isForeign)) return undefined;
  const bare = readBare(text, valueStart, takesValue || isFirstOnLine);
  if (bare === undefined || /^\w+=\S/.test(bare.text)) return undefined;
  const isAlone =
    isFirstOnLine && isDirective && /^\S+[ \t]*$/.test(text.slice(valueStart, lineEndOf(text, valueStart)));
  const isUnusual = (isFirstOnLine || isUsedWith) && (isNoWord(bare.text) || isPassphrase(bare.text));
  const isValue = takesValue || isAlone || isUnusual || isMixed(bare.text);
  return isValue ? [{ ...bare, literal: !isExpression(bare.text) }] : undefined;
}

function takesValueAfterSpace(spot: NamedSpot, closed: number, valueStart: number): boolean {
  const { source, before, start, isFlag, isForeign } = spot;
  const { text, isProse } = source;
  if (isFlag || (isForeign && /[「『“„«]/.test(text[valueStart] ?? ''))) return true;
  // 'Set password expiration' is a sentence; `set DB_PASSWORD expiration` is a command.
  const word = (before + text.slice(start, closed)).trim().replace(/^.*\s/, '');
  const isSentence = /\b(?:set|define|export|default)[ \t]+$/i.test(before) && /^[a-z]+$/.test(word);
  return (isSpacedBefore(before) && !isSentence) || (!isProse && spacedUser.test(before));
}

function isSpacedBefore(before: string): boolean {
  return spacedBefore.test(before) || (/[ \t]$/.test(before) && netrcBefore.test(before));
}
