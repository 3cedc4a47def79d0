// A parser that keeps its last tree, so that a similar text is parsed incrementally. Also the document around a cursor
// for it: a text inserted there, and its open brackets closed after it.
import type * as TreeSitter from '@vscode/tree-sitter-wasm';
import type { CompletionQuery } from '../../common/completion.ts';
import { readTuning } from '../../common/tuning.ts';
import { commonPrefix, commonSuffix } from '../edits.ts';
import { languageOf } from '../languages.ts';
import { brackets, CLOSER_OF } from '../line-state.ts';
import { lineEnd, lineNumber, lineStart } from '../lines.ts';
import { fenceLength, isFenced, openFence } from '../prose-text.ts';

/** A longer document is cut at lines without indent, at most so many UTF-16 units before and after the cursor. */
const REACH = { before: 12_000, after: 4000 };

interface CursorDocument {
  /** The document without the cursor's line. */
  readonly withoutLine: string;
  /** Offset of the cursor in these documents, UTF-16 units. */
  readonly at: number;
  /** The document with a text at the cursor; brackets that stay open are closed after it. */
  withText(text: string): string;
}

export function cursorDocument({ path, prefix, suffix, languageId }: CompletionQuery): CursorDocument {
  if (!isFenced(path, languageId)) return documentAround(prefix, suffix, languageId);
  return documentAround(prefix.slice(openFence(prefix)?.start), suffix.slice(0, fenceLength(suffix)), languageId);
}

function documentAround(before: string, after: string, languageId: string): CursorDocument {
  const { before: prefix, after: suffix } = outerWindow(before, after);
  const { quotes } = languageOf(languageId);
  const rest = suffix.slice(0, lineEnd(suffix));
  const below = suffix.slice(rest.length);
  // Closers below the cursor belong to the outermost openers above it.
  const closedBelow = brackets(below, quotes).strayClosers.length;
  const close = (text: string) => {
    const left = brackets(text, quotes).open.slice(closedBelow);
    // The closers get their own line, because the text may end in a comment.
    return left.reduceRight((closed, opener) => closed + CLOSER_OF[opener], left.length > 0 ? `${text}\n` : text);
  };
  return {
    withoutLine: close(prefix.slice(0, lineStart(prefix))) + below,
    at: prefix.length,
    withText: (text) => close(prefix + text + rest) + below,
  };
}

/** The texts before and after an offset; longer ones are cut at lines without indent. */
export function outerWindow(before: string, after: string): { readonly before: string; readonly after: string } {
  return { before: before.slice(outerStart(before)), after: after.slice(0, outerEnd(after)) };
}

/** Start of the first line without indent that is within reach of the cursor. */
function outerStart(prefix: string): number {
  if (prefix.length <= REACH.before) return 0;
  const from = prefix.length - REACH.before;
  const at = prefix.slice(from).search(/\n(?=[^\s)\]}])/);
  return from + at + 1;
}

function outerEnd(suffix: string): number {
  if (suffix.length <= REACH.after) return suffix.length;
  const ends = [...suffix.slice(0, REACH.after).matchAll(/\n(?=[^\s)\]}])/g)];
  return ends.at(-1)?.index ?? REACH.after;
}

/** Longest time to parse a draft in its document, ms. What was not checked by then stays as it is. */
export const PARSE_MS = readTuning(process.env).patienceMs ?? 40;

/** The parser of a language, which all documents of a thread share. */
export class LanguageParser {
  private isClosed = false;
  private readonly parser: TreeSitter.Parser;
  private readonly check: () => void;
  private last: { readonly text: string; readonly tree: TreeSitter.Tree } | undefined;

  /** @param check throws if the parser's memory was damaged */
  constructor(parser: TreeSitter.Parser, check: () => void = () => {}) {
    this.parser = parser;
    this.check = check;
  }

  /** Nothing is parsed any more, and nothing is freed. */
  close(): void {
    this.isClosed = true;
    this.last = undefined;
  }

  /** The parser for one document. @param onFailure called if a text breaks the parser, which is then closed */
  for(onFailure: (error: unknown) => void): IncrementalParser {
    const read: IncrementalParser['read'] = (text, deadline, reader) => {
      if (this.isClosed) return undefined;
      try {
        return this.read(text, deadline, reader);
      } catch (error) {
        this.close();
        onFailure(error);
        return undefined;
      }
    };
    return { read, errorsIn: (text, deadline) => read(text, deadline, countErrors) };
  }

  /** As `IncrementalParser.read`. Throws if the parser or the reader fails. */
  read<T>(text: string, deadline: number, reader: (root: TreeSitter.Node) => T): T | undefined {
    const { last, parser } = this;
    if (last) last.tree.edit(editOf(last.text, text));
    // A grammar reads a zero as the end of the text, and tries again at each.
    const tree = parser.parse(text.replaceAll('\0', ' '), last?.tree, {
      progressCallback: () => performance.now() > deadline,
    });
    last?.tree.delete();
    this.last = tree === null ? undefined : { text, tree };
    if (tree === null) parser.reset();
    this.check();
    return tree === null ? undefined : reader(tree.rootNode);
  }
}

/** A document's use of its language's parser. */
export interface IncrementalParser {
  /** The number of syntax errors; undefined as in `read`. @param deadline as in `read` */
  errorsIn(text: string, deadline: number): number | undefined;
  /**
   * The reader's result for the text's tree, which is valid only during the call. Undefined if parsing took too long,
   * or if this or an earlier text broke the parser.
   * @param deadline of performance.now(), ms
   */
  read<T>(text: string, deadline: number, reader: (root: TreeSitter.Node) => T): T | undefined;
}

/** The number of errors and missing nodes. */
export function countErrors(node: TreeSitter.Node): number {
  if (!node.hasError) return 0;
  const own = node.isError || node.isMissing ? 1 : 0;
  return node.children.reduce((sum, child) => sum + (child ? countErrors(child) : 0), own);
}

/** The edit between two texts: all between their common prefix and their common suffix. */
function editOf(from: string, to: string): TreeSitter.Edit {
  const startIndex = commonPrefix(from, to);
  const end = commonSuffix(from.slice(startIndex), to.slice(startIndex));
  const oldEndIndex = from.length - end;
  const newEndIndex = to.length - end;
  return {
    startIndex,
    oldEndIndex,
    newEndIndex,
    startPosition: pointAt(from, startIndex),
    oldEndPosition: pointAt(from, oldEndIndex),
    newEndPosition: pointAt(to, newEndIndex),
  };
}

function pointAt(text: string, at: number): TreeSitter.Point {
  return { row: lineNumber(text, at), column: at - lineStart(text, at) };
}
