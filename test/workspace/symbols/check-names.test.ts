// Which names of a drafted line exist: in documents of three languages, in the folder's other files, and with too little
// known.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parserFor } from '../../../src/text/syntax/grammars.ts';
import { type CheckedName, NameCheck } from '../../../src/workspace/symbols/check-names.ts';
import { type FolderFile, FolderNames } from '../../../src/workspace/symbols/folder-names.ts';

const folderOf = (files: readonly FolderFile[]) =>
  new FolderNames((word, path) => files.filter((file) => file.path !== path && file.text.includes(word)));

/** The checked names of a draft at the document's '|', with no limit of time. */
async function checked(
  [languageId, path]: readonly [string, string],
  document: string,
  draft: string,
  folder = folderOf([]),
): Promise<readonly CheckedName[]> {
  const [prefix = '', suffix = ''] = document.split('|');
  const parser = await parserFor(languageId);
  assert.ok(parser);
  const query = { path, languageId, prefix, suffix };
  return new NameCheck(query, parser, folder, undefined, Number.POSITIVE_INFINITY).check(draft);
}

const TS = ['typescript', 'src/a.ts'] as const;
const PY = ['python', 'src/a.py'] as const;
const GO = ['go', 'src/a.go'] as const;

const cases: readonly [
  name: string,
  of: readonly [string, string],
  document: string,
  draft: string,
  missing: readonly string[],
][] = [
  [
    'a parameter of another function',
    TS,
    'function f(one: string) {}\nfunction g(two: string) {\n  |\n}\n',
    'return one + two;',
    ['one'],
  ],
  [
    'a variable of an outer block',
    TS,
    'function f() {\n  const a = 1;\n  if (b()) {\n    |\n  }\n}\n',
    'return a;',
    [],
  ],
  ['a variable of an inner block', TS, 'function f() {\n  {\n    const a = 1;\n  }\n  |\n}\n', 'return a;', ['a']],
  ['a var of an inner block', TS, 'function f() {\n  {\n    var a = 1;\n  }\n  |\n}\n', 'return a;', []],
  ['a parameter in a text that does not parse', TS, 'function f(a: {\nconst = b(;\n|\n', 'return a;', []],
  ['a comment that is not closed yet', TS, 'const a = 1;\n/**\n * See |', 'one.two', []],
  ['an invented name', TS, 'const response = 1;\n|\n', 'send(responsense);', ['send', 'responsense']],
  ['a begun name', TS, 'const response = 1;\nlet x = respon|;\n', 'dent', ['respondent']],
  ['members, keys and texts', TS, 'const a = 1;\n|\n', "a.one({ two: a, 'three': `four` }); // five", []],
  ['what the line itself declares', TS, 'const a = [1];\n|\n', 'const b = a.map((each) => each + 1);', []],
  ['a destructured import and its alias', TS, "import { a as b, type C } from './x';\n|\n", 'const d: C = b();', []],
  ['type parameters', TS, 'class A<T> {\n  |\n}\n', 'one: T;', []],
  ['a shorthand property', TS, 'const a = 1;\n|\n', 'f2({ a, c });', ['f2', 'c']],
  ['a label in an export from elsewhere', TS, '|\n', "export { one } from './one';", []],
  ['labels of a tuple', TS, '|\n', 'type Range = [start: number, end?: number, ...rest: string[]];', []],
  ['a namespace that an export declares', TS, '|\n', "export * as all from './x';", []],
  ['globals', TS, '|\n', 'console.log(Object.keys(globalThis), undefined, HTMLElement);', []],
  [
    'a line of JSX',
    ['typescriptreact', 'a.tsx'],
    'const a = 1;\nconst b = (\n  |\n);\n',
    '<div title={a}>{c}</div>',
    ['c'],
  ],
  ['a namespace in JSX', ['typescriptreact', 'a.tsx'], 'const a = (\n  |\n);\n', '<use xlink:href="x" />', []],
  [
    'a parameter in Python',
    PY,
    'def f(one):\n    pass\n\ndef g(two, *rest):\n    |\n',
    'return one, two, rest',
    ['one'],
  ],
  [
    'names of a with, a for and an except',
    PY,
    'with a() as b:\n    pass\nfor c in b:\n    |\n',
    'print(b, c, len(c))',
    [],
  ],
  ['a keyword argument', PY, 'import os\n|\n', 'os.run(one=os)', []],
  ['the rest that a case matches', PY, 'x = []\nmatch x:\n    |\n        pass\n', 'case [_, *rest]:', []],
  ['a comprehension', PY, 'xs = []\n|\n', 'ys = [x for x in xs if x]', []],
  ['a name that a wildcard import may bring', PY, 'from os import *\n|\n', 'run(anything)', []],
  ['a variable in Go', GO, 'package a\nfunc f(a int) {\n\tb, err := g(a)\n\t|\n}\n', 'return b, err, other', ['other']],
  ['a variable of an if in Go', GO, 'package a\nfunc f() {\n\tif b := 1; b > 0 {\n\t}\n\t|\n}\n', 'return b', ['b']],
  ['an imported package', GO, 'package a\nimport "x/fmt"\nfunc f() {\n\t|\n}\n', 'fmt.Print(make([]int, 1))', []],
  ['a language without a table', ['rust', 'a.rs'], 'fn f() {\n    |\n}\n', 'g(h);', []],
];

for (const [name, of, document, draft, missing] of cases)
  test(`${name}: the missing names are ${missing.length === 0 ? 'none' : missing.join(', ')}`, async () => {
    const names = await checked(of, document, draft);
    assert.deepEqual(
      names.filter(({ verdict }) => verdict === 'does not exist').map((each) => each.name),
      missing,
    );
  });

test('says that a name exists if it is declared, and unknown if only other files use it', async () => {
  const folder = folderOf([{ path: 'src/b.ts', text: 'setup(() => {\n  ambient(1);\n});\n' }]);
  const names = await checked(TS, 'const a = 1;\n|\n', 'ambient(a);', folder);
  assert.deepEqual(names, [
    { name: 'ambient', verdict: 'unknown' },
    { name: 'a', verdict: 'exists' },
  ]);
});

test('a name that another file exports can be imported, and one that every file declares itself does not exist', async () => {
  const folder = folderOf([
    { path: 'src/b.ts', text: 'export function shared() {}\nconst local = 1;\nshared(local);\n' },
    { path: 'src/c.ts', text: "import { local } from './d';\nlocal();\n" },
  ]);
  const names = await checked(TS, '|\n', 'shared(local);', folder);
  assert.deepEqual(names, [
    { name: 'shared', verdict: 'unknown', canBeImported: true },
    { name: 'local', verdict: 'does not exist' },
  ]);
});

const importers = (statement: string, ending: string) =>
  ['a', 'b', 'c', 'd', 'e'].map((name) => ({ path: `src/${name}/use.${ending}`, text: `${statement}\nuse(shared)\n` }));

const exporters: readonly [name: string, of: readonly [string, string], files: readonly FolderFile[]][] = [
  [
    'many files import before the one that exports it is read',
    TS,
    [
      ...importers("import { shared } from '../lib/helpers.js'", 'ts'),
      { path: 'src/lib/helpers.ts', text: 'export function shared() {}\n' },
    ],
  ],
  [
    'many files import from a module',
    PY,
    [...importers('from lib.helpers import shared', 'py'), { path: 'src/lib/helpers.py', text: 'shared = 1\n' }],
  ],
  [
    'another file exports again',
    TS,
    [
      { path: 'src/index.ts', text: "export { shared } from './lib/helpers'\n" },
      { path: 'src/lib/helpers.ts', text: 'export const shared = 1\n' },
    ],
  ],
  [
    'its file exports below longer names that contain it',
    TS,
    [{ path: 'src/b.ts', text: `${'sharedOther();\n\n'.repeat(200)}export const shared = 1;\n` }],
  ],
  ['is a class without a base', PY, [{ path: 'src/b.py', text: 'class shared:\n    pass\n' }]],
];

for (const [name, of, files] of exporters) {
  test(`a name can be imported that ${name}`, async () => {
    const names = await checked(of, '|\n', 'x = shared', folderOf(files));
    assert.deepEqual(
      names.filter((each) => each.name === 'shared'),
      [{ name: 'shared', verdict: 'unknown', canBeImported: true }],
    );
  });
}

test('a file of the same directory may declare what a document in Go uses', async () => {
  const files = [{ path: 'src/b.go', text: 'package a\n\nfunc helper() {}\n' }];
  const other = files.map(({ text }) => ({ path: 'other/b.go', text }));
  const document = 'package a\nfunc f() {\n\t|\n}\n';
  const verdicts = async (folder: FolderNames) =>
    (await checked(GO, document, 'helper()', folder)).map((n) => n.verdict);
  assert.deepEqual(await verdicts(folderOf(files)), ['unknown']);
  assert.deepEqual(await verdicts(folderOf(other)), ['does not exist']);
});

test('a name of the package in Go may exist, although a function of the document and other packages declare one', async () => {
  const local = 'func use() {\n\tlimit := 1\n\tprint(limit)\n}\n';
  const verdicts = async (own: string) => {
    const others = ['p', 'q', 'r', 's'].map((name) => ({ path: `${name}/b.go`, text: `package ${name}\n\n${local}` }));
    const folder = folderOf([...others, { path: 'src/b.go', text: `package a\n\n${own}` }]);
    const names = await checked(GO, 'package a\nfunc f(limit int) {}\nfunc g() {\n\t|\n}\n', 'return limit', folder);
    return names.map(({ verdict }) => verdict);
  };
  assert.deepEqual(await verdicts('var limit = 3\n'), ['unknown']);
  assert.deepEqual(await verdicts(local), ['does not exist']);
});

test('a name is unknown if the query may lack a part of the document that has it', async () => {
  const parser = await parserFor('typescript');
  assert.ok(parser);
  const prefix = '// a comment of some length\n'.repeat(2000);
  const query = { path: 'a.ts', languageId: 'typescript', prefix, suffix: '\n' };
  const verdicts = (document?: string) =>
    new NameCheck(query, parser, folderOf([]), document, Number.POSITIVE_INFINITY)
      .check('start();')
      .map(({ verdict }) => verdict);
  assert.deepEqual(verdicts(), ['unknown']);
  assert.deepEqual(verdicts(`import { start } from 'x';\n${prefix}\n`), ['unknown']);
  assert.deepEqual(verdicts(`${prefix}\n`), ['does not exist']);
});

test('asks the folder again for a name after another file has changed', async () => {
  const files = [{ path: 'src/b.ts', text: '' }];
  const folder = new FolderNames((word) => files.filter(({ text }) => text.includes(word)));
  assert.equal(folder.lookUp('one', 'src/a.ts', 'typescript'), 'absent');
  files[0] = { path: 'src/b.ts', text: 'export const one = 1;' };
  folder.noteChange('src/a.ts');
  assert.equal(folder.lookUp('one', 'src/a.ts', 'typescript'), 'absent');
  folder.noteChange('src/b.ts');
  assert.equal(folder.lookUp('one', 'src/a.ts', 'typescript'), 'exported');
});

test('reads a few of the files in which a name is only a member', () => {
  let read = 0;
  const files = Array.from({ length: 1000 }, (_, i) => ({
    path: `src/${i}.ts`,
    get text() {
      read++;
      return 'a.one();\n';
    },
  }));
  assert.equal(new FolderNames(() => files).lookUp('one', 'src/a.ts', 'typescript'), 'unclear');
  assert.ok(read > 0 && read < 100, `${read} files were read`);
  assert.equal(new FolderNames(() => files.slice(0, 9)).lookUp('one', 'src/a.ts', 'typescript'), 'absent');
});
