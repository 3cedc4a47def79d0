// tree-sitter's grammars in VS Code's builds, each loaded when its language is first used.
import type * as TreeSitter from '@vscode/tree-sitter-wasm';
import { IncrementalParser } from './incremental-parser.ts';

/**
 * VS Code's language id -> the grammar's name in the package. Languages without a row have only rules (block-rules.ts).
 */
const GRAMMARS: Readonly<Record<string, string>> = {
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

/** Grammars of one process, a few megabytes each; WebAssembly never frees their memory. */
const MAX_GRAMMARS = 6;

interface Runtime {
  readonly Parser: typeof TreeSitter.Parser;
  readonly Language: typeof TreeSitter.Language;
  /** The folder of runtime and grammars, with a separator at its end. */
  readonly folder: string;
}

let runtime: Promise<Runtime> | undefined;
const parsers = new Map<string, Promise<IncrementalParser | undefined>>();

/**
 * The process's parser for a language; undefined if it has no grammar, or loading failed. Never rejects.
 * @param most grammars that the process may load
 */
export function parserFor(languageId: string, most = MAX_GRAMMARS): Promise<IncrementalParser | undefined> {
  const grammar = GRAMMARS[languageId];
  if (grammar === undefined) return Promise.resolve(undefined);
  const known = parsers.get(grammar);
  if (known !== undefined || parsers.size >= most) return known ?? Promise.resolve(undefined);
  const parser = load(grammar).catch(() => undefined);
  parsers.set(grammar, parser);
  return parser;
}

async function load(grammar: string): Promise<IncrementalParser> {
  runtime ??= start();
  const { Parser, Language, folder } = await runtime;
  const parser = new Parser();
  parser.setLanguage(await Language.load(`${folder}tree-sitter-${grammar}.wasm`));
  return new IncrementalParser(parser);
}

/** The folder of the grammars, with a separator at its end. */
export async function grammarFolder(): Promise<string> {
  runtime ??= start();
  return (await runtime).folder;
}

async function start(): Promise<Runtime> {
  // A CommonJS module: its exports are the default export.
  const loaded = await import('@vscode/tree-sitter-wasm');
  const { Parser, Language } = (loaded as unknown as { default: typeof TreeSitter }).default;
  let folder = '';
  // Only the package knows its folder: node_modules, or beside the bundles.
  const locateFile = (file: string, at: string) => {
    folder = at;
    return at + file;
  };
  await Parser.init({ locateFile });
  return { Parser, Language, folder };
}
