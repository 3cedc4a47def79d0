// Reads the values beside a name in any language's syntax: assignments, arguments, assertions, prose, separate fields.

import {
  isExpression,
  isMixed,
  literalOrBare,
  literals,
  type NamedSpot,
  skip,
  type ValueCandidate,
} from './candidates.ts';
import { isForeign } from './foreign-names.ts';
import { valuesInProse } from './prose.ts';
import { lineStartOf, type ReadValue, readQuoted } from './read-value.ts';
import type { SearchedText } from './searched-text.ts';
import { isNoWord } from './values.ts';

/** The remaining attributes of the element whose attribute contains the name, up to the closing `>`. */
const attributesPattern = /["']?(?:\s+[\w:.-]{1,30}\s*=\s*["'][^"'<>\n]{0,80}["']){1,5}\s*>/y;
const spaces = '[ \\t\\u00a0\\u202f\\u3000]';
/** Characters that may close the name: quotes, brackets, the optional mark `?`, bold markup. */
const closingPattern =
  /(?:\\{0,4}["'`]|[”»」』]|&quot;|\]|\)|\*\*|__|\?(?=:)|!(?==)|\}(?=[ \t]*=[^=>])|\[\d{0,4}\]){0,8}/y;
/** A type between name and value: `: string =`, ` string =`, `: &'static str =`, ` VARCHAR(20) DEFAULT`. */
const typePattern = new RegExp(
  `(?:${spaces}*:${spaces}*(?:&'static )?[&\\w<>[\\]|.,*?][&\\w<>[\\]|., *?]{0,39}?|${spaces}+(?:string|str|text|\\*?char|\\[\\]byte|As${spaces}+\\w+)|${spaces}*\\{ ?get;[^{}\n]{0,30}\\})${spaces}*:?=(?![=>])${spaces}*`,
  'y',
);
const operatorPattern = new RegExp(
  `(?:${spaces}*\\r?\\n${spaces}*(?==[ \\t]*["'\`])|${spaces}*)(?::=|=>|->|<-|={1,3}|!={1,2}|\\|\\|=|\\?\\?=|\\?=|\\+=|<<<?${spaces}*|:{1,2}=?|[：＝]|,|\\|\\|?|\\?\\?|>)(?:\\*\\*|__|</\\w{1,10}>)?${spaces}*(?:&\\w+[ ]+|!!str[ ]+|\\\\?\\r?\\n\\s*)?`,
  'y',
);
/** ` value="..."`, `", "value": "`, newline and `value: `: the field that holds the value of the name before it. */
const valueFieldPattern =
  /[\s"'\\,/>:={}]{0,200}(?:(?:[\w:]{1,30}=(?:\\{0,4}["'][^"'<>\n]{0,80}\\{0,4}["'](?:,\s)?|\w{1,20},)\s{0,80}){1,4}(?:>\s{0,80})?)?(?:<\/[\w:-]{1,20}>\s{0,80})?(?:<(?:[\w-]{1,20}-)?(?:[sS]tring|[vV]alue|[vV]al)\b[^>]{0,40}>|(?:(?:#|\/\/)[^\n]{0,200}\n\s{0,80}|\/\*[^*]{0,300}\*\/\s{0,80}|\\{0,4}["']?(?:[tT]ype|[dD]escription|sensitive|nullable|ephemeral|NoEcho|M(?:in|ax)Length|AllowedPattern|ConstraintDescription)\\{0,4}["']?[ \t]{0,80}[=:](?:[ \t]{0,80}"[^"\n]{0,200}"[ \t]{0,80}(?:(?:#|\/\/)[^\n]{0,200})?[,\n]|(?![ \t]{0,80}")[^\n,{}]{0,400}[,\n])\s{0,80}){0,12}\\{0,4}["']?\b(?:value|val|[dD]efault|default_?[vV]alue|string_?value|Value|content)\b\\{0,4}["']?[ \t]*[:=][ \t]*)/y;
/** `expect(x.password).toBe("y")`, `setPassword("y")`, `.password("y")`. */
const assertionPattern =
  /(?:["'`\]):?;\s]|\\n){0,6}\.(?:toBe|toEqual|toStrictEqual|equals?|isEqualTo|eql?|(?:should|to)(?:\.\w+)+|fill|type|send_?[kK]eys|setValue|set_value|enter_?[tT]ext|typeText|sendline)\(\s*|(?:["'`\])]|\(\)){0,4}\.(?:thenReturn|mockReturnValue|mockResolvedValue|and_return|willReturn|returns)\(\s*(?=["'`])|["']?\)[ \t]*\{[ \t]*(?=["'])|(?:\(\)[^\n{}:;"']{0,40}[:{]|[ \t]+by[ \t]+lazy[ \t]*\{)\s*(?:return\b\s*)?(?=["'`])|["'`]?,\s*with:\s*(?=["'])|(?:["'`\])]){0,3}\.(?:unwrap_or(?:_else)?|getOrElse|or_else|or|orElse(?:Get)?)\(\s*(?:\|\w*\|\s*|\(\)\s*=>\s*)?(?=["'`])|,\s*set\w{1,40}\s*\]\s*=\s*[\w.]{1,30}(?:<[\w\s|]{1,30}>)?\(\s*(?=["'`])|["'`]?\s+(?:field\s+)?(?:with|as)\s+(?=["'])|["':;\s]{0,6}(?:\w{1,40}\.)?send(?:line)?[( ]\s*(?=["'])/y;
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

  // { "value": "x", "name": "DB_PASSWORD" }
  const valueBefore =
    /\bvalue\\*["']?\s*[:=]\s*\\*["']([^"'\n\\]{6,200})\\*["']\s*(?:(?:,|\bWHERE\b)\s*)?\\*["']?(?:name|key)\\*["']?\s*[:=]\s*\\*["']?$/i.exec(
      before,
    );
  if (valueBefore?.[1] !== undefined) {
    const from = start - before.length + valueBefore.index + valueBefore[0].indexOf(valueBefore[1]);
    const to = from + valueBefore[1].length;
    return [{ text: valueBefore[1], pieces: [[from, to]], quoted: true, next: end, literal: true }];
  }
  const labelledValues = valuesLabelledByComment(text, before, start, end);
  if (labelledValues.length > 0) return labelledValues;
  const nameIndex = nameIndexOf(before);
  if (nameIndex > 0 && /^(?::?=)$/.test(operatorText)) {
    const value = nthLiteral(text, valueStart, nameIndex);
    if (value !== undefined) return [{ ...value, literal: true }];
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
          : /\{:?$|(?:^|[\s(]):$/.test(before));
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
      ({ text: value }) => isSetter || (isMixed(value) && (/\.$/.test(before) || text[end] === '{')),
    );
  }
  // `パスワード「x」`: in a script without spaces, the value may follow the name directly.
  if (spot.isForeign && /[「『“„«]/.test(text[end] ?? '')) return literals(text, end);
  return valuesInProse(spot, nameEnd);
}

/**
 * Values that a comment beside the literal labels: `/* password *\/ "x"`, `"x" /* password *\/`, `"x" // the password`.
 * Also values before the name: `"x" === password`, `x as the password`.
 */
function valuesLabelledByComment(text: string, before: string, start: number, end: number): ValueCandidate[] {
  if (/\/\*[ \t]*(?:\w+[ \t]+){0,2}$/.test(before)) {
    const literal = skip(/[ \t]*(?:[:=][ \t]*)?\*\/[ \t]*/y, text, end);
    if (literal > end) {
      const values = literals(text, literal);
      if (values.length > 0) return values;
    }
  }
  const comparedBefore =
    /(["'`])([^"'`\n]{6,200})\1(?:\.equals\w*\([ \t]*|[ \t]*[!=]==?[ \t]*|,[ \t]*(?:forKey|key|for):[ \t]*["']|[ \t]+as[ \t]+(?:the[ \t]+|my[ \t]+|a[ \t]+)?)$/.exec(
      before,
    );
  if (comparedBefore?.[2] !== undefined) {
    const valueStart = start - before.length + comparedBefore.index + 1;
    return [
      {
        text: comparedBefore[2],
        pieces: [[valueStart, valueStart + comparedBefore[2].length]],
        quoted: true,
        next: end,
        literal: true,
      },
    ];
  }
  const phrase = /(?:^|[\s(])([^\s"'`()<>,;]{8,80})[ \t]+as[ \t]+(?:the[ \t]+|my[ \t]+|a[ \t]+)?$/.exec(before);
  if (phrase?.[1] !== undefined && isMixed(phrase[1]) && isNoWord(phrase[1]) && !isExpression(phrase[1])) {
    const valueStart = start - before.length + phrase.index + phrase[0].indexOf(phrase[1]);
    return [
      {
        text: phrase[1],
        pieces: [[valueStart, valueStart + phrase[1].length]],
        quoted: false,
        next: end,
        literal: true,
      },
    ];
  }
  if (!/^[ \t]*(?:\*\/|-->|\(|\r?\n|$)/.test(text.slice(end, end + 20))) return [];
  const commentedLiteral =
    /(["'`])([^"'`\n]{6,200})\1[ \t;,)}\]]*(?:\/\/|#|--|\/\*|<!--)[ \t]*(?:[\w-]+,?[ \t]+){0,3}$/.exec(before);
  const value = commentedLiteral?.[2];
  if (commentedLiteral === null || value === undefined) return [];
  const from = start - before.length + commentedLiteral.index + 1;
  return [{ text: value, pieces: [[from, from + value.length]], quoted: true, next: end, literal: true }];
}

/** The number of names before this one in `a, b = "x", "y"`. */
function nameIndexOf(before: string): number {
  const names = /^[ \t]*(?:(?:const|let|var|my|local|val)[ \t]*\(?)?((?:[\w$.]{1,40}[ \t]*,[ \t]*){1,5})$/.exec(
    before,
  )?.[1];
  return names === undefined ? 0 : names.split(',').length - 1;
}

function nthLiteral(text: string, valueStart: number, count: number): ReadValue | undefined {
  let offset = skip(/\(/y, text, valueStart);
  for (let i = 0; ; i++) {
    const value = readQuoted(text, offset);
    if (i === count || value === undefined) return value;
    const next = skip(/[ \t]*,[ \t]*/y, text, value.next);
    if (next === value.next) return undefined;
    offset = next;
  }
}
