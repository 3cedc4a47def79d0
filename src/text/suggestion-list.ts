// Positions at which the editor's suggestion list opens by itself: after a dot, and in a word that a language server
// may know.
import { kindOf, languageOf } from './languages.ts';
import { lineState } from './line-state.ts';

const MEMBER = /(?:[\p{L}\p{N}_$)\]}"'`]\??\.|::|->)$/u;
const NUMBER = /(?:^|[^\p{L}\p{N}_$])\d[\d_]*\.$/u;
const WORD = /[\p{L}_$]\p{N}*$/u;
/** A name after these keywords is new, so no list knows it. */
const NEW_NAME =
  /(?:^|[^\p{L}\p{N}_$.])(?:const|let|var|val|function|func|fn|fun|def|class|interface|type|enum|struct|trait|record|module|mod|namespace|package)\s+[\p{L}\p{N}_$]*$/u;

/**
 * 'member': the list opens because of the character before the cursor; 'word': it opened at the word's first letter.
 */
export function listOpensAt(languageId: string, lineBefore: string): 'member' | 'word' | undefined {
  if (kindOf(languageId) !== 'code' || languageOf(languageId).family === 'data') return undefined;
  if (lineState(languageId, lineBefore) !== 'code') return undefined;
  if (MEMBER.test(lineBefore)) return NUMBER.test(lineBefore) ? undefined : 'member';
  return WORD.test(lineBefore) && !NEW_NAME.test(lineBefore) ? 'word' : undefined;
}
