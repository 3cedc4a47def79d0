// What the editor shows goes through src/vscode/editor/window.ts: the lint refuses every other way.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnosticsOf } from './lint.ts';

const refused = [
  "void vscode.window.showInformationMessage('x');",
  "void vscode.window.withProgress({ location: 15, title: 'x' }, async () => {});",
  'export const { window } = vscode;',
  "import { window } from 'vscode';",
  "import { l10n, window as w } from 'vscode';",
  "export const text = vscode.l10n.t('x');",
  "export const hover = new vscode.MarkdownString('x');",
  'hover.isTrusted = true;',
  'hover.supportHtml = true;',
  'export const text = name as UiText;',
];
const accepted = [
  'export const folders = vscode.workspace.workspaceFolders;',
  "void window.showInformationMessage(t('x'));",
];

test('lint refuses every way to show text that the types do not check', () => {
  const files = Object.fromEntries(
    [...refused, ...accepted].map((line, index) => [`src/vscode/probe-${index}.ts`, `${line}\n`]),
  );
  const found = new Set(diagnosticsOf('plugin', files).map(({ location }) => location.path));
  assert.deepEqual(
    Object.keys(files).filter((path) => found.has(path)),
    refused.map((_, index) => `src/vscode/probe-${index}.ts`),
  );
});

test('lint accepts them in the two files that check the text', () => {
  const text = `${refused[0]}\n${refused[6]}\n`;
  assert.deepEqual(
    diagnosticsOf('plugin', { 'src/vscode/editor/window.ts': text, 'src/vscode/editor/ui-text.ts': text }),
    [],
  );
});
