// Two folders in one window: each has its own local model, and neither suggests text of the other.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { complete, completeUntil, indexed, inFolder, replaceAll, show } from '../hands.ts';
import type { Plan, Suite } from '../harness.ts';

export function defineMultiRoot(suite: Suite, plan: Plan): void {
  const open = async (path: string, index: number) => {
    const uri = inFolder(path, index);
    await vscode.workspace.fs.writeFile(uri, new Uint8Array());
    return show(await vscode.workspace.openTextDocument(uri));
  };

  suite.test('both folders are indexed', async () => {
    assert.equal(vscode.workspace.workspaceFolders?.length, 2);
    const second = await open('src/new.ts', 1);
    await completeUntil(
      second,
      'export const marmalade',
      /^Compass = calibrateMarmaladeCompass\(northPole, southPole\);/,
    );
    const first = await open('src/handlers/new.ts', 0);
    await completeUntil(first, 'import { type RequestContext, respond', /^With/);
    await indexed(plan.storage, 2);
  });

  suite.test('a folder does not suggest text of the other', async () => {
    const first = await open('src/handlers/new.ts', 0);
    await replaceAll(first, 'export const marmalade');
    const text = (await complete(first, 3000)) ?? '';
    assert.doesNotMatch(text, /CalibrateMarmalade/i);
  });

  suite.test('the sample of a file is beside it, in the same folder, and opens as no file', async () => {
    await vscode.commands.executeCommand('easyAdaptation.showSample');
    const document = vscode.window.activeTextEditor?.document as vscode.TextDocument;
    const { uri } = document;
    assert.equal(uri.scheme, 'untitled');
    const beside = vscode.Uri.joinPath(uri.with({ scheme: 'file' }), '..');
    const names = (await vscode.workspace.fs.readDirectory(beside)).map(([name]) => name);
    assert.ok(!names.includes(uri.path.split('/').at(-1) as string));
    const texts = await Promise.all(
      names.map((name) => vscode.workspace.fs.readFile(vscode.Uri.joinPath(beside, name)).then(String, () => '')),
    );
    assert.ok(document.getText() !== '' && texts.some((text) => text.startsWith(document.getText())));
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });
}
