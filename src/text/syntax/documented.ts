// Functions with what their comments say of them, as texts.
import { docCommentOf, docFormOf } from '../doc-comments.ts';
import { indentOf } from '../indents.ts';
import { lineStart } from '../lines.ts';
import { functionsIn, type SourceFunction } from './functions.ts';

/** Of a longer function its beginning, characters. */
const LONGEST_CODE = 2000;

export interface FunctionText {
  /** The code without its comment, without the indent of where it stands. */
  readonly text: string;
  /** What the comment says; absent: there is none. */
  readonly label?: string;
}

/** Of all functions of a file, in their order. */
export async function functionTexts(languageId: string, text: string): Promise<FunctionText[]> {
  const form = docFormOf(languageId);
  if (form === undefined) return [];
  return (await functionsIn(languageId, text)).map((each) => {
    const doc = docCommentOf(form, text, each);
    return { text: codeOf(text, each, doc), ...(doc && doc.prose !== '' && { label: doc.prose }) };
  });
}

/** @param doc that is left out, where it lies inside */
export function codeOf(
  text: string,
  { start, end }: SourceFunction,
  doc?: { readonly from: number; readonly to: number },
): string {
  const inside = doc !== undefined && doc.from > start;
  const code = inside ? text.slice(start, doc.from).trimEnd() + text.slice(doc.to, end) : text.slice(start, end);
  const indent = indentOf(text.slice(lineStart(text, start)));
  const plain = indent === '' ? code : code.replaceAll(`\n${indent}`, '\n');
  return plain.slice(0, LONGEST_CODE);
}
