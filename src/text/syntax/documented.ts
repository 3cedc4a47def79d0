// Functions and their documentation comments as texts.
import { docCommentOf, docFormOf } from '../doc-comments.ts';
import { indentOf } from '../indents.ts';
import { lineStart } from '../lines.ts';
import { functionsIn, type SourceFunction } from './functions.ts';

/** Longer functions are cut, UTF-16 units. */
const MAX_CODE = 2000;

export interface FunctionText {
  /** The code without its comment and without the indent of its first line. */
  readonly text: string;
  /** The comment's prose; absent if the function has no comment. */
  readonly label?: string;
}

/** The texts of all functions of a file, in their order. */
export async function functionTexts(languageId: string, text: string): Promise<FunctionText[]> {
  const form = docFormOf(languageId);
  if (form === undefined) return [];
  return (await functionsIn(languageId, text)).map((each) => {
    const doc = docCommentOf(form, text, each);
    return { text: codeOf(text, each, doc), ...(doc && doc.prose !== '' && { label: doc.prose }) };
  });
}

/** A function's code. @param doc the range of its comment, left out if it is inside the function */
export function codeOf(
  text: string,
  { start, end }: SourceFunction,
  doc?: { readonly from: number; readonly to: number },
): string {
  const inside = doc !== undefined && doc.from > start;
  const code = inside ? text.slice(start, doc.from).trimEnd() + text.slice(doc.to, end) : text.slice(start, end);
  const indent = indentOf(text.slice(lineStart(text, start)));
  const plain = indent === '' ? code : code.replaceAll(`\n${indent}`, '\n');
  return plain.slice(0, MAX_CODE);
}
