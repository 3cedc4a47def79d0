// Finds passwords beside names that mean a password or key, in code of any language, settings, tables and prose.

import { valuesAfter } from './after-name.ts';
import { expression } from './expressions.ts';
import { endsInUnspaced, foreignNamePattern, isForeign } from './foreign-names.ts';
import { strengthOf } from './names.ts';
import { isTranslation } from './phrases.ts';
import type { ReadValue } from './read-value.ts';
import type { Found, SearchedText } from './searched-text.ts';
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
    let start = match.index;
    let end = match.index + match[0].length;
    const isAttached = endsInUnspaced(match[0]);
    while (!isAttached && start > 0 && match.index - start < 60 && nameCharacter.test(text[start - 1] as string))
      start--;
    while (!isAttached && end < text.length && end - match.index < 80 && nameCharacter.test(text[end] as string)) end++;
    // `rds.password:` in prose, `--password-`: trailing dots and dashes are not part of the name.
    const name = text
      .slice(start, end)
      .replace(/(?<![.-])[.-]+$/, '')
      .replace(/(?<=\w)\.(?:equals\w*|compareTo|authenticate|thenReturn)$/, '');
    end = start + name.length;
    // 'Secret key = x': the name has several words.
    const furtherWords =
      /^(?: (?:key|token|password|secret|phrase|salt|base|code)\b)+/.exec(text.slice(end, end + 30))?.[0] ?? '';
    end += furtherWords.length;
    searchedUntil = end;
    const nameWithoutMarks = (name + furtherWords).replace(/^[-.$\d]+/, '');
    const escaped =
      text[start - 1] === '\\' && /^[nrt][A-Z]/.test(nameWithoutMarks) ? nameWithoutMarks.slice(1) : nameWithoutMarks;
    const strength = strengthOf(escaped);
    if (strength === 'unknown' || strength === 'not-secret') continue;
    const isPhrase = /phrase|mnemonic|seed|recovery|psk/i.test(escaped);
    for (const value of valuesAfter(source, start, end)) {
      const { literal } = value;
      // The word list is English, so an unquoted value after a foreign name must not look like a word.
      if (!value.quoted && isForeign(escaped) && !isNoWord(value.text)) continue;
      // `password=password,` hands a variable over.
      if (!value.quoted && value.text.replace(/,$/, '') === escaped) continue;
      if (isPublic(value.text) || isIdInRow(text, start, value)) continue;
      if (!isPhrase && /^\D*\s\D*$/.test(value.text) && isTranslation(source.path)) continue;
      const isSecret =
        strength === 'password'
          ? isPassword(value.text, { literal, phrase: isPhrase || isOption(text, start) }) ||
            (literal && (isRandomValue(value.text) || isSymbolicWord(value.text)))
          : literal &&
            (isSymbolic(value.text) ||
              (isInPieces(text, value) && randomness(value.text) > (strength === 'weak' ? 1 : 0)));
      if (!isSecret) continue;
      for (const [from, to] of value.pieces) found.push({ start: from, end: to, value: value.text });
      searchedUntil = Math.max(searchedUntil, value.next);
    }
  }
  return found;
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
