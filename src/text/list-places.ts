// Where an editor's own list of suggestions opens by itself while code is typed: behind a dot, and on a word that a language server may know.
import { kindOf, languageOf } from './languages.ts';
import { lineState } from './line-state.ts';

const MEMBER = /(?:[\p{L}\p{N}_$)\]}"'`]\??\.|::|->)$/u;
const NUMBER = /(?:^|[^\p{L}\p{N}_$])\d[\d_]*\.$/u;
const WORD = /[\p{L}_$][\p{L}\p{N}_$]*$/u;
/** What is typed behind these is a name that nobody knows yet. */
const NEW_NAME =
  /(?:^|[^\p{L}\p{N}_$.])(?:const|let|var|val|function|func|fn|fun|def|class|interface|type|enum|struct|trait|record|module|mod|namespace|package)\s+[\p{L}\p{N}_$]*$/u;

/** 'member': a character that asks for the list is before the cursor; 'word': it opens with the word's first letter. */
export function listOpensAt(languageId: string, lineBefore: string): 'member' | 'word' | undefined {
  if (kindOf(languageId) !== 'code' || languageOf(languageId).family === 'data') return undefined;
  if (lineState(languageId, lineBefore) !== 'code') return undefined;
  if (MEMBER.test(lineBefore)) return NUMBER.test(lineBefore) ? undefined : 'member';
  return WORD.test(lineBefore) && !NEW_NAME.test(lineBefore) ? 'word' : undefined;
}
