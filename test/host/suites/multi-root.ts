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
}
