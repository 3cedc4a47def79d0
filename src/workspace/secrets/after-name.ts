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

/** Returns the values of the name between `start` and `end`. Tries each syntax in turn. */
export function valuesAfter(source: SearchedText, start: number, end: number): ValueCandidate[] {
  const { text } = source;
  const lineStart = lineStartOf(text, start);
  const before = text.slice(Math.max(lineStart, start - 200), start);
  const nameEnd = skip(closingPattern, text, end);
  const isFlag =
    /(?:^|[\s"'`=(,[])--?$|^[^\w%]*%(?:set_)?env[ \t]+$/.test(before) || /^--?/.test(text.slice(start, start + 2));
  let valueStart = skip(typePattern, text, nameEnd);
  let operatorText = '';
  if (valueStart === nameEnd) {
    valueStart = skip(operatorPattern, text, nameEnd);
    operatorText = text.slice(nameEnd, valueStart).trim();
  } else operatorText = '=';
  const isPhrase = /phrase|mnemonic|seed|recovery|psk/i.test(text.slice(start, end));
  // `arn:aws:x:secret:name`: the name is a part of an address.
  if (operatorText === ':' && text[valueStart - 1] === ':' && /\w:$/.test(before)) return [];
  const spot: NamedSpot = {
    source,
    start,
    lineStart,
    before,
    isFlag,
    isPhrase,
    isForeign: isForeign(text.slice(start, end)),
  };

  const earlier = valueBefore(text, before, start, end);
  if (earlier !== undefined) return [earlier];
  // `user, password = "joe", "x"`
  const names = /^[ \t]*(?:(?:const|let|var|my|local|val)[ \t]*\(?)?((?:[\w$.]{1,40}[ \t]*,[ \t]*){1,5})$/.exec(
    before,
  )?.[1];
  if (names !== undefined && /^:?=$/.test(operatorText)) {
    let at = valueStart;
    for (let n = names.split(',').length; n > 1; n--) at = skip(/\(?["'`][^"'`\n]{0,200}["'`][ \t]*,[ \t]*/y, text, at);
    return literals(text, at);
  }
  const elementEnd = /<[^<>]{0,200}$/.test(before) ? skip(attributesPattern, text, end) : end;
  if (elementEnd > end) {
    const values = literalOrBare(spot, elementEnd, true);
    if (values.length > 0) return values;
  }
  if (isFlag) {
    const listItem = skip(/["']?\r?\n[ \t]*-[ \t]+/y, text, end);
    if (listItem > end) return literalOrBare(spot, listItem, false);
  }
  const assertionEnd = skip(assertionPattern, text, end);
  if (assertionEnd > end) return literals(text, assertionEnd);
  const valueFieldEnd = skip(valueFieldPattern, text, end);
  if (valueFieldEnd > end && /value|val|default|string|content/i.test(text.slice(end, valueFieldEnd))) {
    const values = literalOrBare(spot, valueFieldEnd, true);
    if (values.length > 0) return values;
  }
  if (valueStart > nameEnd) {
    // `set("password", "x")`, `("password", "x")`; not `f(password, "x")` nor `f(password=p, other=x)`.
    if (operatorText === ',') {
      const isFirst =
        isFlag ||
        (nameEnd > end
          ? /[({]\s*\\*["'`]?:?$|\.(?:fill|type|set\w{0,20}|send\w{0,20})\(\s*["'`][^"'`\n]{0,40}["']?$/.test(before)
          : /\{:?$|(?:^|[\s(]):$|\.(?:put|add|set\w{0,20})\([\w.]{0,40}$|setopt\w{0,10}\([$\w.>-]{1,40},[ \t]*$/.test(
              before,
            ));
      const isTested = /assert|expect|equal/i.test(before);
      if (nameEnd === end && !isTested && !isFirst) return [];
      return literals(text, valueStart).filter(
        ({ text: value }) => isFirst || isMixed(value) || (isTested && /\d/.test(value)),
      );
    }
    const values = literalOrBare(spot, valueStart, operatorText === '>' || operatorText === '|');
    if (values.length > 0 || operatorText !== '') return values;
  }
  const callEnd = skip(callPattern, text, end);
  if (callEnd > end) {
    const isConstructed = text[end] === '{' && /[\w>][ \t*&]+$/.test(before);
    const isSetter = isConstructed || /^(?:set|with|add|use|put)|\.(?:set|with)/i.test(text.slice(start, end));
    return literals(text, callEnd).filter(
      ({ text: value }) =>
        isSetter || (isMixed(value) && (/\.$/.test(before + text.slice(start, start + 1)) || text[end] === '{')),
    );
  }
  // `パスワード「x」`: in a script without spaces, the value may follow the name directly.
  if (spot.isForeign && /[「『“„«]/.test(text[end] ?? '')) return literals(text, end);
  return valuesInProse(spot, nameEnd);
}

/** Values that stand before their name; the second expression is what must follow the name. */
const valuesBefore: readonly (readonly [before: RegExp, after?: RegExp])[] = [
  // `"value": "x", "name": "DB_PASSWORD"`, `value = 'x' WHERE name = 'password'`
  [
    /\b(?:\w{1,20}_)?value\\*["']?\s*[:=]\s*\\*["'](?<value>[^"'\n\\]{6,200})\\*["']\s*(?:(?:,|\bWHERE\b)\s*)?\\*["']?(?:\w{1,20}_)?(?:name|key)\\*["']?\s*[:=]\s*\\*["']?$/i,
  ],
  // `"x" === password`, `"x" as the password`, `x as the password`
  [
    /(["'`])(?<value>[^"'`\n]{6,200})\1(?:\.equals\w*\([ \t]*|[ \t]*[!=]==?[ \t]*|,[ \t]*(?:forKey|key|for):[ \t]*["']|[ \t]+as[ \t]+(?:the[ \t]+|my[ \t]+|a[ \t]+)?)$/i,
  ],
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
    String.raw`(?:\(?\b(?:is|are|was|will be|set to|equals|to|from)\b|(?<!\p{L})(?:${foreignVerbs})(?!\p{L})|[:：](?!:)|→)` +
    '[ \\t]*(?:still|now|currently|always|just|set to|simply)?[ \\t:]*(?:``)?',
  'yu',
);
const plainSpace = /[ \t\u3000]+(?:[057][ \t]+|--plaintext[ \t]+|\\\r?\n\s*)?/y;
/** Text before a name whose value follows after only a space. */
const spacedBefore =
  /(?:^|\s|\\n|[`#])(?:ENV|ARG|setenv|setx|set(?:[ \t]+-\w+)*|export|define|SetEnv|login[ \t]+\S+|\S{1,20}[ \t]passwd\/\S+)[ \t]+$/i;
/** The same in `.netrc`, with other fields between. */
const netrcBefore = /(?:^|\s|\\n|[`#])(?:machine|default)[ \t]./i;
/** Configuration lines of routers and load balancers, which begin with the user. */
const spacedUser = /^[ \t]*(?:enable|user(?:name)?[ \t]+\S+(?:[ \t].{0,60})?)[ \t]+$/;
const spacedSql = /\b(?:with[ \t]+(?:encrypted[ \t]+)?password|identified[ \t]+by)$/i;

/** 'the password for staging is Xyz', `--password Xyz`, `ENV DB_PASSWORD Xyz`, `requirepass Xyz`, `:password "x"`. */
function valuesInProse(spot: NamedSpot, closed: number): ValueCandidate[] {
  const { source, before, isFlag } = spot;
  const { text, isSettings, isProse } = source;
  const valueStart = skip(plainSpace, text, closed);
  if (valueStart > closed) {
    const textBefore = before + text.slice(spot.start, closed);
    const isTypographic = spot.isForeign && /[「『“„«]/.test(text[valueStart] ?? '');
    // 'Set password expiration' is a sentence; `set DB_PASSWORD expiration` is a command.
    const isSentence =
      /\b(?:set|define|export|default)[ \t]+$/i.test(before) && /^[a-z]+$/.test(textBefore.trim().replace(/^.*\s/, ''));
    const takesValue =
      isFlag || isTypographic || (isSpacedBefore(before) && !isSentence) || (!isProse && spacedUser.test(before));
    const quoted = literals(text, valueStart);
    if (quoted.length > 0)
      return quoted.filter(
        ({ text: value }) =>
          takesValue || isSettings || spacedSql.test(textBefore) || /:$|^\s*$/.test(before) || isMixed(value),
      );
    const isFirstOnLine =
      isSettings && !isProse && /^[ \t]*$/.test(before) && !/\.(?:csv|json|ya?ml|xml|log)$/.test(source.path);
    const isPasswordDirective =
      /^[ \t]*$/.test(before) &&
      /^(?:requirepass|masterauth|bindpw|password|passwd|pass)$/i.test(text.slice(spot.start, closed));
    const isAlone =
      isFirstOnLine && isPasswordDirective && /^\S+[ \t]*$/.test(text.slice(valueStart, lineEndOf(text, valueStart)));
    const isUsedWith = /\b(?:with|using|use|and)[ \t]+(?:the[ \t]+)?$|\([ \t]*$/i.test(before);
    // An unquoted value in `#define` is code.
    if (/#[ \t]*define[ \t]+$/.test(before)) return [];
    const bare =
      takesValue || isFirstOnLine || isUsedWith || isPasswordDirective || spot.isForeign
        ? readBare(text, valueStart, takesValue || isFirstOnLine)
        : undefined;
    if (
      bare !== undefined &&
      !/^\w+=\S/.test(bare.text) &&
      (takesValue ||
        isAlone ||
        ((isFirstOnLine || isUsedWith) && (isNoWord(bare.text) || isPassphrase(bare.text))) ||
        isMixed(bare.text))
    )
      return [{ ...bare, literal: !isExpression(bare.text) }];
  }
  if (!spot.isForeign && /["']/.test(text.slice(spot.start, closed))) return [];
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

function isSpacedBefore(before: string): boolean {
  return spacedBefore.test(before) || (/[ \t]$/.test(before) && netrcBefore.test(before));
}
