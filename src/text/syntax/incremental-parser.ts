// A parser that keeps its last tree, so that a similar text is parsed incrementally.
import type * as TreeSitter from '@vscode/tree-sitter-wasm';
import { readTuning } from '../../common/tuning.ts';
import { commonPrefix, commonSuffix } from '../edits.ts';
import { lineNumber, lineStart } from '../lines.ts';

/** Longest time to parse a draft in its document, ms. What was not checked by then stays as it is. */
export const PARSE_MS = readTuning(process.env).patienceMs ?? 40;

/** The parser of a language, which all documents of a thread share. After an error it must not be used again. */
export class LanguageParser {
  isClosed = false;
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

  /** As `IncrementalParser.read`. Throws if the parser or the reader fails. */
  read<T>(text: string, deadline: number, reader: (root: TreeSitter.Node) => T): T | undefined {
    const { last, parser } = this;
    if (last) last.tree.edit(editOf(last.text, text));
    const tree = parser.parse(text, last?.tree, { progressCallback: () => performance.now() > deadline });
    last?.tree.delete();
    this.last = tree === null ? undefined : { text, tree };
    if (tree === null) parser.reset();
    this.check();
    return tree === null ? undefined : reader(tree.rootNode);
  }
}

/** A document's use of its language's parser. */
export class IncrementalParser {
  private readonly parser: LanguageParser;
  private readonly onFailure: (error: unknown) => void;

  /** @param onFailure called if a text breaks the parser, which is then not used any more */
  constructor(parser: LanguageParser, onFailure: (error: unknown) => void) {
    this.parser = parser;
    this.onFailure = onFailure;
  }

  /** The number of syntax errors; undefined as in `read`. @param deadline as in `read` */
  errorsIn(text: string, deadline: number): number | undefined {
    return this.read(text, deadline, countErrors);
  }

  /**
   * The reader's result for the text's tree, which is valid only during the call; undefined if parsing took too long,
   * or if this or an earlier text broke the parser.
   * @param deadline of performance.now(), ms
   */
  read<T>(text: string, deadline: number, reader: (root: TreeSitter.Node) => T): T | undefined {
    const { parser } = this;
    if (parser.isClosed) return undefined;
    try {
      return parser.read(text, deadline, reader);
    } catch (error) {
      parser.close();
      this.onFailure(error);
      return undefined;
    }
  }
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
    ...{ startIndex, oldEndIndex, newEndIndex },
    startPosition: pointAt(from, startIndex),
    oldEndPosition: pointAt(from, oldEndIndex),
    newEndPosition: pointAt(to, newEndIndex),
  };
}

function pointAt(text: string, at: number): TreeSitter.Point {
  return { row: lineNumber(text, at), column: at - lineStart(text, at) };
}
