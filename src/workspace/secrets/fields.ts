// Finds secrets whose name and value are in separate fields, and secrets that are joined from variables.

import { isCertainPassword, isRandom, isSecretName, type ShapeRow } from './accept.ts';
import type { Found, SearchedText } from './found.ts';
import { strengthOf } from './names.ts';
import { randomness } from './values.ts';

const name = `["']?(?<name>[\\w.:-]{2,80})["']?`;
const value = `["']?(?<secret>[^\\s"',}<>]{6,200})`;
const isNamedSecret = (secret: string, match: RegExpExecArray) =>
  isSecretName(match) && (isCertainPassword(secret) || isRandom(secret));

export const fieldRows: readonly ShapeRow[] = [
  {
    kind: 'parameter of CloudFormation',
    contains: 'ParameterKey',
    pattern: new RegExp(
      `ParameterKey["']?\\s{0,4}[=:]\\s{0,4}${name}\\s{0,20},?\\s{0,20}["']?ParameterValue["']?\\s{0,4}[=:]\\s{0,4}${value}`,
      'g',
    ),
    accept: isNamedSecret,
  },
  {
    kind: 'parameter of CloudFormation',
    contains: 'ParameterKey',
    pattern: new RegExp(
      `ParameterValue["']?\\s{0,4}[=:]\\s{0,4}${value}["']?\\s{0,20},?\\s{0,20}["']?ParameterKey["']?\\s{0,4}[=:]\\s{0,4}${name}`,
      'g',
    ),
    accept: isNamedSecret,
  },
  {
    kind: 'argument of JMeter',
    contains: 'Argument.value',
    pattern:
      /(?:Argument\.name"?>|elementProp name=")(?<name>[\w.-]{2,60})(?:<\/stringProp>|"[^>]{0,80}>)\s{0,40}(?:<(?:bool|string)Prop name="(?!Argument\.(?:name|value))[^<]{0,80}<\/(?:bool|string)Prop>\s{0,40}){0,4}<stringProp name="Argument\.value">(?<secret>[^<\n]{6,200})</g,
    accept: isNamedSecret,
  },
  {
    kind: 'argument of JMeter',
    contains: 'Argument.value',
    pattern:
      /"Argument\.value">(?<secret>[^<\n]{6,200})<\/stringProp>\s{0,40}(?:<(?:bool|string)Prop name="(?!Argument\.(?:name|value))[^<]{0,80}<\/(?:bool|string)Prop>\s{0,40}){0,4}<stringProp name="Argument\.name">(?<name>[\w.-]{2,60})</g,
    accept: isNamedSecret,
  },
];

/** The name starts with a keyword, which keeps the search fast. `strengthOf` judges the whole name. */
const namePattern =
  '(?<name>(?:key|token|secret|passw|pwd|jwt|bearer|credential)[\\w$]{0,20})["\']?[ \\t]{0,8}(?::=|[:=])[ \\t]{0,8}';
const sumPattern = new RegExp(
  `${namePattern}(?:(?<parts>[A-Za-z_$][\\w$]{0,40}(?:[ \\t]{0,8}[+.][ \\t]{0,8}(?:["'\`][.:_-]["'\`][ \\t]{0,8}[+.][ \\t]{0,8})?[A-Za-z_$][\\w$]{0,40}){1,7})(?=[\\s;,)]|$)|f?["'\`](?<filled>(?:[$#]?\\{[A-Za-z_$][\\w$]{0,40}\\}[.:_-]?){2,8})["'\`])`,
  'gi',
);
const assignmentPattern =
  /(?<![\w$])([A-Za-z_$][\w$]{0,40})[ \t]{0,8}(?::[ \t]{0,4}\w{1,20}[ \t]{0,8})?(?::=|=)[ \t]{0,8}["'`]([^"'`\n]{4,200})["'`]/g;
/** Maximum number of sums examined in a file. */
const maxSums = 50;

/** `apiKey = a + b`, where the file assigns literals to `a` and `b`. */
export function findSums({ text }: SearchedText): Found[] {
  const sums = [...text.matchAll(sumPattern)].filter(({ index, groups }) => {
    const before = /[\w$.-]{0,40}$/.exec(text.slice(Math.max(0, index - 40), index))?.[0] ?? '';
    return ['password', 'token'].includes(strengthOf(before + groups?.name));
  });
  if (sums.length === 0) return [];
  const literals = new Map<string, { start: number; value: string }>();
  for (const match of text.matchAll(assignmentPattern)) {
    const value = match[2] ?? '';
    literals.set(match[1] ?? '', { start: match.index + match[0].length - 1 - value.length, value });
  }
  return sums.slice(0, maxSums).flatMap((match) => {
    const pieces =
      (match.groups?.parts ?? match.groups?.filled)?.match(/[A-Za-z_$][\w$]*/g)?.map((part) => literals.get(part)) ??
      [];
    const pieceLiterals = pieces.filter((piece) => piece !== undefined);
    const whole = pieceLiterals.map(({ value }) => value).join('');
    if (pieceLiterals.length < 2 || pieceLiterals.length < pieces.length || randomness(whole) === 0) return [];
    return pieceLiterals.map(({ start, value }) => ({
      start,
      end: start + value.length,
      value: whole,
      kind: 'secret joined from variables',
    }));
  });
}
