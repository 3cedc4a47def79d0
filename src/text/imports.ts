// For imports that are added to an accepted suggestion: the modules of a change that touches only imports. For the check
// of a large model's edit: the modules that a text names and that are no files beside it.
import { byLanguageId } from './languages.ts';

/** Lines of one statement, and of the part above it that is searched for its beginning. */
const MAX_LINES = 100;

interface ImportSyntax {
  /** A line that begins a statement. */
  readonly start: RegExp;
  /** Sticky: matches a name or keyword, a module between quotes, or a sign. Anything else is not understood. */
  readonly token: RegExp;
  /** The modules of a statement; undefined if its tokens are not one. 'open': it goes on in the next line. */
  readonly modules: (tokens: readonly string[]) => readonly string[] | 'open' | undefined;
}

const TYPESCRIPT: ImportSyntax = {
  start: /^import\b/,
  token: /[\w$]+|'[\w@./~-]+'|"[\w@./~-]+"|[{},*;]|[ \t]+/y,
  modules: (tokens) => {
    const at = tokens.findIndex((token) => token.startsWith("'") || token.startsWith('"'));
    if (at < 0) return tokens.includes(';') ? undefined : 'open';
    const [before, module = '', ...after] = [tokens[at - 1], ...tokens.slice(at)];
    const isWhole = before === 'from' && (after.length === 0 || (after.length === 1 && after[0] === ';'));
    return isWhole ? [module.slice(1, -1)] : undefined;
  },
};

const PYTHON: ImportSyntax = {
  start: /^(?:from|import)\b/,
  token: /[A-Za-z_][\w.]*|\.+[A-Za-z_][\w.]*|\.+|[(),*]|[ \t]+/y,
  modules: (tokens) => {
    if (tokens[0] === 'import') return tokens.includes('(') ? undefined : modulesOf(tokens.slice(1));
    const [, module, keyword, ...names] = tokens;
    if (module === undefined || keyword !== 'import' || names.length === 0) return undefined;
    const isOpen = names.includes('(') && !names.includes(')');
    return isOpen ? 'open' : [module];
  },
};

const SYNTAX = byLanguageId({ typescript: TYPESCRIPT, python: PYTHON });

/** Where the languages name a module that is no file beside: in statements, exports and calls. Group 1 or 2. */
const NAMED = byLanguageId<readonly RegExp[]>({
  typescript: [
    /(?<![\w$.])(?:from|import|require(?:\.resolve)?)\s{0,9}(?:\(\s{0,9})?(?:\/\*[^*]{0,200}\*\/\s{0,9})?(?:'([^'\n.][^'\n]{0,200})'|["`]([^"`\n.][^"`\n]{0,200})["`])/g,
  ],
  python: [
    /(?:^|;)[ \t]*(?:from[ \t]+([A-Za-z_][\w.]*)[ \t]+import\b|import[ \t]+([^\n;#]+))/gm,
    /\b(?:__import__|import_module)\s{0,9}\(\s{0,9}["']([^"'\n.][^"'\n]{0,200})["']/g,
  ],
  go: [/^[ \t]*(?:import[ \t]+)?(?:[\w.]+[ \t]+)?"([^"\n.][^"\n]*)"[ \t]*$/gm],
  rust: [/\b(?:use|extern[ \t]{1,9}crate)[ \t]{1,9}(?:::)?(?!(?:crate|super|self)\b)(\w+)/g],
  java: [/^[ \t]*import[ \t]+(?:static[ \t]+)?([\w.]+)/gm],
  kotlin: [/^[ \t]*import[ \t]+([\w.]+)/gm],
  csharp: [/^[ \t]*(?:global[ \t]+)?using[ \t]+(?:static[ \t]+)?([\w.]+)[ \t]*;/gm],
  ruby: [/^[ \t]*require[ \t]{0,9}\(?[ \t]{0,9}["']([^"'\n.][^"'\n]*)["']/gm],
  php: [/^[ \t]*use[ \t]+([\w\\]+)/gm],
  swift: [/^[ \t]*import[ \t]+([\w.]+)/gm],
  c: [/^[ \t]*#[ \t]*include[ \t]*<([^>\n]+)>/gm],
  cpp: [/^[ \t]*#[ \t]*include[ \t]*<([^>\n]+)>/gm],
});

/** The modules that a text names in any form and that are no files beside it; none of a language without a row. */
export function strangersIn(text: string, languageId: string): string[] {
  const found = (NAMED[languageId] ?? []).flatMap((form) => [...text.matchAll(form)]);
  const named = found.map(([, one = '', other = '']) => one + other);
  // Only Python lists modules, under other names.
  return named.flatMap((list) => list.split(',').map((module) => module.trim().split(/\s/, 1)[0] ?? ''));
}

/**
 * The modules of the import statements that the lines of text[from, to) are part of. Undefined if one of these lines is
 * part of something else, or the language is none of TypeScript, JavaScript and Python.
 * @param text with '\n' line ends
 */
export function importedModules(
  text: string,
  from: number,
  to: number,
  languageId: string,
): readonly string[] | undefined {
  const syntax = SYNTAX[languageId];
  if (syntax === undefined) return undefined;
  const lines = text.split('\n');
  const lineAt = (offset: number) => text.slice(0, offset).split('\n').length - 1;
  // A line end at the edge of a change does not make the line beyond it a part of the change.
  const last = lineAt(to > from && text[to - 1] === '\n' ? to - 1 : to);
  const modules: string[] = [];
  for (let line = lineAt(to > from && text[from] === '\n' ? from + 1 : from); line <= last; ) {
    if (lines[line]?.trim() === '') {
      line++;
      continue;
    }
    const found = statementAround(lines, line, syntax);
    if (found === undefined) return undefined;
    modules.push(...found.modules);
    line = found.end;
  }
  return modules.length > 0 ? modules : undefined;
}

/** The statement that a line is part of; `end` is the line below it. */
function statementAround(
  lines: readonly string[],
  line: number,
  { start, token, modules }: ImportSyntax,
): { readonly modules: readonly string[]; readonly end: number } | undefined {
  let first = line;
  while (first > 0 && line - first < MAX_LINES && !start.test(lines[first] as string)) first--;
  if (!start.test(lines[first] as string)) return undefined;
  const tokens: string[] = [];
  for (let end = first; end < Math.min(lines.length, first + MAX_LINES); end++) {
    const own = tokensOf(lines[end] as string, token);
    if (own === undefined) return undefined;
    tokens.push(...own);
    const found = modules(tokens);
    if (found === undefined) return undefined;
    if (found !== 'open') return end >= line ? { modules: found, end: end + 1 } : undefined;
  }
  return undefined;
}

/** Undefined if the line holds something else. */
function tokensOf(line: string, token: RegExp): string[] | undefined {
  const tokens: string[] = [];
  for (let at = 0; at < line.length; at = token.lastIndex) {
    token.lastIndex = at;
    const [found] = token.exec(line) ?? [];
    if (found === undefined) return undefined;
    if (found.trim() !== '') tokens.push(found);
  }
  return tokens;
}

/** `a.b as c, d` */
function modulesOf(tokens: readonly string[]): readonly string[] | undefined {
  const modules = tokens.filter((token, i) => token !== ',' && token !== 'as' && tokens[i - 1] !== 'as');
  return modules.length > 0 && modules.every((module) => /^[\w.]+$/.test(module)) ? modules : undefined;
}
