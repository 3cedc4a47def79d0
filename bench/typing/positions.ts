// Forty places in eight languages, chosen by hand; '|' is the cursor, and what stands behind it there is what the author wrote.
import type { PackageFile } from '../common/packages.ts';
import { type Folder, filesIn } from './materials.ts';

export interface ChosenPosition {
  readonly languageId: string;
  readonly path: string;
  readonly prefix: string;
  /** The rest of the file, from the cursor on. */
  readonly rest: string;
}

export interface ChosenFile {
  readonly others: readonly PackageFile[];
  readonly positions: readonly ChosenPosition[];
}

interface Row {
  readonly languageId: string;
  readonly folder: Folder;
  /** Nothing is learned from it. */
  readonly file: RegExp;
  /** Text that stands in the file, at its first such place. */
  readonly at: readonly string[];
  /** Other files, and the 1-based lines from which on they are typed. */
  readonly typed: readonly (readonly [file: RegExp, line: number])[];
}

export interface TypedFile {
  readonly languageId: string;
  readonly others: readonly PackageFile[];
  readonly file: PackageFile;
  readonly line: number;
}

const npm = (spec: string, inside: string, files: RegExp): Folder => ({ spec, registry: 'npm', inside, files });
const COBRA = 'golang-github-spf13-cobra-dev=1.8.1-1';
const inCobra = 'usr/share/gocode/src/github.com/spf13/cobra';

const rows: readonly Row[] = [
  {
    languageId: 'typescript',
    folder: npm('@tanstack/db@0.15.2', 'src', /\.ts$/),
    file: /src\/SortedMap\.ts$/,
    typed: [
      [/src\/proxy\.ts$/, 121],
      [/src\/deferred\.ts$/, 9],
    ],
    at: [
      'const oldValue = |this.map.get(key)!',
      '  has(key: TKey): boolean {|\n',
      '  get size(): number {\n    |return',
      '    this.sortedKeys.splice(|index, 0, key)',
      '  clear(): void {\n    this.map.clear()\n    |this.sortedKeys',
    ],
  },
  {
    languageId: 'typescriptreact',
    folder: npm('convex@1.48.0', 'src', /\.tsx?$/),
    file: /ConvexProviderWithAuth0\.tsx$/,
    typed: [[/ConvexProviderWithClerk\.tsx$/, 31]],
    at: [
      '  children,\n  |client,',
      '}: {\n  |children: ReactNode;',
      '  return (\n    <|ConvexProviderWithAuth',
      'const fetchAccessToken = useCallback(\n    |async',
      '  return useMemo(\n    () => ({ isLoading, |isAuthenticated',
    ],
  },
  {
    languageId: 'python',
    folder: { spec: 'starlette==0.50.0', registry: 'pypi', inside: 'starlette', files: /\.py$/ },
    file: /starlette\/background\.py$/,
    typed: [
      [/middleware\/gzip\.py$/, 21],
      [/config\.py$/, 51],
    ],
    at: [
      '        self.func = |func',
      '        self.args = args\n        |self.kwargs',
      '        self.kwargs = |kwargs',
      '    async def __call__(self) -> None:\n        for task in |self.tasks',
      '        self.tasks = |list',
    ],
  },
  {
    languageId: 'go',
    folder: { spec: COBRA, registry: 'debian', inside: inCobra, files: /\.go$/ },
    file: /doc\/rest_docs_test\.go$/,
    typed: [
      [/doc\/yaml_docs_test\.go$/, 21],
      [/args_test\.go$/, 61],
    ],
    at: [
      'func TestGenRSTNoTag(|t *testing.T)',
      'func TestGenRSTNoHiddenParents(t *testing.T) {\n\t|// We',
      '\tfor _, name := range |[]string',
      '\t\tf.Hidden = true\n\t\t|defer',
      '\tbuf := new(bytes.Buffer)\n\tif err := |GenReST',
    ],
  },
  {
    languageId: 'javascript',
    folder: npm('codemirror@5.65.20', 'mode', /\.js$/),
    file: /mode\/asn\.1\/asn\.1\.js$/,
    typed: [[/mode\/ttcn-cfg\/ttcn-cfg\.js$/, 41]],
    at: [
      '      this.indented = |indented;',
      '      this.column = column;\n      |this.type',
      '    function pushContext(|state, col, type)',
      '    function popContext(state) {\n      |var t',
      '      if (t == ")" |',
    ],
  },
  {
    languageId: 'css',
    folder: npm('codemirror@5.65.20', 'theme', /\.css$/),
    file: /theme\/blackboard\.css$/,
    typed: [[/theme\/dracula\.css$/, 15]],
    at: [
      '.cm-s-blackboard .cm-keyword { |color',
      '.cm-s-blackboard .CodeMirror-cursor { |border',
      '.cm-s-blackboard .cm-def { color: #8DA6CE; }\n|.cm-s',
      '.cm-s-blackboard .cm-meta { color: |#',
      '.cm-s-blackboard .CodeMirror-guttermarker|-subtle',
    ],
  },
  {
    languageId: 'shellscript',
    folder: {
      spec: 'bash-completion=1:2.16.0-7',
      registry: 'debian',
      inside: 'usr/share/bash-completion/completions',
      files: /[\w-]+$/,
    },
    file: /completions\/cryptsetup$/,
    typed: [
      [/completions\/gpg$/, 3],
      [/completions\/wget$/, 6],
    ],
    at: [
      'if [[ $cur == -* ]]; then\n            |_comp_compgen_help',
      ' == *= ]] && |compopt',
      '                    2)\n                        |_comp',
      '            _comp_compgen -- |-W',
      '} &&\n    |complete',
    ],
  },
  {
    languageId: 'markdown',
    folder: npm('@tanstack/ai@0.58.0', '', /\.md$/),
    file: /locks\/SKILL\.md$/,
    typed: [[/locks\/SKILL\.md$/, 21]],
    at: [
      'import { withLocks, |InMemoryLockStore',
      'chat({\n  |adapter',
      'Alongside persistence — |optional',
      '  middleware: [\n    |withLocks',
      "import { chat } from '@tanstack/ai'\nimport |{ withLocks",
    ],
  },
];

/** Throws where a file is not there. */
export function typedFiles(): TypedFile[] {
  return rows.flatMap(({ languageId, folder, typed }) => {
    const all = filesIn(folder);
    return typed.map(([name, line]) => {
      const file = all.find(({ path }) => name.test(path));
      if (file === undefined) throw new Error(`${folder.spec} has no file ${name}.`);
      return { languageId, others: all.filter((each) => each !== file), file, line };
    });
  });
}

/** Throws where a text is not in its file. */
export function chosenFiles(): ChosenFile[] {
  return rows.map(({ languageId, folder, file, at }) => {
    const all = filesIn(folder);
    const own = all.find(({ path }) => file.test(path));
    const positions = at.map((marked): ChosenPosition => {
      const found = own?.text.indexOf(marked.replace('|', '')) ?? -1;
      // The cursor is the mark behind which the text goes on as the file does.
      if (own === undefined || found < 0) throw new Error(`${folder.spec}: no file has ${JSON.stringify(marked)}.`);
      const cursor = found + marked.indexOf('|');
      return { languageId, path: own.path, prefix: own.text.slice(0, cursor), rest: own.text.slice(cursor) };
    });
    return { others: all.filter((each) => each !== own), positions };
  });
}
