// Reads values in prose ('the password for staging is Xyz') and in commands with only a space after the name.

import { isExpression, isMixed, literals, type NamedSpot, skip, type ValueCandidate } from './candidates.ts';
import { foreignLink, foreignVerbs } from './foreign-names.ts';
import { lineEndOf, readBare, readQuoted } from './read-value.ts';
import { isNoWord } from './values.ts';

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
export function valuesInProse(spot: NamedSpot, closed: number): ValueCandidate[] {
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
      (takesValue || ((isFirstOnLine || isUsedWith) && isNoWord(bare.text)) || isMixed(bare.text))
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
