// Recognises minified and generated files by their text.

import { lineEnd } from '../../text/lines.ts';
import type { LeftOutReason } from './types.ts';

/** Longest handwritten line, UTF-16 units. Prose may have a paragraph on one line. */
const maxLineLength = { code: 1000, prose: 20_000 };
/** Only the start of a file is searched, because generators put their notice there. */
const headerLines = 40;
const headerCharacters = 4000;

const commentLine = /^\s*(?:\/\/|\/\*|\*|#|<!--|--|;|%|\(\*|\{-|"""|'''|REM\b|'|dnl\b|\.\.)/i;
/** Phrases that only generators write. */
const generatorPhrase =
  /@generated\b(?!['"`])|<auto-?generated|\bcode generated\b.{0,300}\bdo not edit\b|\bthis (?:file|code|class|module) (?:is|was|has been) (?:auto[- ]?|automatically |machine[- ])?generated\b/i;
/** People write these phrases too, but rarely both in one header. */
const generatedWord = /\b(?:auto[- ]?)?generated\b/i;
const doNotEditPhrase = /\b(?:do not|don't|(?:should|must) not be|never) (?:hand[- ])?(?:edit|modify|change|touch)/i;

/** The reason to leave out a text, or undefined if it is handwritten. */
export function leftOutByContent(text: string, kind: 'code' | 'prose'): LeftOutReason | undefined {
  if (text.trim() === '') return 'empty';
  if (isMinified(text, maxLineLength[kind])) return 'minified';
  return isGenerated(text) ? 'generated' : undefined;
}

/** Whether more than half of the text is in lines that are too long. */
function isMinified(text: string, limit: number): boolean {
  let longLineCharacters = 0;
  let start = 0;
  while (start < text.length) {
    const end = lineEnd(text, start);
    if (end - start > limit) longLineCharacters += end - start;
    start = end + 1;
  }
  return longLineCharacters > text.length / 2;
}

/** Whether a comment near the top says that the file is generated. */
function isGenerated(text: string): boolean {
  const comments = text
    .slice(0, headerCharacters)
    .split('\n', headerLines)
    .filter((line) => commentLine.test(line));
  const hasComment = (pattern: RegExp) => comments.some((line) => pattern.test(line));
  return hasComment(generatorPhrase) || (hasComment(generatedWord) && hasComment(doNotEditPhrase));
}
