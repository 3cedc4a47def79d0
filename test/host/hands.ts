// Actions of the in-host suites through the real `vscode` API: open, type, complete, accept.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { patienceMs } from '../support/steady.ts';
import { logsOf } from '../support/stored.ts';
import { type Plan, until } from './harness.ts';

/** Every expected completion comes within this time, ms. */
const answerMs = 1.25 * patienceMs;

export const extensionId = 'easy-adaptation.easy-adaptation';

/** Our extension's log in the profile that holds the storage. */
export const ourLog = ({ storage }: Plan): string => logsOf(join(storage, '..', '..', '..'));

export const activated = () =>
  until('activation', () => vscode.extensions.getExtension(extensionId)?.isActive).then(() => {});

/** Nothing was sent to the large model. */
export async function assertNothingSent({ apiUrl }: Plan): Promise<void> {
  assert.deepEqual(await (await fetch(`${apiUrl}/__requests`)).json(), []);
}

/** Opens a document in an editor of its own, with the cursor at its end. */
export async function show(document: vscode.TextDocument): Promise<vscode.TextEditor> {
  const editor = await vscode.window.showTextDocument(document, { preview: false });
  await until('the editor to be active', () => vscode.window.activeTextEditor?.document === document);
  putCursor(editor, document.positionAt(document.getText().length));
  return editor;
}

export function putCursor(editor: vscode.TextEditor, position: vscode.Position): void {
  editor.selection = new vscode.Selection(position, position);
}

/** Opens a new empty file of the first folder, with `text` as unsaved content. */
export async function newFile(path: string, text: string, eol = '\n'): Promise<vscode.TextEditor> {
  const uri = inFolder(path);
  await vscode.workspace.fs.writeFile(uri, Buffer.from(eol === '\n' ? '' : eol));
  const editor = await show(await vscode.workspace.openTextDocument(uri));
  await replaceAll(editor, text);
  return editor;
}

export async function replaceAll(editor: vscode.TextEditor, text: string): Promise<void> {
  const { document } = editor;
  const all = new vscode.Range(new vscode.Position(0, 0), document.positionAt(document.getText().length));
  assert.ok(await editor.edit((edit) => edit.replace(all, text)));
  putCursor(editor, document.positionAt(document.getText().length));
}

export function inFolder(path: string, index = 0): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[index];
  assert.ok(folder, 'a folder is open');
  return vscode.Uri.joinPath(folder.uri, path);
}

/**
 * Requests a completion at the cursor and accepts it, with the editor's own commands as keys do. Returns the inserted
 * text; undefined if none came within `limitMs`.
 */
export async function complete(editor: vscode.TextEditor, limitMs = answerMs): Promise<string | undefined> {
  const { document } = editor;
  const before = document.getText();
  const offset = document.offsetAt(editor.selection.active);
  const end = performance.now() + limitMs;
  // The panel may have taken the focus, and an editor without it shows no ghost text.
  await vscode.commands.executeCommand('workbench.action.focusActiveEditorGroup');
  await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
  while (performance.now() < end) {
    // Does nothing while no ghost text is shown.
    await vscode.commands.executeCommand('editor.action.inlineSuggest.commit');
    const after = document.getText();
    if (after !== before) {
      const rest = before.length - offset;
      assert.equal(after.slice(0, offset), before.slice(0, offset), 'the text before the cursor is unchanged');
      return after.slice(offset, after.length - rest);
    }
    await sleep(100);
  }
  await vscode.commands.executeCommand('editor.action.inlineSuggest.hide');
  return undefined;
}

/** Retries with `text` in the editor until a completion matches: the index may not be ready yet. */
export async function completeUntil(editor: vscode.TextEditor, text: string, pattern: RegExp): Promise<string> {
  let last: string | undefined;
  // Doubled at each try: short while nothing can come yet, long enough for a slow machine.
  let tryMs = 2000;
  return until(`a completion like ${pattern}`, async () => {
    await replaceAll(editor, text);
    tryMs = Math.min(2 * tryMs, answerMs);
    last = await complete(editor, tryMs);
    if (last !== undefined && pattern.test(last)) return last;
    throw new Error(`last: ${JSON.stringify(last)}`);
  });
}

/**
 * Names of the files under `folder` that contain `text`. Another process reads them: if this one closed a second
 * descriptor of the open store, it would lose the store's POSIX locks (sqlite.org/howtocorrupt.html).
 */
export function filesHolding(folder: string, text: string): string[] {
  if (!existsSync(folder)) return [];
  const reader = `
    const { readdirSync, readFileSync, statSync } = require('node:fs');
    const [folder, text] = process.argv.slice(1);
    const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const found = paths.filter((name) => statSync(folder + '/' + name).isFile() && readFileSync(folder + '/' + name).includes(text));
    console.log(JSON.stringify(found));`;
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  return JSON.parse(
    execFileSync(process.execPath, ['-e', reader, folder, text], { encoding: 'utf8', env }),
  ) as string[];
}

/** Waits until the folder's index is on disk. */
export function indexed(storage: string, count = 1): Promise<true> {
  return until(`${count} index on disk`, () => {
    const folder = join(storage, 'specialists');
    if (!existsSync(folder)) return false;
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    return names.filter((name) => name.endsWith('specialist.ngram')).length >= count;
  });
}

/** Leaves Restricted Mode by the button of the trust editor, which the runner presses. */
export async function trust(): Promise<void> {
  await vscode.commands.executeCommand('workbench.trust.manage');
  await until('trust', () => vscode.workspace.isTrusted);
  await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
}

export async function setting(name: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration('easyAdaptation').update(name, value, vscode.ConfigurationTarget.Global);
}
