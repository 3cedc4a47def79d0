// Finds passwords beside names that mean a password or key, in code of any language, settings, tables and prose.

import { valuesAfter } from './after-name.ts';
import type { ValueCandidate } from './candidates.ts';
import { expression } from './expressions.ts';
import { endsInUnspaced, foreignNamePattern, isForeign } from './foreign-names.ts';
import { strengthOf } from './names.ts';
import { isTranslation } from './phrases.ts';
import type { ReadValue } from './read-value.ts';
import type { Found, SearchedText, Span, Strength } from './searched-text.ts';
import { isNoWord, isPassword, isPublic, isSymbolic, isUuid, randomness, reference } from './values.ts';

/** Every name whose value a person may have chosen contains one of these. */
const englishNames = expression('name whose value a person may have chosen', 'g');
const patternCache = new Map<string, RegExp>([['', englishNames]]);

function namePatternFor(text: string): RegExp {
  const foreignNames = foreignNamePattern(text);
  const namePattern = patternCache.get(foreignNames) ?? new RegExp(`${foreignNames}|${englishNames.source}`, 'giu');
  if (patternCache.size < 1000) patternCache.set(foreignNames, namePattern);
  return namePattern;
}

const nameCharacter = /[\w$.\u00c0-\u024f\u0370-\u052f\u0590-\u06ff\u1e00-\u1eff-]/;

export function findAssignments(source: SearchedText): Found[] {
  const { text } = source;
  const found: Found[] = [];
  let searchedUntil = 0;
  for (const match of text.matchAll(namePatternFor(text))) {
    if (match.index < searchedUntil) continue;
    const { start, end } = nameAround(text, match);
    searchedUntil = end;
    const name = text.slice(start, end).replace(/^[-.$\d]+/, '');
    const isEscaped = text[start - 1] === '\\' && /^[nrt][A-Z]/.test(name);
    const named = isEscaped ? name.slice(1) : name;
    const strength = strengthOf(named);
    if (strength === 'unknown' || strength === 'not-secret') continue;
    for (const value of valuesAfter(source, start, end)) {
      if (!isSecretOf(named, strength, value, source, start)) continue;
      for (const [from, to] of value.pieces) found.push({ start: from, end: to, value: value.text });
      searchedUntil = Math.max(searchedUntil, value.next);
    }
  }
  return found;
}

/** The whole name around a match, which may have several words: 'Secret key = x'. */
function nameAround(text: string, match: RegExpExecArray): Span {
  let start = match.index;
  let end = match.index + match[0].length;
  if (!endsInUnspaced(match[0])) {
    while (start > 0 && match.index - start < 60 && nameCharacter.test(text[start - 1] as string)) start--;
    while (end < text.length && end - match.index < 80 && nameCharacter.test(text[end] as string)) end++;
  }
  // `rds.password:` in prose, `--password-`: trailing dots and dashes are not part of the name.
  const name = text
    .slice(start, end)
    .replace(/(?<![.-])[.-]+$/, '')
    .replace(/(?<=\w)\.(?:equals\w*|compareTo|authenticate|thenReturn)$/, '');
  end = start + name.length;
  const further = /^(?: (?:key|token|password|secret|phrase|salt|base|code)\b)+/.exec(text.slice(end, end + 30));
  return { start, end: end + (further?.[0].length ?? 0) };
}

/** Whether a value after this name is a secret. */
function isSecretOf(
  name: string,
  strength: Strength,
  value: ValueCandidate,
  { text, path }: SearchedText,
  start: number,
): boolean {
  const { literal, quoted, text: plain } = value;
  // The word list is English, so an unquoted value after a foreign name must not look like a word.
  if (!quoted && isForeign(name) && !isNoWord(plain)) return false;
  // `password=password,` hands a variable over.
  if (!quoted && plain.replace(/,$/, '') === name) return false;
  if (isPublic(plain) || isIdInRow(text, start, value)) return false;
  const isPhrase = /phrase|mnemonic|seed|recovery|psk/i.test(name);
  if (!isPhrase && /^\D*\s\D*$/.test(plain) && isTranslation(path)) return false;
  if (strength === 'password' && isPassword(plain, { literal, phrase: isPhrase || isOption(text, start) })) return true;
  if (!literal) return false;
  if (strength === 'password') return isRandomValue(plain) || isSymbolicWord(plain);
  return isSymbolic(plain) || (isInPieces(text, value) && randomness(plain) > (strength === 'weak' ? 1 : 0));
}

/**
 * `| Key Vault Secrets User | 4633458b-... |`: a UUID in the next cell is a password only if the name fills its cell.
 */
function isIdInRow(text: string, start: number, { text: value, pieces }: ReadValue): boolean {
  const isCell = /\|[ \t]*$/.test(text.slice(Math.max(0, (pieces[0]?.[0] ?? 0) - 8), pieces[0]?.[0]));
  return isCell && isUuid(value.trim()) && !/(?:^|[|\n])[ \t*`]*$/.test(text.slice(Math.max(0, start - 8), start));
}

/** `--password x`: the argument of this option is always a password. */
function isOption(text: string, start: number): boolean {
  return (
    /(?:^|\s)-{0,2}$/.test(text.slice(Math.max(0, start - 3), start)) && /^-|-$/.test(text.slice(start - 1, start + 1))
  );
}

function isRandomValue(value: string): boolean {
  return !/\s/.test(value) && !reference.test(value) && randomness(value) > 0;
}

/** A short symbolic value with blanks is a command. */
function isSymbolicWord(value: string): boolean {
  return isSymbolic(value) && (value.length >= 40 || !/\s/.test(value));
}

/** Whether the value is written in pieces or across a line end, so that no single run of characters contains it. */
function isInPieces(text: string, { pieces }: ReadValue): boolean {
  return pieces.length > 1 || pieces.some(([start, end]) => text.slice(start, end).includes('\n'));
}
