// The import of a name that another file of the folder exports, written as the folder's other files import it.
import { posix } from 'node:path';
import { byLanguageId } from '../../text/languages.ts';
import { lineEnd, linesOf } from '../../text/lines.ts';
import type { IncrementalParser } from '../../text/syntax/incremental-parser.ts';
import { withoutLiterals } from '../../text/syntax/nodes.ts';
import { NameCheck } from './check-names.ts';
import { type FindFiles, type FolderFile, type FolderNames, isExported } from './folder-names.ts';

/** A text to insert, and its offset in the document, UTF-16 units. */
interface Insertion {
  readonly at: number;
  readonly text: string;
}

interface ImportingDocument {
  readonly path: string;
  readonly languageId: string;
  /** Line ends are '\n'. */
  readonly text: string;
}

/** A name that the document lacks. */
interface MissingName {
  readonly name: string;
  /** The document uses it only as a type, so that a type-only import suffices. */
  readonly isTypeOnly: boolean;
}

/** An import statement of one name. */
interface NamedImport {
  /** As in the statement: './a.js', '..a.b'. */
  readonly from: string;
  /** TypeScript: `import type { Name }` or `{ type Name }`. */
  readonly type: 'statement' | 'name' | '';
}

/** Lines of an inserted text that are checked, and time for each, ms. */
const MOST_LINES = 12;
const LINE_MS = 500;

/**
 * The document's text with imports of what text[from, to) uses, the folder exports and the document does not import.
 */
export function withMissingImports(
  document: ImportingDocument & { readonly from: number; readonly to: number },
  parser: IncrementalParser,
  folder: FolderNames,
): string {
  const { path, languageId, text, from, to } = document;
  const missing = linesOf(text.slice(from, to))
    .slice(0, MOST_LINES)
    .flatMap(({ start, text: line }) => {
      const at = from + start;
      const query = { path, languageId, prefix: text.slice(0, at), suffix: text.slice(at + line.length) };
      return new NameCheck(query, parser, folder, text, LINE_MS).check(line).filter((each) => each.canBeImported);
    });
  return [...new Set(missing.map(({ name }) => name))].reduce((before, name) => {
    const isTypeOnly = missing.every((each) => each.name !== name || each.isType === true);
    // In Python an import below the use comes too late. Lines of strings and comments look like imports.
    const code = parser.read(before, performance.now() + LINE_MS, (root) => withoutLiterals(root, before));
    const above = code?.slice(0, before.length - text.length + from);
    if (above === undefined) return before;
    const insertion = missingImport({ name, isTypeOnly }, { ...document, text: above }, folder.find);
    return insertion === undefined
      ? before
      : before.slice(0, insertion.at) + insertion.text + before.slice(insertion.at);
  }, text);
}

/** Undefined if the language is none of TypeScript, JavaScript and Python, or how to import the name is not certain. */
export function missingImport(
  missing: MissingName,
  document: ImportingDocument,
  find: FindFiles,
): Insertion | undefined {
  const { name } = missing;
  const { path, languageId } = document;
  const write = WRITERS[languageId];
  if (write === undefined) return undefined;
  const files = [...(find(name, path, languageId) ?? [])];
  const exporters = files.filter((file) => isExported(name, file.text, languageId));
  // Two exports of one name: the user has to choose.
  const [exporter] = exporters;
  if (exporter === undefined || exporters.length > 1) return undefined;
  return write(missing, document, exporter, files);
}

type ImportWriter = (
  missing: MissingName,
  document: ImportingDocument,
  exporter: FolderFile,
  others: readonly FolderFile[],
) => Insertion | undefined;

const WRITERS = byLanguageId<ImportWriter>({ python: inPython, typescript: inTypeScript });

/** An import of the named exports of a module. */
const TS_IMPORT = /^import\s+(type\s+)?(?:[\w$]+\s*,\s*)?\{([^}]*)\}\s*from\s*(['"])([^'"]+)\3(;?)/gm;
/** The last line of any import. */
const TS_IMPORT_END = /^(?:import\s[^;'"]*['"][^'"\n]+['"];?|\} from ['"][^'"\n]+['"];?)[^\S\n]*$/gm;

function inTypeScript(
  { name, isTypeOnly }: MissingName,
  { path, text }: ImportingDocument,
  exporter: FolderFile,
  others: readonly FolderFile[],
): Insertion | undefined {
  const own = [...text.matchAll(TS_IMPORT)];
  if (own.length === 0 && /\brequire\(/.test(text)) return undefined;
  const found = mostFrequent(
    others
      .flatMap((file) => namedImports(name, file).map((each) => relocated(each, file.path, path)))
      // Others may import the name from the document, which exports it without having it.
      .filter(
        ({ from }) => !from.startsWith('.') || moduleOf(posix.join(posix.dirname(path), from)) !== moduleOf(path),
      ),
  );
  const isType = new RegExp(`export\\s+(?:declare\\s+)?(?:interface|type)\\s+${escaped(name)}\\b`).test(exporter.text);
  const { from, type: usual } = found ?? {
    from: relativeModule(path, exporter.path, own, others),
    type: isType && /^import type\b|\{[^}]*\btype\s/m.test(text) ? 'statement' : '',
  };
  const type = isTypeOnly ? usual : '';
  const specifier = type === 'name' ? `type ${name}` : name;
  const beside = own.find(
    ([, isTypeStatement, , , module]) => module === from && (isTypeStatement !== undefined) === (type === 'statement'),
  );
  if (beside) {
    const open = beside.index + beside[0].indexOf('{') + 1;
    const names = beside[2] as string;
    const end = names.trimEnd().length;
    const isList = names.includes('\n');
    const separator = names.trim() === '' || names.trimEnd().endsWith(',') ? '' : ',';
    const gap = isList ? (/\n[^\S\n]*(?=\S)/.exec(names)?.[0] ?? '\n  ') : ' ';
    return { at: open + end, text: `${separator}${gap}${specifier}${isList ? ',' : ''}` };
  }
  const sample = own[0] ?? others.flatMap((file) => [...file.text.matchAll(TS_IMPORT)])[0];
  const usualEnd = /;[^\S\n]*$/m.test(exporter.text) ? ';' : '';
  const [quote, semicolon] = [sample?.[3] ?? "'", sample?.[5] ?? usualEnd];
  const statement = `import ${type === 'statement' ? 'type ' : ''}{ ${specifier} } from ${quote}${from}${quote}${semicolon}`;
  return newLine(
    text,
    statement,
    TS_IMPORT_END,
    /^(?:#![^\n]*\n|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/[^\S\n]*\n|['"]use [a-z]+['"];?\n|\s)*/,
  );
}

function namedImports(name: string, { text }: FolderFile): NamedImport[] {
  const wanted = new RegExp(`^(type\\s+)?${escaped(name)}$`);
  return [...text.matchAll(TS_IMPORT)].flatMap(([, typeStatement, names = '', , from = '']) => {
    const match = names
      .split(',')
      .map((each) => wanted.exec(each.trim()))
      .find((each) => each !== null);
    if (!match) return [];
    return [{ from, type: typeStatement !== undefined ? 'statement' : match[1] === undefined ? '' : 'name' } as const];
  });
}

/** An import of another file, for the document. */
function relocated({ from, type }: NamedImport, file: string, path: string): NamedImport {
  if (!from.startsWith('.')) return { from, type };
  return { from: relativeTo(path, posix.join(posix.dirname(file), from)), type };
}

function relativeTo(path: string, target: string): string {
  const relative = posix.relative(posix.dirname(path), target);
  return relative.startsWith('.') ? relative : `./${relative}`;
}

/** The module of a file that nobody imports yet, with an extension if the relative imports have one. */
function relativeModule(
  path: string,
  target: string,
  own: readonly RegExpExecArray[],
  others: readonly FolderFile[],
): string {
  const imports = own.length > 0 ? own : others.flatMap((file) => [...file.text.matchAll(TS_IMPORT)]);
  const extension = imports
    .map(([, , , , from = '']) => (from.startsWith('.') ? (/\.[cm]?[jt]sx?$/.exec(from)?.[0] ?? '') : undefined))
    .find((each) => each !== undefined);
  if (extension === undefined || extension === '') return relativeTo(path, moduleOf(target));
  return relativeTo(path, /^\.[cm]?t/.test(extension) ? target : target.replace(/\.([cm]?)tsx?$/, '.$1js'));
}

/** A file's path without its extension; its directory's for an index file. */
function moduleOf(path: string): string {
  return path.replace(/\.[cm]?[jt]sx?$/, '').replace(/\/(?:index)?$/, '');
}

const PY_IMPORT = /^from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]+(?:\(([^)]*)\)|([^\n#(]+))/gm;
/** A backslash continues a line. */
const PY_IMPORT_END =
  /^(?:import[ \t](?:[^\n\\]|\\\n)*|from[ \t]+\S+[ \t]+import[ \t]+(?:\([^)]*\)|(?:[^\n(\\]|\\\n)*))$/gm;

function inPython(
  { name }: MissingName,
  { path, text }: ImportingDocument,
  exporter: FolderFile,
  others: readonly FolderFile[],
): Insertion | undefined {
  const own = [...text.matchAll(PY_IMPORT)];
  const found = mostFrequent(
    others.flatMap((file) =>
      [...file.text.matchAll(PY_IMPORT)].flatMap(([, from = '', inBrackets, plain = '']): NamedImport[] => {
        const names = (inBrackets ?? plain).split(',').map((each) => each.trim());
        return names.includes(name) ? [{ from: pythonModule(path, file.path, from), type: '' }] : [];
      }),
    ),
  );
  const isRelative = own.some(([, from = '']) => from.startsWith('.'));
  const from =
    found?.from ?? (isRelative ? dotted(path, exporter.path.replace(/(?:\/__init__)?\.py$/, '')) : undefined);
  if (from === undefined) return undefined;
  const beside = own.find(([, module, , plain]) => module === from && plain !== undefined && !plain.includes('\\'));
  if (beside) return { at: beside.index + beside[0].trimEnd().length, text: `, ${name}` };
  return newLine(
    text,
    `from ${from} import ${name}`,
    PY_IMPORT_END,
    /^(?:#[^\n]*\n|"""[\s\S]*?"""[^\S\n]*\n|'''[\s\S]*?'''[^\S\n]*\n|\s)*/,
  );
}

/** A module that another file names, as the document names it. */
function pythonModule(path: string, file: string, from: string): string {
  const [dots = ''] = /^\.*/.exec(from) ?? [];
  if (dots === '') return from;
  const up = '../'.repeat(dots.length - 1);
  return dotted(path, posix.join(posix.dirname(file), up, from.slice(dots.length).replaceAll('.', '/')));
}

/** `.a.b`, `..c` */
function dotted(path: string, target: string): string {
  const parts = posix.relative(posix.dirname(path), target).split('/');
  const up = parts.filter((part) => part === '..').length;
  return '.'.repeat(up + 1) + parts.filter((part) => part !== '..' && part !== '').join('.');
}

function mostFrequent(imports: readonly NamedImport[]): NamedImport | undefined {
  const groups = Map.groupBy(imports, ({ from, type }) => `${type} ${from}`);
  return [...groups.values()].sort((a, b) => b.length - a.length)[0]?.[0];
}

/** A line after the last import, or after what a file may begin with. */
function newLine(text: string, statement: string, importEnd: RegExp, head: RegExp): Insertion {
  const last = [...text.matchAll(importEnd)].at(-1);
  if (last) return { at: lineEnd(text, last.index + last[0].length), text: `\n${statement}` };
  const at = head.exec(text)?.[0].length ?? 0;
  return { at, text: `${statement}\n\n` };
}

function escaped(name: string): string {
  return name.replaceAll('$', '\\$');
}
