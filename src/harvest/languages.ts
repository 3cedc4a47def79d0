// File name -> VS Code's language id, and whether that is code or prose.

/** Language id: extensions (with the dot) and whole file names that mean it. VS Code's ids, its extensions' included. */
const languages: Readonly<Record<string, readonly string[]>> = {
  abap: ['.abap'],
  ada: ['.adb', '.ads'],
  asciidoc: ['.adoc', '.asciidoc'],
  bat: ['.bat', '.cmd'],
  bibtex: ['.bib'],
  c: ['.c', '.h'],
  clojure: ['.clj', '.cljs', '.cljc', '.edn'],
  cmake: ['.cmake', 'CMakeLists.txt'],
  coffeescript: ['.coffee'],
  cpp: ['.cpp', '.cc', '.cxx', '.hpp', '.hh', '.hxx', '.inl', '.ipp', '.ino'],
  crystal: ['.cr'],
  csharp: ['.cs', '.csx'],
  css: ['.css'],
  csv: ['.csv', '.tsv'],
  'cuda-cpp': ['.cu', '.cuh'],
  d: ['.d'],
  dart: ['.dart'],
  diff: ['.diff', '.patch'],
  dockercompose: ['docker-compose.yml', 'docker-compose.yaml', 'compose.yml', 'compose.yaml'],
  dockerfile: ['.dockerfile', 'Dockerfile', 'Containerfile'],
  elixir: ['.ex', '.exs'],
  elm: ['.elm'],
  erb: ['.erb'],
  erlang: ['.erl', '.hrl'],
  fortran: ['.f', '.f90', '.f95', '.f03', '.f08', '.for'],
  fsharp: ['.fs', '.fsi', '.fsx'],
  gdscript: ['.gd'],
  gleam: ['.gleam'],
  glsl: ['.glsl', '.vert', '.frag', '.comp', '.geom'],
  go: ['.go'],
  'go.mod': ['go.mod'],
  graphql: ['.graphql', '.gql'],
  groovy: ['.groovy', '.gradle', 'Jenkinsfile'],
  handlebars: ['.hbs', '.handlebars'],
  haskell: ['.hs', '.lhs'],
  hcl: ['.hcl'],
  hlsl: ['.hlsl', '.fx'],
  html: ['.html', '.htm', '.xhtml'],
  ignore: ['.gitignore', '.dockerignore', '.npmignore', '.vscodeignore', '.easyadaptationignore'],
  ini: ['.ini', '.cfg', '.conf', '.editorconfig', '.gitconfig'],
  java: ['.java'],
  javascript: ['.js', '.mjs', '.cjs', '.es6'],
  javascriptreact: ['.jsx'],
  jinja: ['.j2', '.jinja', '.jinja2'],
  json: ['.json', '.webmanifest', '.geojson'],
  jsonc: ['.jsonc', '.code-workspace', 'tsconfig.json', 'jsconfig.json', '.eslintrc.json'],
  jsonl: ['.jsonl', '.ndjson'],
  julia: ['.jl'],
  kotlin: ['.kt', '.kts'],
  latex: ['.tex', '.sty', '.cls', '.ltx'],
  less: ['.less'],
  lisp: ['.lisp', '.lsp', '.cl', '.el'],
  log: ['.log'],
  lua: ['.lua'],
  makefile: ['.mk', '.mak', 'Makefile', 'makefile', 'GNUmakefile'],
  markdown: ['.md', '.markdown', '.mkd', '.qmd'],
  matlab: ['.m'],
  mdx: ['.mdx'],
  nim: ['.nim', '.nims'],
  nix: ['.nix'],
  'objective-cpp': ['.mm'],
  ocaml: ['.ml', '.mli'],
  org: ['.org'],
  pascal: ['.pas', '.pp', '.dpr'],
  perl: ['.pl', '.pm', '.t'],
  php: ['.php', '.phtml'],
  plaintext: ['.txt', '.text', 'README', 'LICENSE', 'LICENCE', 'COPYING', 'NOTICE', 'AUTHORS', 'CHANGELOG', 'CHANGES'],
  powershell: ['.ps1', '.psm1', '.psd1'],
  prisma: ['.prisma'],
  prolog: ['.pro', '.prolog'],
  properties: ['.properties'],
  proto3: ['.proto'],
  pug: ['.pug', '.jade'],
  puppet: ['.pp'],
  python: ['.py', '.pyi', '.pyw', '.pyx', '.pxd', 'SConstruct', 'SConscript'],
  r: ['.r', '.R', '.rmd', '.Rmd'],
  racket: ['.rkt'],
  razor: ['.cshtml', '.razor'],
  restructuredtext: ['.rst'],
  ruby: ['.rb', '.rake', '.gemspec', 'Gemfile', 'Rakefile', 'Podfile', 'Vagrantfile'],
  rust: ['.rs'],
  sass: ['.sass'],
  scala: ['.scala', '.sc', '.sbt'],
  scheme: ['.scm', '.ss'],
  scss: ['.scss'],
  shellscript: ['.sh', '.bash', '.zsh', '.ksh', '.fish', '.bats', '.bashrc', '.profile'],
  solidity: ['.sol'],
  sql: ['.sql', '.ddl', '.dml'],
  starlark: ['.bzl', '.star', 'BUILD', 'BUILD.bazel', 'WORKSPACE'],
  stylus: ['.styl'],
  svelte: ['.svelte'],
  swift: ['.swift'],
  systemverilog: ['.sv', '.svh'],
  tcl: ['.tcl'],
  terraform: ['.tf', '.tfvars'],
  toml: ['.toml', 'Pipfile'],
  twig: ['.twig'],
  typescript: ['.ts', '.mts', '.cts'],
  typescriptreact: ['.tsx'],
  typst: ['.typ'],
  v: ['.v'],
  vb: ['.vb', '.vbs', '.bas'],
  vhdl: ['.vhd', '.vhdl'],
  viml: ['.vim', '.vimrc'],
  vue: ['.vue'],
  wgsl: ['.wgsl'],
  xml: ['.xml', '.xsd', '.xsl', '.xslt', '.plist', '.csproj', '.vbproj', '.fsproj', '.props', '.targets', '.xaml'],
  yaml: ['.yaml', '.yml', '.clang-format'],
  zig: ['.zig', '.zon'],
};

const prose: ReadonlySet<string> = new Set([
  'asciidoc',
  'bibtex',
  'latex',
  'markdown',
  'mdx',
  'org',
  'plaintext',
  'restructuredtext',
  'typst',
]);

/** Kept short: large ones are recordings and tables, of which a few lines teach as much as all. */
const data: ReadonlySet<string> = new Set(['csv', 'diff', 'json', 'jsonl', 'log', 'xml', 'yaml']);

const byName = new Map<string, string>();
for (const [id, names] of Object.entries(languages))
  for (const name of names) if (!byName.has(name)) byName.set(name, id);

/** VS Code's language id for a path, by its file name alone; 'plaintext' where nothing is known. */
export function languageIdOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const whole = byName.get(name);
  if (whole !== undefined) return whole;
  if (/^Dockerfile\./.test(name)) return 'dockerfile';
  const dot = name.lastIndexOf('.');
  const extension = dot < 0 ? '' : name.slice(dot);
  return byName.get(extension) ?? byName.get(extension.toLowerCase()) ?? 'plaintext';
}

export function kindOf(languageId: string): 'code' | 'prose' {
  return prose.has(languageId) ? 'prose' : 'code';
}

export function isData(languageId: string): boolean {
  return data.has(languageId);
}
