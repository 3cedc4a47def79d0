// tree-sitter's grammars, VS Code's own builds: which language has one, loaded when the language is first asked about.
import type * as TreeSitter from '@vscode/tree-sitter-wasm';
import { Parsed } from './parsed.ts';

/** VS Code's language id -> the grammar's name in the package. C is read with C++'s. Who has none here is known by brackets and indents alone. */
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

/** Grammars of one process: a few megabytes each, which WebAssembly never gives back. */
const MOST = 6;

interface Runtime {
  readonly Parser: typeof TreeSitter.Parser;
  readonly Language: typeof TreeSitter.Language;
  /** Where runtime and grammars lie. */
  readonly folder: string;
}

let runtime: Promise<Runtime> | undefined;
const parsers = new Map<string, Promise<Parsed | undefined>>();

/** One parser for each grammar of the process; undefined where there is none, or it cannot be loaded. Never rejects. @param most grammars that the process may hold */
export function parserFor(languageId: string, most = MOST): Promise<Parsed | undefined> {
  const grammar = GRAMMARS[languageId];
  if (grammar === undefined) return Promise.resolve(undefined);
  const known = parsers.get(grammar);
  if (known !== undefined || parsers.size >= most) return known ?? Promise.resolve(undefined);
  const parser = load(grammar).catch(() => undefined);
  parsers.set(grammar, parser);
  return parser;
}

async function load(grammar: string): Promise<Parsed> {
  runtime ??= start();
  const { Parser, Language, folder } = await runtime;
  const parser = new Parser();
  parser.setLanguage(await Language.load(`${folder}tree-sitter-${grammar}.wasm`));
  return new Parsed(parser);
}

/** Where the grammars lie, with a separator at its end. */
export async function grammarFolder(): Promise<string> {
  runtime ??= start();
  return (await runtime).folder;
}

async function start(): Promise<Runtime> {
  // A script of the old kind: all of it is its default export.
  const loaded = await import('@vscode/tree-sitter-wasm');
  const { Parser, Language } = (loaded as unknown as { default: typeof TreeSitter }).default;
  let folder = '';
  // The package alone knows where it lies, in node_modules or beside our bundles.
  const locateFile = (file: string, at: string) => {
    folder = at;
    return at + file;
  };
  await Parser.init({ locateFile });
  return { Parser, Language, folder };
}
