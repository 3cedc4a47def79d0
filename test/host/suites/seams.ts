// What a document is and may be, while files, ignore files and notebooks change: on disk as by a terminal, and in the
// editor. N-grams alone.
import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { suggestionsIn } from '../../support/stored.ts';
import { complete, indexed, inFolder, newFile, ourLog, replaceAll, setting, show } from '../hands.ts';
import { type Plan, type Suite, until } from '../harness.ts';

/** Long enough for any answer that was coming; used only where none may come. */
const quietMs = 2500;
const ignoreFile = '.easyadaptationignore';

/** The rest of a word's line: no pattern of other words leads to it. */
const rest = (word: string) => {
  const mirrored = [...word].reverse().join('');
  return `(${mirrored}Sill, lower${mirrored}, ${mirrored}Gauge)`;
};
const start = (word: string) => `tarn.${word}`;
/** A line that only the file with this word has, three times. */
const line = (word: string) => `${start(word)}${rest(word)}\n`.repeat(3);
/** A text in which the line would be suggested at the end, but not because the line above is equal. */
const asking = (word: string) => `${line(word)}\ntotal = 0\n\n${start(word)}`;
const onDisk = (path: string) => inFolder(path).fsPath;

export function defineSeams(suite: Suite, plan: Plan): void {
  const others = new Map<string, vscode.TextDocument>();
  let otherPath = 'src/other.ts';

  /** Whether the word's line is suggested in another file. */
  async function isKnown(word: string): Promise<boolean> {
    const document = others.get(otherPath) ?? (await newFile(otherPath, '')).document;
    others.set(otherPath, document);
    const editor = await show(document);
    await replaceAll(editor, start(word));
    return (await complete(editor, quietMs))?.startsWith(rest(word)) === true;
  }
  const known = (word: string) => until(`${word} to be known`, () => isKnown(word));
  const forgotten = (word: string) => until(`${word} to be forgotten`, async () => !(await isKnown(word)));

  suite.test('the folder is indexed', () => indexed(plan.storage).then(() => {}));

  suite.test(
    'a file that a terminal ignores teaches nothing and is not completed, until it is taken back',
    async () => {
      const editor = await newFile('src/plans/amber.ts', line('amber'));
      await known('amber');
      writeFileSync(onDisk(ignoreFile), 'src/plans/\n');
      await forgotten('amber');
      const shown = await show(editor.document);
      await replaceAll(shown, asking('birch'));
      assert.equal(await complete(shown, quietMs), undefined, 'nothing is suggested in it');
      assert.equal(await isKnown('birch'), false, 'nor is what is typed into it');
      rmSync(onDisk(ignoreFile));
      await known('birch');
    },
  );

  suite.test('a closed file of the index is withdrawn as well', async () => {
    writeFileSync(onDisk('src/cedar.ts'), line('cedar'));
    await known('cedar');
    writeFileSync(onDisk(ignoreFile), 'src/cedar.ts\n');
    await forgotten('cedar');
    rmSync(onDisk(ignoreFile));
    await known('cedar');
  });

  suite.test('two checkouts of sixty files in a row leave the second one', async () => {
    mkdirSync(onDisk('src/many'));
    const checkOut = (word: string) => {
      for (let i = 0; i < 60; i++) writeFileSync(onDisk(`src/many/${i}.ts`), `// ${i}\n${i === 37 ? line(word) : ''}`);
    };
    for (const word of ['douglas', 'elder', 'fir']) {
      checkOut(word);
      await known(word);
    }
    assert.equal(await isKnown('douglas'), false);
    assert.equal(await isKnown('elder'), false);
  });

  suite.test('a folder that a terminal makes, renames and removes is followed', async () => {
    mkdirSync(onDisk('src/made/deep'), { recursive: true });
    writeFileSync(onDisk('src/made/deep/ginkgo.ts'), line('ginkgo'));
    await known('ginkgo');
    renameSync(onDisk('src/made'), onDisk('src/renamed'));
    await known('ginkgo');
    rmSync(onDisk('src/renamed'), { recursive: true });
    await forgotten('ginkgo');
  });

  suite.test('a notebook is one file: its code cells teach, and its rules hold in each cell', async () => {
    const path = 'src/notes.ipynb';
    otherPath = 'src/other.py';
    const cell = (word: string) => ({
      cell_type: 'code',
      metadata: {},
      outputs: [],
      execution_count: null,
      source: line(word),
    });
    const metadata = { language_info: { name: 'python' } };
    const cells = [cell('hazel'), { cell_type: 'markdown', metadata: {}, source: '# Notes' }, cell('ivy')];
    writeFileSync(onDisk(path), JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }));
    const notebook = await vscode.workspace.openNotebookDocument(inFolder(path));
    assert.equal(notebook.cellCount, 3);
    await known('hazel');
    await known('ivy');

    const edit = new vscode.WorkspaceEdit();
    edit.set(notebook.uri, [vscode.NotebookEdit.deleteCells(new vscode.NotebookRange(0, 1))]);
    assert.ok(await vscode.workspace.applyEdit(edit));
    await forgotten('hazel');
    assert.equal(await isKnown('ivy'), true, 'the other cells stay');

    /** Whether something is suggested at the end of the last cell. */
    const answersIn = async (word: string) => {
      await vscode.window.showNotebookDocument(notebook);
      for (const command of ['workbench.action.focusActiveEditorGroup', 'notebook.focusBottom', 'notebook.cell.edit'])
        await vscode.commands.executeCommand(command);
      const editor = await until('the cell’s editor', () => {
        const active = vscode.window.activeTextEditor;
        return active?.document === notebook.cellAt(1).document ? active : undefined;
      });
      await replaceAll(editor, asking(word));
      const before = suggestionsIn(ourLog(plan)).length;
      await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
      await sleep(quietMs);
      await vscode.commands.executeCommand('editor.action.inlineSuggest.hide');
      return suggestionsIn(ourLog(plan)).length > before;
    };
    assert.equal(await answersIn('juniper'), true);
    await setting('enable', { '*': true, python: false });
    assert.equal(await answersIn('juniper'), false, 'off for the language');
    await setting('enable', undefined);
    await known('juniper');
    writeFileSync(onDisk(ignoreFile), '*.ipynb\n');
    await forgotten('juniper');
    assert.equal(await answersIn('larch'), false, 'ignored');
    assert.equal(await isKnown('larch'), false);
    rmSync(onDisk(ignoreFile));
    await known('larch');
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });
  suite.test('comments are switched off and on; off, a suggestion comes only by hand', async () => {
    await setting('enable', undefined);
    const rest = 'counts alpha ratios before beta ratios.';
    const note = `// The zephyr ledger ${rest}\n`;
    const editor = await newFile('src/ledger.ts', note.repeat(3));
    const run = (command: string) => vscode.commands.executeCommand(command);
    /** Types the start of the comment, and returns what Tab then inserts. */
    const typed = async () => {
      await show(editor.document);
      await replaceAll(editor, `${note.repeat(3)}\nlet total = 0;\n\n// The zephyr ledge`);
      for (const text of 'r ') await vscode.commands.executeCommand('type', { text });
      const before = editor.document.getText();
      const end = performance.now() + quietMs;
      while (performance.now() < end && editor.document.getText() === before) {
        await run('editor.action.inlineSuggest.commit');
        await sleep(100);
      }
      return editor.document.getText().slice(before.length);
    };
    /** The first choice of 'Enable or Disable Here…' is comments. */
    const choose = async (isOn: boolean) => {
      const isChosen = () => {
        const enable = vscode.workspace.getConfiguration('easyAdaptation').get<{ comment?: boolean }>('enable');
        return enable?.comment === isOn;
      };
      void run('easyAdaptation.toggleHere');
      await until('the choice', async () => {
        await run('workbench.action.acceptSelectedQuickOpenItem');
        return isChosen();
      });
    };
    try {
      await until('the comment by itself', async () => (await typed()).startsWith(rest));
      await choose(false);
      assert.equal(await typed(), '', 'nothing by itself');
      assert.ok((await complete(editor))?.startsWith(rest), 'by hand');
      await choose(true);
      await until('the comment by itself', async () => (await typed()).startsWith(rest));
    } finally {
      await setting('enable', undefined);
    }
  });
}
