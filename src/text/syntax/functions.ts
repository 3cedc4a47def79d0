// The functions of a text: by its grammar, or where no grammar knows the language by the words that begin one and by indents.
import type * as TreeSitter from '@vscode/tree-sitter-wasm';
import { indentColumns, indentOf } from '../indents.ts';
import { lineStart } from '../lines.ts';
import { parserFor } from './grammars.ts';

export interface SourceFunction {
  readonly name: string;
  /** Of the whole declaration, decorators and `export` included, UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** Where the first statement of its body stands, or the bracket before it; undefined: it has none. */
  readonly body: number | undefined;
}

/** Kinds of nodes that are functions, in all grammars that ship. */
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
/** What holds a function as its value: `const f = () => ...`. */
const HOLDERS = new Set(['lexical_declaration', 'variable_declaration', 'public_field_definition', 'field_definition']);
const VALUES = new Set(['arrow_function', 'function_expression', 'generator_function', 'function']);
/** What stands round a declaration and belongs to it, and what stands before it. */
const ROUND = new Set(['export_statement', 'decorated_definition', 'template_declaration']);
const BEFORE = new Set(['attribute_item', 'decorator']);

const MOST_MS = 2000;

/** In the order of the text; of those inside each other the outer first. */
export async function functionsIn(languageId: string, text: string): Promise<SourceFunction[]> {
  // Who looks for functions is a job, whose process ends with it.
  const parsed = await parserFor(languageId, Number.POSITIVE_INFINITY);
  if (parsed === undefined) return byIndent(text);
  return parsed.read(text, performance.now() + MOST_MS, inTree) ?? [];
}

/** The innermost one that the place lies in, its first line and the comment above not counted as another's. */
export function functionAt(functions: readonly SourceFunction[], text: string, at: number): SourceFunction | undefined {
  return functions.filter(({ start, end }) => lineStart(text, start) <= at && at <= end).at(-1);
}

function inTree(root: TreeSitter.Node): SourceFunction[] {
  const found: SourceFunction[] = [];
  const visit = (node: TreeSitter.Node) => {
    const own = FUNCTIONS.has(node.type) ? node : HOLDERS.has(node.type) ? heldBy(node) : undefined;
    if (own) found.push(describe(node, own));
    for (const child of node.namedChildren) if (child) visit(child);
  };
  visit(root);
  return found;
}

function heldBy(node: TreeSitter.Node): TreeSitter.Node | undefined {
  const declarator = node.namedChildren.find((child) => child?.type === 'variable_declarator') ?? node;
  const value = declarator.childForFieldName('value');
  return value && VALUES.has(value.type) ? value : undefined;
}

function describe(node: TreeSitter.Node, own: TreeSitter.Node): SourceFunction {
  let outer = node;
  while (outer.parent && ROUND.has(outer.parent.type)) outer = outer.parent;
  let first = outer;
  while (first.previousNamedSibling && BEFORE.has(first.previousNamedSibling.type)) first = first.previousNamedSibling;
  const body = own.childForFieldName('body') ?? undefined;
  return { name: nameOf(node), start: first.startIndex, end: outer.endIndex, body: body?.startIndex };
}

function nameOf(node: TreeSitter.Node): string {
  const named =
    node.childForFieldName('name') ??
    node.namedChildren.find((child) => child?.type === 'variable_declarator')?.childForFieldName('name') ??
    node.namedChildren.find((child) => child?.type === 'function_name');
  if (named) return named.text;
  // C and C++: pointers and parameters stand round the name.
  let inner = node.childForFieldName('declarator');
  while (inner?.childForFieldName('declarator')) inner = inner.childForFieldName('declarator');
  return inner?.text ?? '';
}

const begins =
  /^[ \t]*(?:[\p{L}@][\p{L}\p{N}_.]*[ \t]+)*?(?:function|func|fun|fn|def|defp|sub|proc)\b[ \t]*([\p{L}_][\p{L}\p{N}_.:]*)?/u;

function byIndent(text: string): SourceFunction[] {
  const lines = text.split('\n');
  const starts: number[] = [];
  for (let at = 0, i = 0; i < lines.length; i++) {
    starts.push(at);
    at += (lines[i] as string).length + 1;
  }
  return lines.flatMap((line, i) => {
    const match = begins.exec(line);
    if (match === null) return [];
    const deeper = (other: string) => other.trim() === '' || indentColumns(other) > indentColumns(line);
    let to = i + 1;
    while (to < lines.length && deeper(lines[to] as string)) to++;
    // The line that closes it.
    if (to < lines.length && /^\s*(?:[)\]}]|end\b)/.test(lines[to] as string)) to++;
    while (to > i + 1 && (lines[to - 1] as string).trim() === '') to--;
    const start = (starts[i] as number) + indentOf(line).length;
    const end = (starts[to - 1] as number) + (lines[to - 1] as string).length;
    return [{ name: match[1] ?? '', start, end, body: undefined }];
  });
}
