// Where a block begins, where it ends and what closes it, from brackets, words and indents alone. Each family of
// languages has a row of rules, and so has each language that differs. In the processes that draft, the language's grammar says what
// is a text. It comes as an argument: the editor's own process must not load tree-sitter.
import type * as TreeSitter from '@vscode/tree-sitter-wasm';
import type { CompletionQuery, DraftOptions } from '../../common/completion.ts';
import { kindOf, type LanguageFamily, languageOf } from '../languages.ts';
import { brackets, isOnlyClosers, lineState } from '../line-state.ts';
import { indentColumns, indentWidth, lineAbove, lineAfter, lineBefore, lineEnd, linesBelow } from '../lines.ts';
import { cursorDocument, type IncrementalParser, PARSE_MS } from './incremental-parser.ts';

interface BlockRules {
  /** The cursor's line, if a block follows it. */
  readonly opener: RegExp;
  /** The same of a finished line above an empty one. Absent: as `opener`. */
  readonly openerAbove?: RegExp;
  /** Words that close a block at a line's beginning. Brackets and tags close blocks in every language. */
  readonly closingWords?: RegExp;
  /** Lines of a body that may have the indent of its opener: labels of a switch or a class, items of a list. */
  readonly label?: RegExp;
  /** Openers whose whole body may have their indent. */
  readonly flatOpener?: RegExp;
}

const FAMILIES: Readonly<Record<Exclude<LanguageFamily, 'prose'>, BlockRules>> = {
  bracket: {
    opener: /(?:[{([]|=>|\bthen|\bdo)\s*$/,
    label: /^\s*(?:case\b|default\b|(?:public|private|protected)[\w ]*:)/,
  },
  indent: {
    opener: /(?:[:{([]|=>|\b(?:do|then|begin|repeat|else)(?:\s*\|[^|]*\|)?)\s*$/,
    openerAbove:
      /(?:^\s*(?:def|class|module|function|local function|if|elif|elsif|else|unless|while|until|for|case|begin|try|except|finally|with|match|async def|async for|async with)\b.*[:)\]\w]|[:{([]|=>|\b(?:do|then|begin|repeat)(?:\s*\|[^|]*\|)?)\s*$/,
  },
  markup: { opener: /(?:<[a-zA-Z][\w:.-]*(?:\s[^<>]*)?(?<!\/)>|[{([]|=>|\bthen|\bdo)\s*$/ },
  // 'key: ' waits for a value on its line, 'key:' for a block below it.
  data: { opener: /[{[]\s*$|:$/, label: /^\s*- / },
};

type Row = Partial<BlockRules>;

const END: Row = { closingWords: /end/ };
const END_OR_DONE: Row = { closingWords: /end|done/ };
/** Also of scripts inside other files. */
const SHELL: Row = { closingWords: /fi|done|esac/ };
/** Other languages indent the body of a namespace. */
const CPP: Row = { flatOpener: /^\s*(?:inline\s+)?namespace\b/ };

const LANGUAGES: Readonly<Record<string, Row>> = {
  abap: { closingWords: /end(?:at|case|class|do|form|function|if|interface|loop|method|module|select|try|while)/i },
  ada: { closingWords: /end/i },
  cmake: { closingWords: /end(?:block|foreach|function|if|macro|while)/i },
  cpp: CPP,
  crystal: END,
  'cuda-cpp': CPP,
  dockercompose: SHELL,
  dockerfile: SHELL,
  elixir: END,
  erlang: END,
  fortran: {
    closingWords: /end(?:associate|do|function|if|interface|module|program|select|subroutine|type|where)?/i,
  },
  fsharp: END_OR_DONE,
  julia: END,
  lua: { closingWords: /end|until/ },
  makefile: { closingWords: /endef|endif|fi|done|esac/ },
  matlab: END,
  'objective-cpp': CPP,
  ocaml: END_OR_DONE,
  pascal: { closingWords: /end|until/i },
  php: { closingWords: /end(?:declare|for|foreach|if|switch|while)/ },
  ruby: END,
  // `end` is fish's.
  shellscript: { closingWords: /fi|done|esac|end/ },
  sql: { closingWords: /end/i },
  systemverilog: {
    closingWords: /end(?:case|class|clocking|function|generate|group|interface|module|package|primitive|program|task)?/,
  },
  vb: { closingWords: /end|next|loop|wend/i },
  vhdl: { closingWords: /end/i },
  viml: { closingWords: /end(?:for|function|if|try|while)?/ },
  yaml: SHELL,
};

const known = new Map(Object.entries(LANGUAGES).map(([id, row]) => [id, withWholeWords(row)]));

/** A name, a key or an assignment would go on behind the word: `end_date`, `end: 2`, `done=1`. */
function withWholeWords({ closingWords, ...row }: Row): Row {
  if (closingWords === undefined) return row;
  return { ...row, closingWords: new RegExp(`^(?:${closingWords.source})(?![\\w:=-])`, closingWords.flags) };
}

/** The rules of a language; undefined for prose, which has paragraphs instead of blocks. */
function blockRules(languageId: string): BlockRules | undefined {
  const { family } = languageOf(languageId);
  return family === 'prose' ? undefined : { ...FAMILIES[family], ...known.get(languageId) };
}

/**
 * Openers of a block that the specialist drafts, in every language. Simpler than `opener`, because the drafted lines
 * show by their indents where the block ends.
 */
export const DRAFTED_OPENERS = {
  firstLine: /[([{:]$|=>$/,
  /** A line with a closer that opens another branch: `} else {`. */
  closingLine: /[([{:]$/,
};

/** Words that begin the next branch of a statement, and so end the branch before. */
export const NEXT_BRANCH = /^\s*(?:else|elif|elsif|elseif|except|catch|finally|rescue|ensure)\b/;

/**
 * Openers of the bodies that are drawn as training samples and measured positions, the same for all languages. They are
 * wider than `opener`, and fixed: another pattern would draw other positions, for which recorded answers do not count.
 */
const SAMPLED_OPENERS = {
  code: /(?:[{([]|=>|->|:|\b(?:do|then|else|begin|try|repeat))\s*$/,
  /** Headings of Markdown, AsciiDoc, Org, Typst and LaTeX. */
  prose: /^(?:#{1,6}\s+\S|={1,6}\s+\S|\*{1,6}\s+\S|\\(?:sub)*section\b)/,
  /** The line below a title in reStructuredText and in Markdown's older form. */
  underline: /^(?:={3,}|-{3,}|~{3,}|\^{3,})\s*$/,
};

type Node = TreeSitter.Node;

// ---- By the grammar, in the processes that draft.

const TEXT_NODE = /string|comment|heredoc|char_literal|regex/;

/**
 * The options, corrected by the grammar: no block inside a text. Unchanged if parsing takes too long.
 * @param parsed undefined: no grammar knows the language, and the options stay
 */
export function blockOptions(
  query: CompletionQuery,
  options: DraftOptions,
  parsed: IncrementalParser | undefined,
  parseMs = PARSE_MS,
): DraftOptions {
  if (!options.multiline || parsed === undefined) return options;
  const spot = cursorDocument(query);
  const isText = parsed.read(spot.withText(''), performance.now() + parseMs, (root) => isInText(root, spot.at));
  return isText ? { ...options, multiline: false } : options;
}

/** Whether the cursor is inside a string, a comment or a regular expression. */
function isInText(root: Node, at: number): boolean {
  const node = root.descendantForIndex(Math.max(0, at - 1), at);
  return node !== null && node.startIndex < at && node.endIndex > at && TEXT_NODE.test(node.type);
}

// ---- By rules: where a block begins.

/** The line that opens the block at the cursor: the cursor's own, or the line above if the cursor's is empty. */
export function openerLine(query: CompletionQuery): string {
  const before = lineBefore(query.prefix);
  return before.trim() === '' ? lineAbove(query.prefix) : before;
}

/**
 * Whether a block may be suggested at the cursor; else only the rest of the line. In prose the block is a paragraph.
 */
export function wantsBlock(query: CompletionQuery, indentUnit: string): boolean {
  const { languageId, prefix, suffix } = query;
  const before = lineBefore(prefix);
  const after = lineAfter(suffix);
  const isBlank = before.trim() === '';
  const rules = blockRules(languageId);
  if (rules === undefined) {
    // A new paragraph: an empty line, and below it another one or the end.
    return isBlank && after.trim() === '' && /^\s*(\n|$)/.test(suffix.slice(lineEnd(suffix) + 1));
  }
  if (after.trim() !== '' && !isOnlyClosers(after)) return false;
  if (lineState(languageId, before) !== 'code') return false;
  const line = openerLine(query);
  if (line === '' || lineState(languageId, line) === 'comment') return false;
  const opener = isBlank ? (rules.openerAbove ?? rules.opener) : rules.opener;
  if (!opener.test(line)) return false;
  // If the opener has a body already, it needs no second one.
  const below = linesBelow(suffix, 1)[0];
  return below === undefined || indentWidth(below, indentUnit) <= indentWidth(line, indentUnit);
}

/** Longest body that is sampled, lines. */
const SAMPLED_LINES = 12;

/**
 * The body below the opener at `index`, for training samples and measured positions: its first line and the line after
 * its last. At most 12 lines; the first and the last are not blank. Undefined if the line opens no block.
 */
export function bodyBelow(
  lines: readonly string[],
  index: number,
  kind: 'code' | 'prose',
): { readonly from: number; readonly to: number } | undefined {
  const line = lines[index] ?? '';
  const { code, prose, underline } = SAMPLED_OPENERS;
  const isOpener = kind === 'prose' ? prose.test(line) || (index > 0 && underline.test(line)) : code.test(line);
  if (!isOpener) return undefined;
  let from = index + 1;
  while (from < lines.length && lines[from]?.trim() === '') from++;
  const isInside =
    kind === 'prose'
      ? (text: string) => text.trim() !== '' && !prose.test(text) && !underline.test(text)
      : (text: string) => text.trim() === '' || indentColumns(text) > indentColumns(line);
  let to = from;
  while (to < lines.length && to - from < SAMPLED_LINES && isInside(lines[to] as string)) to++;
  while (to > from && lines[to - 1]?.trim() === '') to--;
  return to > from ? { from, to } : undefined;
}

// ---- By rules: what closes a block.

const CLOSING_TAG = /^<\/[\w:.-]*>?/;

/** The bracket, word or tag at a line's beginning that closes a block; '' if there is none. */
export function closerOf(line: string, languageId: string): string {
  const text = line.trimStart();
  if (/^[)\]}]/.test(text)) return text[0] as string;
  const word = blockRules(languageId)?.closingWords?.exec(text)?.[0].toLowerCase();
  return word ?? CLOSING_TAG.exec(text)?.[0] ?? '';
}

/** Whether a line begins with a closer. */
export function closesBlock(line: string, languageId: string): boolean {
  return closerOf(line, languageId) !== '';
}

/** Whether a line only closes: brackets, commas and semicolons, one tag, or a closing word and its arguments. */
function isClosingLine(line: string, languageId: string): boolean {
  const closer = closerOf(line, languageId);
  const rest = line.trim().slice(closer.length);
  if (closer.startsWith('<')) return closer.endsWith('>') && rest === '';
  return /^\w/.test(closer) || (closer !== '' && /^[)\]};,]*$/.test(rest));
}

/** Whether both lines begin with the same closer. A closing word equals its longer forms: `end` and `endif`. */
export function closeAlike(line: string, other: string, languageId: string): boolean {
  const [one, two] = [closerOf(line, languageId), closerOf(other, languageId)];
  return one !== '' && two !== '' && (one.startsWith(two) || two.startsWith(one));
}

/** Whether a closing line is unnecessary because the line below, as deep as it, begins with the same closer. */
export function isClosedBelow(line: string, below: string, languageId: string, indentUnit: string): boolean {
  return (
    below.trim().startsWith(line.trim()) &&
    closeAlike(line, below, languageId) &&
    !/[\p{L}\p{N}]/u.test(line.trim().slice(closerOf(line, languageId).length)) &&
    indentWidth(line, indentUnit) === indentWidth(below, indentUnit)
  );
}

// ---- By rules: where a block ends, and how deep its body is.

/**
 * Cuts a draft to the rest of the line, or to the block that the cursor's line opens. A line that is not deeper than
 * the opener ends the block. It stays if it closes the block and the line below does not.
 * @param block whether a block is wanted
 */
export function cutToBlock(text: string, query: CompletionQuery, block: boolean, indentUnit: string): string {
  if (!block) return text.split('\n', 1)[0] as string;
  const { languageId } = query;
  if (kindOf(languageId) === 'prose') return text.split(/\n[ \t]*\n/, 1)[0] as string;
  const opener = indentWidth(openerLine(query), indentUnit);
  const lines = text.split('\n');
  const below = linesBelow(query.suffix, 1)[0];
  // A draft without the document's indent is measured by its own first line; the filter `indent` moves it later.
  const first = lines.find((line, i) => i > 0 && line.trim() !== '') ?? '';
  const isFlat = indentWidth(first, indentUnit) <= opener && !isClosingLine(first, languageId);
  const base = isFlat ? indentWidth(first, indentUnit) - 1 : opener;
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i] as string;
    if (line.trim() === '') continue;
    const isClosing = isClosingLine(line, languageId);
    const closesFlat = isFlat && isClosing && brackets(lines.slice(1, i + 1).join('\n')).strayClosers.length > 0;
    if (indentWidth(line, indentUnit) > base && !closesFlat) continue;
    const isClosed =
      below !== undefined && closeAlike(line, below, languageId) && indentWidth(below, indentUnit) === opener;
    return lines.slice(0, isClosing && !isClosed ? i + 1 : i).join('\n');
  }
  return text;
}

/** Whether a body whose first line is this one may have the indent of its opener. */
export function mayBeFlat(opener: string, first: string, languageId: string): boolean {
  const rules = blockRules(languageId);
  return rules?.label?.test(first) === true || rules?.flatOpener?.test(opener) === true;
}
