// The regular expressions of a source tree: its literals, those that modules make when they are loaded, and those that
// functions make, with a letter in place of what they insert.
import { globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as TreeSitter from '@vscode/tree-sitter-wasm';
import { parserFor } from '../../src/text/syntax/grammars.ts';

export interface FoundExpression {
  /** Path of the file in the tree. */
  readonly file: string;
  readonly source: string;
  readonly flags: string;
}

export interface Expressions {
  readonly found: readonly FoundExpression[];
  /** Calls of RegExp in functions whose pattern is no text in the call: `FILE: CALL`. */
  readonly unread: readonly string[];
}

/** What stands in the place of a text that a function inserts into a pattern. */
const INSERTED = 'a';

export async function expressionsIn(root: string): Promise<Expressions> {
  const unread: string[] = [];
  const found = new Map<string, FoundExpression>();
  const add = (file: string, { source, flags }: RegExp) =>
    found.set(JSON.stringify([file, source, flags]), { file, source, flags });
  for (const path of globSync('**/*.ts', { cwd: root }).sort()) {
    const { literals, calls } = await inFile(readFileSync(join(root, path), 'utf8'));
    for (const literal of literals) add(path, literal);
    if (calls.length === 0) continue;
    for (const [file, expression] of await madeByLoading(root, path)) add(file, expression);
    for (const { text, expression, isInFunction } of calls) {
      if (expression) add(path, expression);
      else if (isInFunction) unread.push(`${path}: ${text}`);
    }
  }
  return { found: [...found.values()], unread };
}

interface InFile {
  readonly literals: readonly RegExp[];
  readonly calls: readonly Call[];
}

/** A call of RegExp. */
interface Call {
  readonly text: string;
  /** Undefined if its pattern is no text in the call, or the call is in no function. */
  readonly expression: RegExp | undefined;
  readonly isInFunction: boolean;
}

async function inFile(text: string): Promise<InFile> {
  const parser = await parserFor('typescript');
  const found = parser?.read(text, Number.POSITIVE_INFINITY, (root): InFile => {
    const literals = nodesOf(root, 'regex').map((node) => {
      const [pattern, flags] = ['regex_pattern', 'regex_flags'].map(
        (type) => node.namedChildren.find((child) => child?.type === type)?.text ?? '',
      );
      return new RegExp(pattern as string, flags);
    });
    const calls = [...nodesOf(root, 'new_expression'), ...nodesOf(root, 'call_expression')].filter(
      (node) => (node.childForFieldName('constructor') ?? node.childForFieldName('function'))?.text === 'RegExp',
    );
    return { literals, calls: calls.map(readCall) };
  });
  if (found === undefined) throw new Error('The grammar of TypeScript is not there.');
  return found;
}

function nodesOf(root: TreeSitter.Node, type: string): TreeSitter.Node[] {
  return root.descendantsOfType(type).filter((node) => node !== null);
}

function readCall(call: TreeSitter.Node): Call {
  let around = call.parent;
  while (around && !/function|method/.test(around.type)) around = around.parent;
  const isInFunction = around !== null;
  // Those that a module makes when it is loaded are read then.
  return { text: call.text, expression: isInFunction ? expressionOf(call) : undefined, isInFunction };
}

function expressionOf(call: TreeSitter.Node): RegExp | undefined {
  const [pattern, flags] = call.childForFieldName('arguments')?.namedChildren ?? [];
  if (pattern?.type !== 'template_string') return undefined;
  const literal = pattern.text.replaceAll(/\$\{[^}]*\}/g, INSERTED);
  const text = (source: string): string => new Function(`return ${source}`)();
  return new RegExp(text(literal), flags?.type === 'string' ? text(flags.text) : '');
}

/** Those that a module and its imports make with RegExp when they are loaded for the first time. */
async function madeByLoading(root: string, path: string): Promise<[file: string, RegExp][]> {
  const made: [string, RegExp][] = [];
  const { RegExp: original } = globalThis;
  globalThis.RegExp = new Proxy(original, {
    construct(target, [pattern, flags]) {
      const expression = new target(pattern, flags);
      const from = /\(?(file:[^\s)]+\.ts)/.exec(new Error().stack?.split('\n').slice(2).join('\n') ?? '')?.[1];
      if (from?.startsWith(pathToFileURL(root).href))
        made.push([relative(root, decodeURIComponent(new URL(from).pathname)), expression]);
      return expression;
    },
  });
  try {
    await import(pathToFileURL(join(root, path)).href);
  } finally {
    globalThis.RegExp = original;
  }
  return made;
}
