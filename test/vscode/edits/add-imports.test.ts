// The imports of an accepted suggestion: the language extension's, in the suggestion's undo step, of the folder's own
// modules alone.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLog } from '../../../src/common/log.ts';
import { desk } from '../../fakes/vscode-editor.ts';
import { dispose, documentsWith, until } from './offers.ts';

const { AddImports } = await import('../../../src/vscode/edits/add-imports.ts');
const vscode = await import('vscode');
afterEach(dispose);

const START = "import { b } from './b';\n\n";
const TOP = new vscode.Range(0, 0, 0, 0);

type Editor = Awaited<ReturnType<typeof desk.open>>;

/** `b(NAME);` for each name was accepted on the last line of a document. `known`: modules of the folder. */
async function accepted(names: readonly string[], known: readonly string[], isTrusted = true) {
  desk.isTrusted = isTrusted;
  const editor = await desk.open('src/a.ts', `${START}b`);
  const { document } = editor;
  const text = names.map((name) => `(${name});`).join(' b');
  const end = new vscode.Position(2, 1) as never;
  document.change([{ range: new vscode.Range(end, end) as never, text }]);
  const asked: string[] = [];
  const imports = new AddImports({
    documents: documentsWith(),
    log: silentLog,
    asTool: async (edit) => edit(),
    isKnown: async (_root, path, module) => {
      asked.push(`${path} ${module}`);
      return known.includes(module);
    },
  });
  imports.accepted({ document, start: new vscode.Position(2, 0), text: `b${text}` } as never);
  return { editor, asked, imports };
}

/** A language server that reports each name that the document does not import, and prefers to import it so. */
function serve({ document }: Editor, statements: Readonly<Record<string, string>>, range: unknown = TOP) {
  const missing = () => Object.keys(statements).filter((name) => !document.getText().includes(`{ ${name} }`));
  const rangeOf = (name: string) => {
    const at = document.getText().lastIndexOf(name);
    return new vscode.Range(document.positionAt(at) as never, document.positionAt(at + name.length) as never);
  };
  const problems = () =>
    missing().map((name) => ({ range: rangeOf(name) as never, message: `Cannot find name '${name}'.` }));
  desk.servers.set('vscode.executeCodeActionProvider', (_uri: unknown, at: never) => {
    const name = missing().find((each) => rangeOf(each).isEqual(at));
    if (name === undefined) return [];
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri as never, range as never, statements[name] as string);
    return [{ title: `Add import of ${name}`, isPreferred: true, edit }];
  });
  return { report: () => desk.report(document, problems()) };
}

const UTIL = "import { parseConfig } from './util';\n";

test('the import that the language extension prefers is added in the undo step of the suggestion', async () => {
  const { editor, asked } = await accepted(['parseConfig'], ['./util']);
  serve(editor, { parseConfig: UTIL }).report();
  await until(() => editor.document.getText() === `${UTIL}${START}b(parseConfig);`);
  assert.deepEqual(asked, ['src/a.ts ./util']);
  editor.document.undo();
  assert.equal(editor.document.getText(), `${START}b`);
});

test('a suggestion with two missing names gets both imports', async () => {
  const { editor } = await accepted(['parseConfig', 'other'], ['./util', './other']);
  const server = serve(editor, { parseConfig: UTIL, other: "import { other } from './other';\n" });
  server.report();
  await until(() => editor.document.getText().includes('./util'));
  server.report();
  await until(() => editor.document.getText().includes('./other'));
  editor.document.undo();
  assert.equal(editor.document.getText(), `${START}b`);
});

test('a module that is not the folder’s own is not imported', async () => {
  const statements: readonly string[] = [
    "import { parseConfig } from 'evil-pkg';\n",
    "import { parseConfig } from '../../outside';\n",
    "import { parseConfig } from 'https://example.test/x.js';\n",
    "import { parseConfig } from './util\u202e';\n",
    `${UTIL}evil();\n`,
    `import 'evil-pkg';\n${UTIL}`,
  ];
  for (const statement of statements) {
    const { editor, imports } = await accepted(['parseConfig'], ['./util']);
    serve(editor, { parseConfig: statement }).report();
    await sleep(50);
    assert.equal(editor.document.getText(), `${START}b(parseConfig);`, statement);
    imports.dispose();
    desk.reset();
  }
});

test('nothing is imported without a language extension, for other fixes, or after a change of the document', async () => {
  const cases: readonly [name: string, (editor: Editor) => void][] = [
    ['no extension', () => {}],
    ['text is removed', (editor) => serve(editor, { parseConfig: UTIL }, new vscode.Range(0, 0, 1, 0)).report()],
    [
      'changed',
      (editor) => {
        const end = editor.document.positionAt(editor.document.getText().length) as never;
        editor.document.change([{ range: new vscode.Range(end, end) as never, text: ' ' }]);
        serve(editor, { parseConfig: UTIL }).report();
      },
    ],
  ];
  for (const [name, run] of cases) {
    const { editor, imports } = await accepted(['parseConfig'], ['./util']);
    run(editor);
    await sleep(50);
    assert.equal(editor.document.getText().trimEnd(), `${START}b(parseConfig);`, name);
    imports.dispose();
    desk.reset();
  }
});

test('nothing is imported in Restricted Mode', async () => {
  const { editor } = await accepted(['parseConfig'], ['./util'], false);
  serve(editor, { parseConfig: UTIL }).report();
  await sleep(50);
  assert.equal(editor.document.getText(), `${START}b(parseConfig);`);
});

test('an error outside the suggestion is left alone', async () => {
  const { editor } = await accepted(['parseConfig'], ['./util']);
  serve(editor, { b: "import { b } from './util';\n" });
  desk.report(editor.document, [{ range: new vscode.Range(0, 9, 0, 10) as never, message: 'Cannot find name.' }]);
  await sleep(50);
  assert.equal(editor.document.getText(), `${START}b(parseConfig);`);
});
