// The table of languages: what is known of each without a parser, found by file name, editor id or code fence.

/** How blocks are written: by brackets, by indent, by tags, as data, or not at all. */
export type LanguageFamily = 'bracket' | 'indent' | 'markup' | 'data' | 'prose';

export interface LanguageFacts {
  readonly family: LanguageFamily;
  /** Marks that begin a line comment. */
  readonly lineComments: readonly string[];
  /** Characters that open and close a string on one line. */
  readonly quotes: string;
}

export interface Language extends LanguageFacts {
  /** The language id of VS Code or of one of its extensions. */
  readonly id: string;
  /** Extensions (with the dot) and whole file names. */
  readonly names: readonly string[];
  /** Whether text without quotes is a value. */
  readonly bareValues: boolean;
  /** Whether large files are recordings and tables, of which a few lines teach as much as all. */
  readonly recordings: boolean;
}

const facts = (family: LanguageFamily, lineComments: string, quotes: string): LanguageFacts => ({
  family,
  lineComments: lineComments.split(' ').filter((mark) => mark !== ''),
  quotes,
});

const C = facts('bracket', '//', `"'\``);
// The apostrophe is no quote here: a lifetime in Rust, a digit separator in C++, a symbol in Lisps, part of a name in
// ML.
const C_DOUBLE = facts('bracket', '//', '"');
const LISP = facts('bracket', ';', '"');
const HASH = facts('bracket', '#', `"'`);
const HASH_DOUBLE = facts('bracket', '#', '"');
// Languages that close blocks with a word ('end', 'fi') also count as 'indent'; syntax/blocks.ts has the words.
const HASH_INDENT = facts('indent', '#', `"'`);
const HASH_WORDS = facts('indent', '#', '"');
const PERCENT_INDENT = facts('indent', '%', '"');
const C_INDENT = facts('indent', '//', `"'`);
const DASHES_INDENT = facts('indent', '--', '"');
const MARKUP = facts('markup', '', `"'`);
const DATA = facts('data', '', '"');
const HASH_DATA = facts('data', '#', `"'`);
const PROSE = facts('prose', '', '');
const PERCENT_PROSE = facts('prose', '%', '');

type Row = readonly [id: string, facts: LanguageFacts, names: string, also?: 'bare' | 'recordings' | 'bare recordings'];

/** If two rows have the same file name, the first one counts. */
const rows: readonly Row[] = [
  ['abap', facts('indent', '"', `'\``), '.abap'],
  ['ada', DASHES_INDENT, '.adb .ads'],
  ['asciidoc', PROSE, '.adoc .asciidoc'],
  ['bat', facts('bracket', '::', '"'), '.bat .cmd', 'bare'],
  ['bibtex', PERCENT_PROSE, '.bib'],
  ['c', C, '.c .h'],
  ['clojure', LISP, '.clj .cljs .cljc .edn'],
  ['cmake', HASH_WORDS, '.cmake CMakeLists.txt'],
  ['coffeescript', HASH_INDENT, '.coffee'],
  ['cpp', C_DOUBLE, '.cpp .cc .cxx .hpp .hh .hxx .inl .ipp .ino'],
  ['crystal', HASH_INDENT, '.cr'],
  ['csharp', C, '.cs .csx'],
  ['css', C, '.css'],
  ['csv', DATA, '.csv .tsv', 'bare recordings'],
  ['cuda-cpp', C_DOUBLE, '.cu .cuh'],
  ['d', C, '.d'],
  ['dart', C, '.dart'],
  ['diff', facts('data', '', ''), '.diff .patch', 'recordings'],
  ['dockercompose', HASH_DATA, 'docker-compose.yml docker-compose.yaml compose.yml compose.yaml', 'bare'],
  ['dockerfile', HASH, '.dockerfile Dockerfile Containerfile', 'bare'],
  ['elixir', HASH_INDENT, '.ex .exs'],
  ['elm', DASHES_INDENT, '.elm'],
  ['erb', MARKUP, '.erb'],
  ['erlang', PERCENT_INDENT, '.erl .hrl'],
  ['fortran', facts('indent', '!', `"'`), '.f .f90 .f95 .f03 .f08 .for'],
  ['fsharp', facts('indent', '//', '"'), '.fs .fsi .fsx'],
  ['gdscript', HASH_INDENT, '.gd'],
  ['git-commit', facts('prose', '#', ''), ''],
  ['gleam', C_DOUBLE, '.gleam'],
  ['glsl', C, '.glsl .vert .frag .comp .geom'],
  ['go', C, '.go'],
  ['go.mod', C, 'go.mod'],
  ['graphql', HASH_DOUBLE, '.graphql .gql'],
  ['groovy', C, '.groovy .gradle Jenkinsfile'],
  ['handlebars', MARKUP, '.hbs .handlebars'],
  ['haskell', DASHES_INDENT, '.hs .lhs'],
  ['hcl', HASH, '.hcl', 'bare'],
  ['hlsl', C, '.hlsl .fx'],
  ['html', MARKUP, '.html .htm .xhtml'],
  ['ignore', facts('data', '#', ''), '.gitignore .dockerignore .npmignore .vscodeignore .easyadaptationignore', 'bare'],
  ['ini', facts('data', '# ;', '"'), '.ini .cfg .conf .editorconfig .gitconfig', 'bare'],
  ['java', C, '.java'],
  ['javascript', C, '.js .mjs .cjs .es6'],
  ['javascriptreact', C, '.jsx'],
  ['jinja', MARKUP, '.j2 .jinja .jinja2'],
  ['json', DATA, '.json .webmanifest .geojson', 'bare recordings'],
  ['jsonc', facts('data', '//', '"'), '.jsonc .code-workspace tsconfig.json jsconfig.json .eslintrc.json', 'bare'],
  ['jsonl', DATA, '.jsonl .ndjson', 'bare recordings'],
  ['julia', HASH_WORDS, '.jl'],
  ['kotlin', C, '.kt .kts'],
  ['latex', PERCENT_PROSE, '.tex .sty .cls .ltx'],
  ['less', C, '.less'],
  ['lisp', LISP, '.lisp .lsp .cl .el'],
  ['log', DATA, '.log', 'bare recordings'],
  ['lua', facts('indent', '--', `"'`), '.lua'],
  ['makefile', HASH_INDENT, '.mk .mak Makefile makefile GNUmakefile', 'bare'],
  ['markdown', PROSE, '.md .markdown .mkd .qmd'],
  ['matlab', PERCENT_INDENT, '.m'],
  ['mdx', PROSE, '.mdx'],
  ['nim', HASH_INDENT, '.nim .nims'],
  ['nix', HASH_DOUBLE, '.nix'],
  ['objective-cpp', C_DOUBLE, '.mm'],
  ['ocaml', facts('indent', '', '"'), '.ml .mli'],
  ['org', PROSE, '.org'],
  ['pascal', facts('indent', '//', "'"), '.pas .pp .dpr'],
  ['perl', HASH, '.pl .pm .t'],
  ['php', facts('bracket', '// #', `"'`), '.php .phtml'],
  ['plaintext', PROSE, '.txt .text README LICENSE LICENCE COPYING NOTICE AUTHORS CHANGELOG CHANGES', 'bare'],
  ['powershell', HASH, '.ps1 .psm1 .psd1'],
  ['prisma', C, '.prisma'],
  ['prolog', facts('bracket', '%', `"'`), '.pro .prolog'],
  ['properties', facts('data', '#', ''), '.properties', 'bare'],
  ['proto3', C, '.proto'],
  ['pug', C_INDENT, '.pug .jade'],
  ['puppet', HASH, '.pp'],
  ['python', HASH_INDENT, '.py .pyi .pyw .pyx .pxd .ipynb SConstruct SConscript'],
  ['r', HASH, '.r .R .rmd .Rmd'],
  ['racket', LISP, '.rkt'],
  ['razor', MARKUP, '.cshtml .razor'],
  ['restructuredtext', PROSE, '.rst'],
  ['ruby', HASH_INDENT, '.rb .rake .gemspec Gemfile Rakefile Podfile Vagrantfile'],
  ['rust', C_DOUBLE, '.rs'],
  ['sass', C_INDENT, '.sass'],
  ['scala', C, '.scala .sc .sbt'],
  ['scheme', LISP, '.scm .ss'],
  // The input box of the source control view.
  ['scminput', facts('prose', '#', ''), ''],
  ['scss', C, '.scss'],
  ['shellscript', HASH_INDENT, '.sh .bash .zsh .ksh .fish .bats .bashrc .profile', 'bare'],
  ['solidity', C, '.sol'],
  ['sql', facts('bracket', '--', `"'`), '.sql .ddl .dml'],
  ['starlark', HASH_INDENT, '.bzl .star BUILD BUILD.bazel WORKSPACE'],
  ['stylus', C_INDENT, '.styl'],
  ['svelte', MARKUP, '.svelte'],
  ['swift', C_DOUBLE, '.swift'],
  ['systemverilog', facts('indent', '//', '"'), '.sv .svh'],
  ['tcl', HASH_DOUBLE, '.tcl'],
  ['terraform', HASH, '.tf .tfvars', 'bare'],
  ['tex', PERCENT_PROSE, ''],
  ['toml', HASH_DATA, '.toml Pipfile', 'bare'],
  ['twig', MARKUP, '.twig'],
  ['typescript', C, '.ts .mts .cts'],
  ['typescriptreact', C, '.tsx'],
  ['typst', PROSE, '.typ'],
  ['v', C, '.v'],
  ['vb', facts('indent', "'", '"'), '.vb .vbs .bas'],
  ['vhdl', DASHES_INDENT, '.vhd .vhdl'],
  ['viml', facts('indent', '"', "'"), '.vim .vimrc'],
  ['vue', MARKUP, '.vue'],
  ['wgsl', C, '.wgsl'],
  ['xml', MARKUP, '.xml .xsd .xsl .xslt .plist .csproj .vbproj .fsproj .props .targets .xaml', 'bare recordings'],
  ['yaml', HASH_DATA, '.yaml .yml .clang-format', 'bare recordings'],
  ['zig', C, '.zig .zon'],
];

const languages: readonly Language[] = rows.map(([id, known, names, also = '']) => ({
  id,
  ...known,
  names: names.split(' ').filter((name) => name !== ''),
  bareValues: also.includes('bare'),
  recordings: also.includes('recordings'),
}));
const byId = new Map(languages.map((language) => [language.id, language]));
const byName = new Map<string, string>();
for (const { id, names } of languages) for (const name of names) if (!byName.has(name)) byName.set(name, id);

/** A table by language id; the ids of JavaScript share the row of TypeScript. */
export function byLanguageId<T>(rows: {
  readonly typescript: T;
  readonly [languageId: string]: T;
}): Readonly<Record<string, T>> {
  const { typescript } = rows;
  return { ...rows, javascript: typescript, javascriptreact: typescript, typescriptreact: typescript };
}

/** The row of a language id; an unknown language counts as similar to C. */
export function languageOf(languageId: string): Language {
  return byId.get(languageId) ?? { id: languageId, ...C, names: [], bareValues: false, recordings: false };
}

/** The language id for a path, by its file name alone; 'plaintext' if the name is unknown. */
export function languageIdOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const whole = byName.get(name);
  if (whole !== undefined) return whole;
  if (/^Dockerfile\./.test(name)) return 'dockerfile';
  const dot = name.lastIndexOf('.');
  const extension = dot < 0 ? '' : name.slice(dot);
  return byName.get(extension) ?? byName.get(extension.toLowerCase()) ?? 'plaintext';
}

/** Names of code fences that are neither ids nor extensions. */
const FENCE_NAMES: Readonly<Record<string, string>> = {
  'c#': 'csharp',
  'c++': 'cpp',
  console: 'shellscript',
  golang: 'go',
  proto: 'proto3',
  protobuf: 'proto3',
  shell: 'shellscript',
};

/** The language id of a code fence's name: an id, an extension or a usual name, as 'typescript', 'ts' or 'shell'. */
export function languageIdOfFence(fence: string): string | undefined {
  const name = fence.toLowerCase();
  return byId.has(name) ? name : (byName.get(`.${name}`) ?? FENCE_NAMES[name]);
}

export function kindOf(languageId: string): 'code' | 'prose' {
  return languageOf(languageId).family === 'prose' ? 'prose' : 'code';
}

/** Groups of languages that share n-grams. */
const KIN: readonly string[][] = [
  ['javascript', 'javascriptreact', 'typescript', 'typescriptreact', 'vue', 'svelte'],
  ['c', 'cpp', 'cuda-cpp', 'objective-cpp'],
  ['css', 'less', 'sass', 'scss', 'stylus'],
  ['json', 'jsonc', 'jsonl'],
  ['yaml', 'dockercompose'],
];
const kinById = new Map(KIN.flatMap((ids) => ids.map((id) => [id, ids[0] as string])));

/** The name of the group of languages that a file shares its n-grams with. */
export function kinOf(path: string): string {
  return kinOfLanguage(languageIdOf(path));
}

function kinOfLanguage(languageId: string): string {
  return kinById.get(languageId) ?? languageId;
}

/**
 * The group whose n-grams predict a language; '' for all languages. Code in one language predicts another badly:
 * without JavaScript's n-grams the next token of CSS is right at 65 instead of 62 of 100 positions. Prose and data
 * repeat the code.
 */
export function ngramKinOf(languageId: string): string {
  const { family } = languageOf(languageId);
  return family === 'prose' || family === 'data' ? '' : kinOfLanguage(languageId);
}
