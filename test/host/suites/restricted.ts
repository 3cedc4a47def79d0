// Restricted Mode: an untrusted folder that tries to send the code somewhere. Completions are local, its settings count for nothing.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { handlerSource } from '../../support/handlers.ts';
import { completeUntil, extensionId, newFile, rows } from '../hands.ts';
import { type Plan, type Suite, until } from '../harness.ts';

export function defineRestricted(suite: Suite, plan: Plan): void {
  suite.test('it is activated in an untrusted folder', async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    await until('activation', () => vscode.extensions.getExtension(extensionId)?.isActive);
  });

  suite.test("the folder's own address and model count for nothing", async () => {
    const settings = vscode.workspace.getConfiguration('easyAdaptation');
    assert.equal(settings.get('baseUrl'), plan.apiUrl);
    assert.equal(settings.get('model'), '');
    assert.deepEqual(settings.get('exclude'), {});
    // One that it may set, so that the settings file is known to be read.
    assert.equal(settings.get('apiTimeout'), 4321);
  });

  suite.test('completions are local', async () => {
    const source = handlerSource('voucher');
    const place = source.slice(0, source.indexOf('openDatabase(context'));
    const editor = await newFile('src/handlers/voucher.ts', '');
    await completeUntil(editor, place, /^openDatabase\(context\.configuration\);/);
    const sources = await until('rows in the store', () => {
      const found = rows(plan.storage, 'select distinct source from completions');
      return found.length > 0 && found;
    });
    assert.deepEqual(
      sources.map((row) => row.source),
      ['specialist'],
    );
  });

  suite.test('nothing was sent', async () => {
    const requests = (await (await fetch(`${plan.apiUrl}/__requests`)).json()) as unknown[];
    assert.deepEqual(requests, []);
  });
}
