// The walkthrough's sample: a copy that belongs to the folder of its file, also where another one comes first.
import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { desk } from '../../fakes/vscode-editor.ts';

const vscode = await import('vscode');
const { showSample } = await import('../../../src/vscode/completion/sample.ts');
const { placeOf } = await import('../../../src/vscode/editor/folder-of-document.ts');

const folders = ['/work', '/other', '/work/inner'].map((path, index) => ({
  uri: vscode.Uri.from({ scheme: 'file', path }),
  name: path,
  index,
}));
const line = 'export const marmalade = calibrate(compass, needle);\n';
const filesOf = (folder: string) => ['a', 'b'].map((name) => `${folder}/src/${name}.ts`);
let paths: string[] = [];
const opened: string[] = [];

Object.assign(vscode.workspace, {
  workspaceFolders: folders,
  findFiles: async () => paths.map((path) => vscode.Uri.from({ scheme: 'file', path })),
});
Object.assign(vscode.workspace.fs, {
  readFile: async () => new TextEncoder().encode(`${'//\n'.repeat(8)}${line}`),
  stat: async ({ path }: { path: string }) => {
    if (path !== '/other/src/Untitled-1.ts') throw new Error('There is no such file');
    return { type: 1 };
  },
});
after(() => desk.reset());
beforeEach(() => desk.reset());

const show = () =>
  showSample(
    { ruleOf: async () => 'open' },
    { requestManually: async () => void opened.push(desk.active.document.uri.path) },
  );

for (const { name } of folders)
  test(`a copy of a file of ${name} belongs to that folder, under a name that no file has`, async () => {
    paths = filesOf(name);
    await show();
    const { uri } = desk.active.document;
    assert.equal(uri.scheme, 'untitled');
    const { folder, path } = placeOf(uri as never);
    assert.equal(folder.name, name);
    assert.equal(path, name === '/other' ? 'src/Untitled-2.ts' : 'src/Untitled-1.ts');
    assert.ok(line.startsWith(desk.active.document.getText().split('\n').at(-1) as string));
    assert.equal(opened.at(-1), uri.path);
  });

test('a second copy replaces the text of the first, and an untitled document without a path is of the first folder', async () => {
  paths = filesOf('/other');
  await show();
  const { document } = desk.active;
  const length = document.getText().length;
  await show();
  assert.equal(desk.active.document, document);
  assert.equal(document.getText().length, length);
  assert.equal(placeOf(vscode.Uri.from({ scheme: 'untitled', path: 'Untitled-1' })).folder.name, '/work');
});
