// Restricted Mode: an untrusted folder that tries to send code to a server. Completions are local, its settings are
// ignored, and only its index is stored. Then the folder is trusted.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import * as vscode from 'vscode';
import { handlerSource } from '../../support/handlers.ts';
import { rows } from '../../support/stored.ts';
import { activated, assertNothingSent, completeUntil, indexed, newFile, trust } from '../hands.ts';
import type { Plan, Suite } from '../harness.ts';

export function defineRestricted(suite: Suite, plan: Plan): void {
  const source = handlerSource('voucher');
  const textBeforeCursor = source.slice(0, source.indexOf('openDatabase(context'));
  const takeOne = async (path: string) =>
    completeUntil(await newFile(path, ''), textBeforeCursor, /^openDatabase\(context\.configuration\);/);

  suite.test('the extension is activated in an untrusted folder', async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    await activated();
  });

  suite.test('the folder’s settings for address, model, money, privacy and memory are ignored', async () => {
    const settings = vscode.workspace.getConfiguration('easyAdaptation');
    assert.equal(settings.get('baseUrl'), plan.apiUrl);
    assert.equal(settings.get('model'), '');
    assert.deepEqual(settings.get('exclude'), {});
    for (const key of ['balance', 'localOnly', 'memory', 'enable', 'exclude'])
      assert.equal(
        settings.inspect(key)?.workspaceFolderValue ?? settings.inspect(key)?.workspaceValue,
        undefined,
        key,
      );
    // One that it may set, so that the settings file is known to be read.
    assert.equal(settings.get('minimumConfidence'), 0.123);
  });

  suite.test('completions are local, and the folder is indexed', async () => {
    await takeOne('src/handlers/voucher.ts');
    await indexed(plan.storage);
  });

  suite.test('nothing is trained', async () => {
    await vscode.commands.executeCommand('easyAdaptation.adapt');
    assert.deepEqual(rows(plan.storage, 'select * from adaptations'), []);
  });

  if (plan.trustsOnRequest)
    suite.test('after trust was granted, a setting of the folder applies if it is stricter', async () => {
      await trust();
      const settings = vscode.workspace.getConfiguration('easyAdaptation');
      assert.equal(settings.inspect('balance')?.workspaceValue, 1);
      // The folder has switched TypeScript off, which it may.
      const source = '# Shop\n\nThe voucher page answers politely and never keeps a connection';
      await completeUntil(await newFile('notes.md', ''), source, /^ open after the reply/);
    });

  suite.test('the storage contains only indexes and an empty store', async () => {
    const names = readdirSync(plan.storage, { recursive: true, encoding: 'utf8' }).sort();
    const known = /^(?:specialists(?:\/[0-9a-f]{16}(?:\/specialist\.ngram)?)?|store\.sqlite(?:-wal|-shm)?)$/;
    const actual = names.filter((name) => !known.test(name));
    assert.deepEqual(actual, []);
    assert.deepEqual(rows(plan.storage, 'select * from llmCalls'), []);
    assert.deepEqual(rows(plan.storage, 'select * from adaptations'), []);
  });

  suite.test('nothing was sent', () => assertNothingSent(plan));
}
