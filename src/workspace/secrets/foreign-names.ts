// Names of passwords and keys in languages other than English, and the words between such a name and its value.

import languagesJson from './languages.json' with { type: 'json' };
import { WordFinder } from './word-finder.ts';

/** A row of languages.json. */
interface Language {
  readonly name: string;
  /** Stems separated by bars. Every name of a password contains one of them. */
  readonly stems: string;
  /** Regular expression, in lower case, for the inflected names of a password. */
  readonly password: string;
  /** Names of a key or token, in one or two words. The value counts only if it looks random. */
  readonly token?: string;
  /** Separate words for 'is', 'was', 'remains' and the like. */
  readonly verbs?: string;
  /** Prepositions as in 'changed to'. They count only before a value with a digit or symbol. */
  readonly changes?: string;
  /** The counterpart of verbs in scripts without spaces, attached to the name. */
  readonly particles?: string;
}

const languages: readonly Language[] = languagesJson;

function join(part: 'password' | 'token' | 'verbs' | 'changes' | 'particles'): string {
  return languages.flatMap((language) => language[part] ?? []).join('|');
}

/** Letters and marks of scripts that put no space after a name. */
const unspaced = '\\u0900-\\u097f\\u0e00-\\u0e7f\\u3040-\\u30ff\\u3400-\\u9fff\\uac00-\\ud7af';
const isUnspaced = new RegExp(`[${unspaced}]`);

/** Whether the name's script puts no space after it: `密码是`. */
export function endsInUnspaced(name: string): boolean {
  return isUnspaced.test(name.at(-1) ?? '');
}

const letter = '[\\p{L}\\p{M}]';
/** No letter precedes: the start of a word. */
const wordStart = `(?<!${letter})`;

/** Compound words begin at the start of a word; a try from each letter would take long. */
const compounds = (pattern: string): string => pattern.replaceAll('\\p{L}*', '(?<![^ ])\\p{L}*');

/** Endings of lower-case names, for `names.ts`. */
export const passwordName = new RegExp(`(?:(?:^|[ ])|(?=[${unspaced}]))(?:${compounds(join('password'))})$`, 'u');
export const tokenName = new RegExp(
  `(?:(?:^|[ ])|(?=(?:api)?[${unspaced}]))(?:${compounds(join('token'))})(?:${join('particles')})?$`,
  'u',
);

const stems = languages.map((language) => language.stems.split('|'));
const stemFinder = new WordFinder(stems.flat(), true);
/** Name patterns that allow other word separators: `mot de passe`, `mot_de_passe`, `motDePasse`. */
const namePatterns = languages.map(({ password }) =>
  password.replaceAll('\\p{L}*', '').replace(/(?<=[\p{L})?]) (?=[\p{L}(])/gu, '[ _-]?'),
);

/**
 * Pattern source that finds possible foreign names of a password; `names.ts` makes the decision.
 * It contains only languages whose stems occur in the text. A search for all takes five times as long as for English.
 */
export function foreignNamePattern(text: string): string {
  const found = stemFinder.find(text);
  return namePatterns.filter((_, index) => stems[index]?.some((stem) => found.has(stem))).join('|');
}

const gapPattern = '[ \\t\\u00a0\\u202f\\u3000]';
const verbs = `(?:${join('verbs')})(?!${letter})|(?:${join('changes')})(?=${gapPattern}+\\S*[\\d!@#$%^&*])`;
const adverbs =
  '(?:maintenant|toujours|ahora|agora|jetzt|nun|derzeit|aktuell|now|теперь|сейчас|следующий|hiện tại|saat ini)';

/** The text between a name and its value: 'für den Testserver lautet ', ' : ', 'は', ' — '. */
export const foreignLink = new RegExp(
  `(?:${gapPattern}*[(（][^()（）\\n]{1,30}[)）])?` +
    `(?:${gapPattern}+[\\p{L}\\p{M}\\p{N}@'’._-]{1,24}){0,6}?` +
    `${gapPattern}*(?:(?:${join('particles')})${gapPattern}*[：:]?|${wordStart}(?:${verbs})` +
    `|[:：＝→—–]|(?<=${gapPattern})-(?=${gapPattern}))` +
    `${gapPattern}*(?:${adverbs}${gapPattern}+)?[ \\t\\u00a0\\u3000:：]*(?:\`\`)?`,
  'yu',
);

/** Foreign verbs that look like no English word, used after names that are also English: 'La password è'. */
export const foreignVerbs = "est|es|è|é|e'|ist|lautet|era|était|será|är|er|это";

/** Whether a name from a text means a password in another language. */
export function isForeign(name: string): boolean {
  return passwordName.test(name.toLowerCase());
}
