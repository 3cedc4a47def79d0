// The next edit and the imports of a real TypeScript server.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { completeUntil, inFolder, newFile, putCursor, replaceAll, show } from '../hands.ts';
import { type Suite, until } from '../harness.ts';

/** Long enough for any offer that was coming; used only where none may come. */
const quietMs = 2500;

/** As long as an accepted suggestion waits for the language server, ms. */
const importMs = 10_000;

const run = (name: string) => vscode.commands.executeCommand(`easyAdaptation.${name}`);
const goTo = () => until('a next edit', () => run('goToNextEdit') as Promise<boolean>);

/** Applies the edit that the cursor is at, once its new lines are shown. */
function applied(document: vscode.TextDocument): Promise<boolean> {
  const { version } = document;
  return until('the applied edit', async () => {
    await run('applyNextEdit');
    return document.version > version;
  });
}

function place(document: vscode.TextDocument, text: string): vscode.Range {
  const at = document.getText().indexOf(text);
  assert.ok(at >= 0, `${text} in ${document.getText()}`);
  return new vscode.Range(document.positionAt(at), document.positionAt(at + text.length));
}

/** Selects a text and types another one over it. */
async function retype(editor: vscode.TextEditor, old: string, text: string): Promise<void> {
  const { start, end } = place(editor.document, old);
  editor.selection = new vscode.Selection(start, end);
  for (const character of text) await vscode.commands.executeCommand('type', { text: character });
}

/** A saved file, as a checkout leaves it. */
async function savedFile(path: string, text: string): Promise<vscode.TextEditor> {
  const editor = await newFile(path, text);
  assert.ok(await editor.document.save());
  return editor;
}

/** Whether the TypeScript server's list opens by itself, which would take some of the keys. */
async function opensLists(on: boolean): Promise<void> {
  const settings = vscode.workspace.getConfiguration('editor');
  const quick = { other: 'off', comments: 'off', strings: 'off' };
  await settings.update('quickSuggestions', on ? undefined : quick, true);
  await settings.update('suggestOnTriggerCharacters', on ? undefined : false, true);
}

export function defineEdits(suite: Suite): void {
  suite.test(
    'next edit: a declaration renamed by typing offers the references that the TypeScript server lists',
    async () => {
      await opensLists(false);
      const useOf = (name: string) => `import { ${name} } from './declared';\n\nprocess.exit(${name}());\n`;
      const declared = (name: string, shorthand = name) =>
        `export function ${name}() {\n  return 3;\n}\n\nexport const limits = { ${shorthand} };\n`;
      // The server does not look again for a file that was missing when it read an import.
      const { document } = await savedFile('src/edits/declared.ts', declared('openShelf'));
      const user = await savedFile('src/edits/user.ts', useOf('openShelf'));
      const { uri } = document;
      const start = place(document, 'openShelf').start;
      // While it starts, the server knows only the file that it is asked about.
      await until('the TypeScript server to know both files', async () => {
        const command = 'vscode.executeDocumentRenameProvider';
        const edit = await vscode.commands.executeCommand<vscode.WorkspaceEdit>(command, uri, start, 'other');
        return edit.has(user.document.uri);
      });
      let rest = 500;
      // A busy server may answer too late: then it is tried again, with another name.
      const name = await until('the references of the declaration', async () => {
        const tried = `openDrawer${rest}`;
        // The last try may have gone to an error in the other file.
        await replaceAll(await show(user.document), useOf('openShelf'));
        const editor = await show(document);
        await replaceAll(editor, declared('openShelf'));
        // The first move after a change is taken for a part of it.
        putCursor(editor, new vscode.Position(1, 0));
        await sleep(rest);
        putCursor(editor, start);
        await sleep(rest);
        rest *= 2;
        await retype(editor, 'openShelf', tried);
        await sleep(quietMs);
        await run('goToNextEdit');
        await run('applyNextEdit');
        return document.getText() === declared(tried, `openShelf: ${tried}`) && tried;
      });
      for (let use = 0; use < 2; use++) {
        await goTo();
        await run('applyNextEdit');
      }
      assert.equal(user.document.getText(), useOf(name));
    },
  );

  suite.test('next edit: all places of the file are applied at once, and one undo takes them back', async () => {
    const rows = (names: readonly string[]) => names.map((name, row) => `draw(${name}, ${row});\n`).join('');
    const editor = await savedFile('src/edits/rows.ts', rows(Array(6).fill('oldWidth')));
    const { document } = editor;
    for (let row = 0; row < 2; row++) await retype(editor, 'oldWidth', 'newWidth');
    const typed = document.getText();
    await until('all edits', async () => {
      await run('applyEditsInFile');
      return document.getText() !== typed;
    });
    assert.equal(document.getText(), rows(Array(6).fill('newWidth')));
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), typed);
  });

  suite.test('next edit: the calls that a new parameter leaves wrong are gone to, in each open file', async () => {
    const declared = 'export function areaOf(width: number) {\n  return width;\n}\n\nareaOf(1);\n';
    const { document } = await savedFile('src/edits/area.ts', declared);
    const user = await savedFile('src/edits/areas.ts', "import { areaOf } from './area';\n\nareaOf(2);\n");
    const editor = await show(document);
    // Until the old errors of a file are known.
    let rest = 6000;
    // A busy server may find the errors too late: then the parameter is typed again.
    await until('the first call', async () => {
      await replaceAll(editor, declared);
      await sleep(rest);
      rest *= 2;
      await retype(editor, 'width: number', 'width: number, height: number');
      await sleep(rest);
      // A busy server may tell of the other file first.
      const isWrong = ({ uri }: vscode.TextDocument) => vscode.languages.getDiagnostics(uri).length > 0;
      return [document, user.document].every(isWrong) && (run('goToNextEdit') as Promise<boolean>);
    });
    assert.equal(editor.selection.active.line, 4);
    await goTo();
    assert.equal(vscode.window.activeTextEditor?.document, user.document);
    assert.equal(vscode.window.activeTextEditor?.selection.active.line, 2);
    await retype(user, 'areaOf(2', 'areaOf(2, 3');
    await show(document);
    await retype(editor, 'areaOf(1', 'areaOf(1, 2');
    await sleep(quietMs);
    // A busy server clears them late.
    await until('no error to go to', async () => (await run('goToNextEdit')) === false);
  });

  suite.test('next edit: in a notebook, in the cell where the cursor is', async () => {
    const source = (name: string) => `draw(${name})\n`.repeat(4);
    const cell = { cell_type: 'code', metadata: {}, outputs: [], execution_count: null, source: source('oldDepth') };
    const metadata = { language_info: { name: 'python' } };
    const text = JSON.stringify({ cells: [cell, cell], metadata, nbformat: 4, nbformat_minor: 5 });
    const uri = inFolder('src/edits/plan.ipynb');
    await vscode.workspace.fs.writeFile(uri, Buffer.from(text));
    const notebook = await vscode.workspace.openNotebookDocument(uri);
    await vscode.window.showNotebookDocument(notebook);
    for (const command of ['workbench.action.focusActiveEditorGroup', 'notebook.focusTop', 'notebook.cell.edit'])
      await vscode.commands.executeCommand(command);
    const { document } = notebook.cellAt(0);
    const editor = await until('the cell’s editor', () => {
      const active = vscode.window.activeTextEditor;
      return active?.document === document ? active : undefined;
    });
    for (let use = 0; use < 2; use++) await retype(editor, 'oldDepth', 'newDepth');
    await goTo();
    assert.equal(editor.selection.active.line, 2);
    await applied(document);
    await until('the last one', async () => {
      await run('applyEditsInFile');
      return document.getText().trim() === source('newDepth').trim();
    });
    assert.equal(notebook.cellAt(1).document.getText().trim(), source('oldDepth').trim());
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  suite.test('an accepted suggestion gets its import from a file of the folder, never from a comment', async () => {
    const use = 'const quarry = parseQuarryConfig(quarryArguments, quarryEnvironment);\n';
    const trap = "// import { parseQuarryConfig } from 'evil-pkg';\n".repeat(4);
    await savedFile('src/imports/util.ts', 'export function parseQuarryConfig(...all: string[]) {\n  return all;\n}\n');
    await savedFile('src/imports/trap.ts', `${trap}export {};\n`);
    for (const name of ['one', 'two', 'three'])
      await savedFile(`src/imports/${name}.ts`, `import { parseQuarryConfig } from './util';\n\n${use}`);
    const editor = await savedFile('src/imports/main.ts', 'export {};\n');
    const begun = 'export {};\n\nconst quarry = parseQua';
    const { document } = editor;
    // A server that has just started may report the missing name too late: then the suggestion is accepted again.
    await until('the import', async () => {
      await completeUntil(editor, begun, /^rryConfig\(quarryArguments, quarryEnvironment\);/);
      await until('the import in time', () => document.getText().includes('import'), importMs);
      return true;
    });
    assert.match(document.getText(), /import \{ parseQuarryConfig \} from ['"]\.\/util['"];\n/);
    assert.doesNotMatch(document.getText(), /evil-pkg/);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), begun);
  });

  suite.test('an import of a module that is no file or listed package is offered as a next edit only', async () => {
    const alias = JSON.stringify({ compilerOptions: { paths: { '@mire/*': ['./deep/nested/*'] } } });
    await savedFile('src/alias/tsconfig.json', alias);
    await savedFile('src/alias/deep/nested/mire.ts', 'export function parseMireConfig(...all: string[]) {}\n');
    const use = 'const mire = parseMireConfig(mireArguments, mireEnvironment);\n';
    for (const name of ['one', 'two', 'three'])
      await savedFile(`src/alias/app/${name}.ts`, `import { parseMireConfig } from '@mire/mire';\n\n${use}`);
    const editor = await savedFile('src/alias/app/main.ts', 'export {};\n');
    const { document } = editor;
    await completeUntil(editor, 'export {};\n\nconst mire = parseMir', /^eConfig\(mireArguments, mireEnvironment\);/);
    const accepted = document.getText();
    await goTo();
    assert.equal(document.getText(), accepted);
    await applied(document);
    assert.match(document.getText(), /import \{ parseMireConfig \} from ['"]@mire\/mire['"];\n/);
    await opensLists(true);
  });
}
