// Folders that try to run a program, to have files outside them read, or to block git: in Restricted Mode, then
// trusted.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { craftedFolders, outsideWord } from '../../support/crafted.ts';
import { hostileRepositories } from '../../support/hostile.ts';
import { gitLogName, markerName } from '../../support/hostile-workspace.ts';
import { indexedTexts } from '../../support/stored.ts';
import { activated, extensionId, show, trust } from '../hands.ts';
import { type Plan, type Suite, until } from '../harness.ts';

/** Some folders block git until its timeout, for seconds each, ms. */
const limitMs = 900_000;

export function defineHostile(suite: Suite, plan: Plan): void {
  const base = () => dirname(vscode.workspace.workspaceFile?.fsPath ?? assert.fail('a workspace is open'));
  const folders = () => vscode.workspace.workspaceFolders ?? [];
  const nothingRan = () => assert.equal(existsSync(join(base(), markerName)), false, 'a program of a folder was run');
  const restricted = plan.suite === 'hostile';
  /** An index from before trust is older than this. */
  let before = 0;

  /** Our calls of git in a folder. */
  const gitCalls = (folder: vscode.WorkspaceFolder) => {
    const log = join(base(), gitLogName);
    const lines = existsSync(log) ? readFileSync(log, 'utf8').split('\n') : [];
    return lines.filter((line) => line.startsWith(`-C ${folder.uri.fsPath} `));
  };

  /** A source file of the folder. */
  const sourceIn = async (folder: vscode.WorkspaceFolder) => {
    const names = (await vscode.workspace.fs.readDirectory(folder.uri))
      .filter(([name, type]) => type === vscode.FileType.File && /\.(?:ts|md)$/.test(name))
      .map(([name]) => name);
    return vscode.Uri.joinPath(folder.uri, names.sort()[0] ?? assert.fail(`${folder.name} has no source`));
  };

  const indexes = () => {
    const storage = join(plan.storage, 'specialists');
    const names = existsSync(storage) ? readdirSync(storage, { recursive: true, encoding: 'utf8' }) : [];
    return names
      .filter((name) => name.endsWith('specialist.ngram'))
      .map((name) => statSync(join(storage, name)).mtimeMs);
  };

  /** Opens, changes and saves a file of every folder, which starts a session, builds an index and indexes the file. */
  const useAll = async (line: string) => {
    for (const folder of folders()) {
      const editor = await show(await vscode.workspace.openTextDocument(await sourceIn(folder)));
      const { document } = editor;
      assert.ok(await editor.edit((edit) => edit.insert(document.positionAt(document.getText().length), line)));
      assert.ok(await document.save(), folder.name);
      await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    }
  };

  suite.test('all folders are open, and the extension is active', async () => {
    assert.ok(folders().length >= 20, `${folders().length} folders`);
    assert.equal(vscode.workspace.isTrusted, !restricted);
    await activated();
  });

  if (restricted) {
    suite.test(
      'in Restricted Mode every folder is indexed, and neither its programs nor git are run',
      async () => {
        await useAll('// one line more\n');
        await until('an index of each', () => indexes().length === folders().length, limitMs);
        nothingRan();
        for (const folder of folders()) assert.deepEqual(gitCalls(folder), [], folder.name);
      },
      limitMs,
    );
    if (plan.trustsOnRequest)
      suite.test('then they are trusted', async () => {
        before = Date.now();
        await trust();
      });
  }

  // Without a hand to press the button (a desktop VS Code) the trusted half is the suite 'hostile-trusted' alone.
  if (!restricted || plan.trustsOnRequest) {
    suite.test(
      'a trusted folder is read with git, and its programs are not run',
      async () => {
        await useAll('// and another\n');
        const asked = folders().filter(({ name }) => !(craftedFolders[name] ?? hostileRepositories[name])?.withoutGit);
        await until('git to be asked in each', () => asked.every((folder) => gitCalls(folder).length > 0), limitMs);
        await until(
          'a new index of each',
          () => indexes().filter((at) => at > before).length === folders().length,
          limitMs,
        );
        // A git that waits for a pipe is asked, and ended by its time.
        for (const folder of folders())
          if (!asked.includes(folder) && craftedFolders[folder.name] === undefined)
            assert.deepEqual(gitCalls(folder), [], `${folder.name}: git was asked`);
        nothingRan();
      },
      limitMs,
    );
  }

  suite.test('no file outside the folders was read', async () => {
    const { extensionPath } = vscode.extensions.getExtension(extensionId) ?? assert.fail('it is installed');
    const texts = indexedTexts(plan.storage, join(extensionPath, 'models', 'small', 'tokenizer.json'));
    assert.ok(texts.length >= folders().length);
    const paths = texts.filter(({ text }) => text.includes(outsideWord)).map(({ path }) => path);
    assert.deepEqual(paths, []);
  });
}
