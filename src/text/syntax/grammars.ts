// tree-sitter's grammars in VS Code's builds, each loaded when its language is first used. All share one WebAssembly
// instance, which a text can break: the instance is then replaced, and a document that did it twice is set aside.
import { createRequire } from 'node:module';
import type * as TreeSitter from '@vscode/tree-sitter-wasm';
import { messageOf } from '../../common/errors.ts';
import { type IncrementalParser, LanguageParser } from './incremental-parser.ts';

/**
 * VS Code's language id -> the grammar's name in the package. Languages without a row have only rules (blocks.ts).
 */
export const GRAMMARS: Readonly<Record<string, string>> = {
  c: 'cpp',
  cpp: 'cpp',
  csharp: 'c-sharp',
  css: 'css',
  'cuda-cpp': 'cpp',
  go: 'go',
  java: 'java',
  javascript: 'javascript',
  javascriptreact: 'javascript',
  php: 'php',
  powershell: 'powershell',
  python: 'python',
  ruby: 'ruby',
  rust: 'rust',
  shellscript: 'bash',
  typescript: 'typescript',
  typescriptreact: 'tsx',
};

/** Grammars of one instance, a few megabytes each; WebAssembly never frees their memory. */
const MAX_GRAMMARS = 6;
/** Failed parses after which a document is not parsed any more. */
const MOST_FAILURES = 2;
/**
 * Lowest address of the library's stack. A stack that grows beyond it overwrites the allocator's own data, which need
 * not trap: later parses would loop or be wrong.
 */
export const STACK_END = 12_704;
/** Bytes above STACK_END that are 0 as long as the stack has never been full. */
const GUARD_BYTES = 64;

interface Instance {
  readonly Parser: typeof TreeSitter.Parser;
  readonly Language: typeof TreeSitter.Language;
  readonly memory: WebAssembly.Memory;
  /** The folder of runtime and grammars, with a separator at its end. */
  readonly folder: string;
}

/** The present instance and its parsers; an instance that failed is left to garbage collection. */
class Grammars {
  readonly parsers = new Map<string, Promise<LanguageParser | undefined>>();
  readonly instance: Promise<Instance>;

  constructor(folder: string | undefined) {
    this.instance = start(folder);
    // `load` and `grammarFolder` report the error.
    this.instance.catch(() => {});
  }

  async load(grammar: string): Promise<LanguageParser> {
    const { Parser, Language, memory, folder } = await this.instance;
    const parser = new Parser();
    parser.setLanguage(await Language.load(`${folder}tree-sitter-${grammar}.wasm`));
    return new LanguageParser(parser, () => {
      if (new Uint8Array(memory.buffer, STACK_END, GUARD_BYTES).some((byte) => byte !== 0))
        throw new Error('the parser needed more than its stack');
    });
  }
}

let grammars: Grammars | undefined;
/** The package's folder, once it is known. */
let knownFolder: string | undefined;
/** Failed parses of each document, and the last one's message. */
const failures = new Map<string, { readonly count: number; readonly message: string }>();

/**
 * The process's parser for a document's language; undefined if it has no grammar, if loading failed or if the document
 * is set aside. Never rejects.
 * @param path of the document, to count its failures; '': they are not counted
 * @param most grammars that the process may load
 */
export async function parserFor(
  languageId: string,
  path = '',
  most = MAX_GRAMMARS,
): Promise<IncrementalParser | undefined> {
  const grammar = GRAMMARS[languageId];
  if (grammar === undefined || setAsideBecause(path) !== undefined) return undefined;
  grammars ??= new Grammars(knownFolder);
  const current = grammars;
  const { parsers } = current;
  if (!parsers.has(grammar)) {
    if (parsers.size >= most) return undefined;
    parsers.set(
      grammar,
      current.load(grammar).catch(() => undefined),
    );
  }
  const parser = await parsers.get(grammar);
  return parser?.for((error) => replace(current, path, error));
}

/** The message of a document's last failure, if the document is not parsed any more. */
export function setAsideBecause(path: string): string | undefined {
  const failure = failures.get(path);
  return failure && failure.count >= MOST_FAILURES ? failure.message : undefined;
}

/** A parse failed, so that the instance's memory cannot be trusted: none of its parsers is used again. */
function replace(failed: Grammars, path: string, error: unknown): void {
  if (grammars === failed) grammars = undefined;
  for (const parser of failed.parsers.values()) void parser.then((each) => each?.close());
  if (path !== '') failures.set(path, { count: (failures.get(path)?.count ?? 0) + 1, message: messageOf(error) });
}

/** The folder of the grammars, with a separator at its end. */
export async function grammarFolder(): Promise<string> {
  grammars ??= new Grammars(knownFolder);
  return (await grammars.instance).folder;
}

async function start(folder: string | undefined): Promise<Instance> {
  const { Parser, Language } = folder === undefined ? await load() : reload(folder);
  // What the library would make itself; ours, so that its stack can be watched.
  const memory = new WebAssembly.Memory({ initial: 512, maximum: 32_768 });
  // Only the package knows its folder: node_modules, or beside the bundles.
  const locateFile = (file: string, at: string) => {
    knownFolder = at;
    return at + file;
  };
  const options = { locateFile, wasmMemory: memory };
  await Parser.init(options);
  return { Parser, Language, memory, folder: knownFolder as string };
}

async function load(): Promise<typeof TreeSitter> {
  // A CommonJS module: its exports are the default export.
  const loaded = await import('@vscode/tree-sitter-wasm');
  return (loaded as unknown as { default: typeof TreeSitter }).default;
}

/** The library again: a copy of its module, because one copy makes only one instance. */
function reload(folder: string): typeof TreeSitter {
  const require = createRequire(folder);
  const file = require.resolve(`${folder}tree-sitter.js`);
  delete require.cache[file];
  return require(file);
}
