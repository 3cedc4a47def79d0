// Code fences and front matter in prose: text of another language inside a document.
import { kindOf, languageIdOf, languageIdOfFence } from './languages.ts';

/** A fence that is not closed yet. */
export interface OpenFence {
  /** The language of the code; undefined if the fence names none, or a language of prose. */
  readonly languageId: string | undefined;
  /** Offset of its first line of code. */
  readonly start: number;
}

const BAR = /^[ \t>]*(`{3,}|~{3,})(.*)$/gm;
const CLOSING_BAR = /^[ \t>]*(?:`{3,}|~{3,})[ \t]*$/m;
/** `ts`, `ts title="a.ts"`, `{.python}`, `{r, echo=FALSE}` */
const NAME = /^\s*\{?\.?([\w+#.-]+)/;

/** The end of a document's front matter, which is YAML. */
const FRONT_MATTER_END = /\n(?:---|\.\.\.)[ \t]*(?:\n|$)/;

/** The fence or front matter that is open at the end of a document's beginning; a fence's own line belongs to it. */
export function openFence(text: string): OpenFence | undefined {
  if (text.startsWith('---\n') && !FRONT_MATTER_END.test(text.slice(3))) return { languageId: 'yaml', start: 4 };
  let open: { readonly bar: string; readonly info: string; readonly start: number } | undefined;
  for (const match of text.matchAll(BAR)) {
    const [line, bar = '', info = ''] = match;
    if (open === undefined) {
      // Backticks in the line make it code between backticks.
      if (!info.includes('`')) open = { bar, info, start: match.index + line.length + 1 };
    } else if (bar.startsWith(open.bar) && info.trim() === '') open = undefined;
  }
  if (open === undefined) return undefined;
  const name = open.start > text.length ? undefined : NAME.exec(open.info)?.[1];
  const languageId = name === undefined ? undefined : languageIdOfFence(name);
  const isCode = languageId !== undefined && kindOf(languageId) === 'code';
  return { languageId: isCode ? languageId : undefined, start: Math.min(open.start, text.length) };
}

/** The language at the end of a document's beginning: the fence's in a fence, else the document's. */
export function languageAt(languageId: string, before: string): string {
  if (kindOf(languageId) === 'code') return languageId;
  return openFence(before)?.languageId ?? languageId;
}

/** Whether a language is that of a fence in the file, as `languageAt` gives it. */
export function isFenced(path: string, languageId: string): boolean {
  return kindOf(languageId) === 'code' && kindOf(languageIdOf(path)) === 'prose';
}

/** Length of the text up to the line that closes the fence. */
export function fenceLength(after: string): number {
  return CLOSING_BAR.exec(after)?.index ?? after.length;
}
