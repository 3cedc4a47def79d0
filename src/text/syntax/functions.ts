// The functions of a text with their documentation comments: found with the language's grammar, or by keywords and
// indents.
import type * as TreeSitter from '@vscode/tree-sitter-wasm';
import { docCommentOf, docFormOf } from '../doc-comments.ts';
import { indentColumns, indentOf, lineStart } from '../lines.ts';
import { closesBlock } from './blocks.ts';
import { parserFor } from './grammars.ts';

interface SourceFunction {
  readonly name: string;
  /** Offsets of the whole declaration, with decorators and `export`. UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** Offset of the body's first statement or of the bracket before it; undefined without a body or a grammar. */
  readonly body: number | undefined;
}

/** Node types of functions in all grammars that ship. */
const FUNCTIONS = new Set([
  'constructor_declaration',
  'function_declaration',
  'function_definition',
  'function_item',
  'function_statement',
  'generator_function_declaration',
  'local_function_statement',
  'method',
  'method_declaration',
  'method_definition',
  'singleton_method',
]);
/** Node types that may have a function as their value: `const f = () => ...`. */
const HOLDERS = new Set(['lexical_declaration', 'variable_declaration', 'public_field_definition', 'field_definition']);
const VALUES = new Set(['arrow_function', 'function_expression', 'generator_function', 'function']);
/** Nodes around (WRAPPERS) and before (LEADING) a declaration that belong to it. */
const WRAPPERS = new Set(['export_statement', 'decorated_definition', 'template_declaration']);
const LEADING = new Set(['attribute_item', 'decorator']);

const PARSE_MS = 2000;

/** All functions, ordered by their starts. An outer function precedes its inner ones. */
export async function functionsIn(languageId: string, text: string): Promise<SourceFunction[]> {
  // The number of loaded grammars has no limit here, because only jobs call this and their processes end soon.
  const parsed = await parserFor(languageId, '', Number.POSITIVE_INFINITY);
  if (parsed === undefined) return byIndent(text, languageId);
  return parsed.read(text, performance.now() + PARSE_MS, inTree) ?? [];
}

/** The innermost function at an offset. A function includes all of its first line. */
export function functionAt(functions: readonly SourceFunction[], text: string, at: number): SourceFunction | undefined {
  return functions.filter(({ start, end }) => lineStart(text, start) <= at && at <= end).at(-1);
}

function inTree(root: TreeSitter.Node): SourceFunction[] {
  const found: SourceFunction[] = [];
  const visit = (node: TreeSitter.Node) => {
    const own = FUNCTIONS.has(node.type) ? node : HOLDERS.has(node.type) ? functionValueOf(node) : undefined;
    if (own) found.push(describe(node, own));
    for (const child of node.namedChildren) if (child) visit(child);
  };
  visit(root);
  return found;
}

function functionValueOf(node: TreeSitter.Node): TreeSitter.Node | undefined {
  const declarator = node.namedChildren.find((child) => child?.type === 'variable_declarator') ?? node;
  const value = declarator.childForFieldName('value');
  return value && VALUES.has(value.type) ? value : undefined;
}

function describe(node: TreeSitter.Node, own: TreeSitter.Node): SourceFunction {
  let outer = node;
  while (outer.parent && WRAPPERS.has(outer.parent.type)) outer = outer.parent;
  let first = outer;
  while (first.previousNamedSibling && LEADING.has(first.previousNamedSibling.type)) first = first.previousNamedSibling;
  const body = own.childForFieldName('body') ?? undefined;
  return { name: nameOf(node), start: first.startIndex, end: outer.endIndex, body: body?.startIndex };
}

function nameOf(node: TreeSitter.Node): string {
  const named =
    node.childForFieldName('name') ??
    node.namedChildren.find((child) => child?.type === 'variable_declarator')?.childForFieldName('name') ??
    node.namedChildren.find((child) => child?.type === 'function_name');
  if (named) return named.text;
  // In C and C++, pointers and parameters surround the name.
  let inner = node.childForFieldName('declarator');
  while (inner?.childForFieldName('declarator')) inner = inner.childForFieldName('declarator');
  return inner?.text ?? '';
}

const FUNCTION_LINE =
  /^[ \t]*(?:[\p{L}@][\p{L}\p{N}_.]*[ \t]+)*?(?:function|func|fun|fn|def|defp|sub|proc)\b[ \t]*([\p{L}_][\p{L}\p{N}_.:]*)?/u;

function byIndent(text: string, languageId: string): SourceFunction[] {
  const lines = text.split('\n');
  const starts: number[] = [];
  for (let at = 0, i = 0; i < lines.length; i++) {
    starts.push(at);
    at += (lines[i] as string).length + 1;
  }
  return lines.flatMap((line, i) => {
    const match = FUNCTION_LINE.exec(line);
    if (match === null) return [];
    const deeper = (other: string) => other.trim() === '' || indentColumns(other) > indentColumns(line);
    let to = i + 1;
    while (to < lines.length && deeper(lines[to] as string)) to++;
    if (to < lines.length && closesBlock(lines[to] as string, languageId)) to++;
    while (to > i + 1 && (lines[to - 1] as string).trim() === '') to--;
    const start = (starts[i] as number) + indentOf(line).length;
    const end = (starts[to - 1] as number) + (lines[to - 1] as string).length;
    return [{ name: match[1] ?? '', start, end, body: undefined }];
  });
}

/** Longer functions are cut, UTF-16 units. */
const MAX_CODE = 2000;

interface FunctionText {
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
