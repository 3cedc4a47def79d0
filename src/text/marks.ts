// How each language begins and ends its comments and strings, and what only looks like their beginning.
import { byLanguageId, type Language, languageOf } from './languages.ts';

export type TextState = 'code' | 'comment' | 'string';

/** The beginning of a comment or a string, and how it ends. Patterns are sources of expressions without groups. */
export interface Mark {
  /** 'code': it looks like another mark. Without `close` it ends with its match. */
  readonly state: TextState;
  readonly open: string;
  /** Absent: it ends with its line, if it is no code. */
  readonly close?: (opened: string) => string;
  /** Whether it may have several lines. */
  readonly lines?: boolean;
  /** The character that takes the next one's meaning away; '': none does. Absent: a backslash. */
  readonly escapedBy?: string;
  /** What opens another level of it. */
  readonly nests?: (opened: string) => string;
  /** What begins a part that is code: it ends with the closers of its brackets. */
  readonly code?: readonly string[];
  /** Standing as a statement, it documents. */
  readonly documents?: boolean;
  /** Its text begins in the next line. */
  readonly below?: boolean;
}

/** Matches nothing: what it closes goes on to the end. */
export const NEVER = () => '(?!)';

export function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

const CLOSERS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '<': '>' };

const line = (open: string): Mark => ({ state: 'comment', open, escapedBy: '' });
const code = (open: string): Mark => ({ state: 'code', open });

function block(open: string, close: string, nests = false): Mark {
  const opens = escaped(open);
  return {
    state: 'comment',
    open: opens,
    close: () => escaped(close),
    lines: true,
    escapedBy: '',
    ...(nests && { nests: () => opens }),
  };
}

type StringRule = Pick<Mark, 'lines' | 'escapedBy' | 'code' | 'documents'>;

/** A string that ends with the quotes that it begins with. */
function quoted(open: string, rule: StringRule = {}): Mark {
  return { state: 'string', open, close: (opened) => escaped(quotesOf(opened)), ...rule };
}

/** The equal quotes that an opener ends with. */
function quotesOf(opened: string): string {
  const quote = opened.at(-1);
  let start = opened.length;
  while (start > 0 && opened[start - 1] === quote) start--;
  return opened.slice(start);
}

/** A string between brackets or other marks: the last character of `open`. */
function delimited(open: string, rule: StringRule = {}): Mark {
  const last = (opened: string) => opened.at(-1) as string;
  return {
    state: 'string',
    open,
    close: (opened) => escaped(CLOSERS[last(opened)] ?? last(opened)),
    lines: true,
    nests: (opened) => (last(opened) in CLOSERS ? escaped(last(opened)) : '(?!)'),
    ...rule,
  };
}

/** From `open` to a text that depends on it; no character is escaped. */
function spanning(open: string, close: (opened: string) => string, state: 'comment' | 'string' = 'string'): Mark {
  return { state, open, close: (opened) => escaped(close(opened)), lines: true, escapedBy: '' };
}

/** So many of a character as there are in the opener. */
const again = (character: string, opened: string) => character.repeat(opened.split(character).length - 1);

/** Lua's long brackets, `[==[...]==]`. */
const longBrackets = (before: string, state: 'comment' | 'string' = 'string') =>
  spanning(`${before}\\[=*\\[`, (opened) => `]${again('=', opened)}]`, state);

/** Text down to a line that is the word after `<<`. */
const heredoc = (opener: string, codeParts: readonly string[] = []): Mark => ({
  state: 'string',
  open: `${opener}(?:[A-Z_]\\w*|"\\w+"|'\\w+'|\`\\w+\`|\\\\\\w+)`,
  close: (opened) => `^[ \\t]*${/\w+(?=\W?$)/.exec(opened)?.[0]}\\b`,
  lines: true,
  escapedBy: '',
  code: codeParts,
  below: true,
});

const LINES = { lines: true };
const RAW = { lines: true, escapedBy: '' };
const TRIPLE_DOUBLE = '"""';
const TRIPLE = `(?:"""|''')`;
const QUOTE = `["']`;
const C_BLOCK = block('/*', '*/');
const NESTED_C_BLOCK = block('/*', '*/', true);
const XML_BLOCK = block('<!--', '-->');
const ML_BLOCK = block('(*', '*)', true);
const CHARACTER = code(`'(?:\\\\[^\\n][^'\\n]{0,9}|[^\\\\'\\n])'`);
const ESCAPED = code('\\\\[^\\n]');
/** Between digits, or in a word. */
const APOSTROPHE = code(`(?<=\\w)'(?=\\w)`);
/** A slash divides after a value; elsewhere it begins a regular expression. */
const SLASH =
  '\\/(?![*/])(?<=(?:^|[(,=:[!&|?{;+~]|=>|' +
  '\\b(?:return|typeof|case|in|of|do|else|yield|await|and|or|not|if|unless|when|split|grep|map))[ \\t]*\\/)';
/** Its length is bounded, because a line of slashes would take long. */
const REGEX = code(`${SLASH}(?:\\\\.|\\[(?:\\\\.|[^\\]\\\\\\n]){0,99}\\]|[^/\\\\\\n[]){1,299}\\/`);
const ATTRIBUTE = quoted(`(?<=[\\s"'](?!v-)[a-zA-Z][\\w-]*\\s*=\\s*)["']`, {
  lines: true,
  escapedBy: '',
  code: ['{{'],
});

/** The first two are in the text of JSX: "it's", "https://". */
const TYPESCRIPT = [APOSTROPHE, code('(?<=:)//'), C_BLOCK, REGEX, quoted('`', { lines: true, code: ['${'] })];
const PYTHON = [
  quoted(`\\b(?:[rR]?[fFtT]|[fFtT][rR])${TRIPLE}`, { lines: true, code: ['{'] }),
  quoted(`\\b(?:[rR]?[fFtT]|[fFtT][rR])${QUOTE}`, { code: ['{'] }),
  quoted(`(?:\\b[rRbBuU]{1,2})?${TRIPLE}`, { lines: true, documents: true }),
  quoted(`(?:\\b[rRbBuU]{1,2})?${QUOTE}`, { documents: true }),
];
const RUBY: readonly Mark[] = [
  spanning('^=begin\\b', () => '\n=end', 'comment'),
  heredoc('<<[-~]?', ['#{']),
  code(`\\?["'#]`),
  { state: 'code', open: SLASH, close: () => '\\/', lines: true, code: ['#{'] },
  delimited('%[qQwWiIrx][{(\\[<|!/]', { code: ['#{'] }),
  quoted('["`]', { lines: true, code: ['#{'] }),
  quoted("'", LINES),
];
const ELIXIR = [
  { ...quoted(`@\\w*doc\\s+(?:~[sS])?(?:"""|"|''')`, { ...LINES, code: ['#{'] }), state: 'comment' as const },
  code(`\\?["'#]`),
  delimited('~[a-zA-Z]+[{(\\[<|/]'),
  quoted(`(?:~[a-zA-Z])?(?:"""|'''|["'])`, { lines: true, code: ['#{'] }),
];
const CPP = [
  C_BLOCK,
  CHARACTER,
  APOSTROPHE,
  spanning('\\bu?8?R"[^\\s()\\\\]{0,16}\\(', (opened) => `)${opened.slice(opened.indexOf('"') + 1, -1)}"`),
];
const LISP = [block('#|', '|#', true), code('#?\\\\[^\\n]'), quoted('"', LINES)];
const TERRAFORM = [line('//'), C_BLOCK, heredoc('<<-?', ['${']), quoted('"', { code: ['${'] })];
const STYLES = [C_BLOCK, code('url\\([^)"\'\\n]{0,299}\\)'), quoted(QUOTE, { code: ['#{'] })];
const SPANNING = [quoted('"', LINES)];
/** In YAML a quote within a text is an apostrophe. */
const YAML = [code(`(?<=[^\\s[{,:(])["']`)];
const DOLLAR_BRACE = { code: ['${'] };
const DOLLAR_BRACE_LINES = { lines: true, code: ['${'] };

/** Marks by language id, tried before those of the table of languages. */
const ownMarks: Readonly<Record<string, readonly Mark[]>> = byLanguageId({
  typescript: TYPESCRIPT,
  bat: [line('^[ \\t]*@?[rR][eE][mM]\\b')],
  c: [C_BLOCK, CHARACTER, APOSTROPHE],
  clojure: LISP,
  cmake: [longBrackets('#', 'comment'), longBrackets(''), ...SPANNING],
  coffeescript: [block('###', '###'), REGEX, quoted(`(?:"""|")`, { lines: true, code: ['#{'] }), quoted(TRIPLE, LINES)],
  cpp: CPP,
  crystal: RUBY,
  csharp: [
    C_BLOCK,
    CHARACTER,
    quoted('(?<![$])[$]{1,9}"""', { ...RAW, code: ['{'] }),
    quoted(TRIPLE_DOUBLE, RAW),
    quoted('(?:\\$@|@\\$)"', { ...RAW, code: ['{'] }),
    quoted('@"', RAW),
    quoted('\\$"', { code: ['{'] }),
  ],
  css: STYLES,
  'cuda-cpp': CPP,
  d: [C_BLOCK, block('/+', '+/', true), CHARACTER, quoted('r"|`', RAW), ...SPANNING],
  dart: [
    NESTED_C_BLOCK,
    quoted(`\\br${TRIPLE}`, RAW),
    quoted(`\\br${QUOTE}`, { escapedBy: '' }),
    quoted(TRIPLE, DOLLAR_BRACE_LINES),
    quoted(QUOTE, DOLLAR_BRACE),
  ],
  dockerfile: [ESCAPED],
  elixir: ELIXIR,
  elm: [block('{-', '-}', true), CHARACTER, quoted(TRIPLE_DOUBLE, LINES)],
  erb: [block('<%#', '%>'), XML_BLOCK, ATTRIBUTE],
  erlang: [code(`'(?:[^'\\\\\\n]|\\\\.){0,255}'`), code('\\$\\\\?[^\\n]'), quoted('(?:"""|")', LINES)],
  fsharp: [
    code('\\(\\*\\)'),
    ML_BLOCK,
    CHARACTER,
    quoted('\\$"""', { ...RAW, code: ['{'] }),
    quoted('"""|@"', RAW),
    quoted('\\$"', { code: ['{'] }),
    ...SPANNING,
  ],
  gdscript: PYTHON,
  gleam: SPANNING,
  go: [C_BLOCK, quoted('`', RAW)],
  graphql: [quoted('(?:"""|")', { lines: true, documents: true })],
  groovy: [C_BLOCK, REGEX, quoted('"""', DOLLAR_BRACE_LINES), quoted("'''", LINES), quoted('"', DOLLAR_BRACE)],
  handlebars: [block('{{!--', '--}}'), block('{{!', '}}'), XML_BLOCK, ATTRIBUTE],
  haskell: [
    block('{-', '-}', true),
    CHARACTER,
    code('-{2,99}[!#$%&*+./<=>?@\\\\^|~:][^\\n]?'),
    code('(?<=[!#$%&*+./<=>?@\\\\^|~:])--'),
  ],
  hcl: TERRAFORM,
  html: [XML_BLOCK, ATTRIBUTE],
  java: [C_BLOCK, quoted(TRIPLE_DOUBLE, LINES)],
  jinja: [block('{#', '#}'), XML_BLOCK, ATTRIBUTE],
  julia: [
    block('#=', '=#', true),
    CHARACTER,
    quoted('\\braw"', LINES),
    quoted('(?:"""|")', { lines: true, code: ['$('], documents: true }),
  ],
  kotlin: [NESTED_C_BLOCK, quoted(TRIPLE_DOUBLE, { ...RAW, code: ['${'] }), quoted('"', DOLLAR_BRACE)],
  latex: [ESCAPED],
  less: STYLES,
  lisp: LISP,
  lua: [longBrackets('--', 'comment'), longBrackets('')],
  makefile: [ESCAPED, code('\\$#')],
  matlab: [
    spanning('^[ \\t]*%\\{[ \\t]*$', () => '%}', 'comment'),
    code(`(?<=[\\w)\\]}.'])'`),
    quoted("'", { escapedBy: '' }),
  ],
  nim: [
    block('##[', ']##', true),
    block('#[', ']#', true),
    CHARACTER,
    quoted(TRIPLE_DOUBLE, RAW),
    quoted('\\br"', { escapedBy: '' }),
  ],
  nix: [
    C_BLOCK,
    { ...quoted("''", { lines: true, escapedBy: '', code: ['${'] }), close: () => `''(?!['$\\\\])` },
    quoted('"', DOLLAR_BRACE_LINES),
  ],
  'objective-cpp': CPP,
  ocaml: [ML_BLOCK, CHARACTER, spanning('\\{\\|', () => '|}'), ...SPANNING],
  pascal: [block('{', '}'), block('(*', '*)')],
  perl: [
    spanning('^=[a-z]\\w*', () => '\n=cut', 'comment'),
    { ...spanning('^__(?:END|DATA)__$', () => '', 'comment'), close: NEVER },
    code(`\\$[#'"\`&]|(?<=\\w)'(?=\\w)`),
    heredoc('<<~?'),
    REGEX,
    delimited('(?<![$@%&\\w>{-])(?:q[qwrx]?|m|s|tr|y)[{(\\[<|!/]'),
    quoted('["\'`]', LINES),
  ],
  php: [
    code('\\?>[^]*?(?:<\\?|$(?![^]))'),
    code('#\\['),
    C_BLOCK,
    heredoc('<<<[ \\t]*', ['{$']),
    quoted('["`]', { lines: true, code: ['{$'] }),
    quoted("'", LINES),
  ],
  powershell: [
    block('<#', '#>'),
    { ...spanning('@"[ \\t]*$', () => '\n"@'), code: ['$('] },
    spanning("@'[ \\t]*$", () => "\n'@"),
    code('`[^\\n]'),
    quoted('"', { lines: true, escapedBy: '`', code: ['$('] }),
    quoted("'", RAW),
  ],
  prolog: [C_BLOCK, code(`0'(?:\\\\[^\\n]|''|[^\\n])`)],
  properties: [line('^[ \\t]*!')],
  puppet: [quoted('"', DOLLAR_BRACE_LINES), quoted("'", LINES)],
  python: PYTHON,
  r: [
    code('`[^`\\n]*`'),
    spanning('\\b[rR]"-*[([{]', (opened) => `${CLOSERS[opened.slice(-1)]}${again('-', opened)}"`),
    quoted(QUOTE, LINES),
  ],
  racket: LISP,
  razor: [block('@*', '*@'), XML_BLOCK, ATTRIBUTE],
  ruby: RUBY,
  rust: [NESTED_C_BLOCK, CHARACTER, spanning('\\b[bc]?r#*"', (opened) => `"${again('#', opened)}`), ...SPANNING],
  sass: STYLES,
  scala: [
    NESTED_C_BLOCK,
    CHARACTER,
    code("'(?=\\w)"),
    quoted('\\b[a-zA-Z]\\w*"""', { ...RAW, code: ['${'] }),
    quoted(TRIPLE_DOUBLE, RAW),
    quoted('\\b[a-zA-Z]\\w*"', DOLLAR_BRACE),
  ],
  scheme: LISP,
  scss: STYLES,
  shellscript: [
    code('\\\\[^]|\\$#'),
    heredoc('(?<!<)<<-?[ \\t]*', ['$(']),
    quoted('"', { lines: true, code: ['$(', '${'] }),
    quoted("\\$'", LINES),
    quoted("'", RAW),
    quoted('`', LINES),
  ],
  sql: [C_BLOCK, quoted(QUOTE, RAW)],
  starlark: PYTHON,
  stylus: STYLES,
  svelte: [XML_BLOCK, quoted(ATTRIBUTE.open, { ...RAW, code: ['{'] })],
  swift: [
    NESTED_C_BLOCK,
    spanning('(?<!#)#{1,9}"""', (opened) => `"""${again('#', opened)}`),
    spanning('(?<!#)#{1,9}"', (opened) => `"${again('#', opened)}`),
    quoted(TRIPLE_DOUBLE, { lines: true, code: ['\\('] }),
    quoted('"', { code: ['\\('] }),
  ],
  systemverilog: [C_BLOCK],
  tcl: [ESCAPED, ...SPANNING],
  terraform: TERRAFORM,
  tex: [ESCAPED],
  toml: [quoted(TRIPLE_DOUBLE, LINES), quoted("'''", RAW), quoted("'", { escapedBy: '' })],
  twig: [block('{#', '#}'), XML_BLOCK, ATTRIBUTE],
  v: [NESTED_C_BLOCK, quoted("'", DOLLAR_BRACE_LINES), quoted('"', DOLLAR_BRACE_LINES)],
  vb: [quoted('"', { escapedBy: '' })],
  vhdl: [C_BLOCK, CHARACTER],
  viml: [line('^[ \\t]*"'), quoted('"')],
  vue: [XML_BLOCK, ATTRIBUTE],
  wgsl: [NESTED_C_BLOCK],
  xml: [XML_BLOCK, ATTRIBUTE],
  yaml: YAML,
  dockercompose: YAML,
  zig: [{ state: 'string', open: '\\\\\\\\', close: NEVER, escapedBy: '' }],
});

const marksById = new Map(Object.entries(ownMarks));

/** The marks of a language, the first that matches at a place counts. */
export function marksOf(languageId: string): readonly Mark[] {
  const language = languageOf(languageId);
  const isC = language.lineComments.includes('//');
  return [...(marksById.get(languageId) ?? (isC ? [C_BLOCK] : [])), ...commonMarks(language)];
}

function commonMarks({ family, lineComments, quotes, bareValues }: Language): Mark[] {
  // Where a text needs no quotes, a mark within a word begins no comment: 'a#b'.
  const before = (mark: string) => (bareValues && mark !== '//' ? '(?<!\\S)' : '');
  return [
    ...lineComments.map((mark) => line(before(mark) + escaped(mark))),
    // In markup only attributes have quotes.
    ...[...(family === 'markup' ? '' : quotes)].map((quote) => quoted(quote)),
  ];
}
