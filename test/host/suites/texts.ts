// Text tasks through the editor's own commands, without a large model: schema of the task file, run, table, correction.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { activated, inFolder, show } from '../hands.ts';
import { type Suite, until } from '../harness.ts';

interface GitApi {
  openRepository(root: vscode.Uri): Promise<{ rootUri: vscode.Uri; inputBox: { value: string } } | null>;
}

const name = 'tickets';
const folder = () => inFolder('tickets').fsPath;
const results = () => join(folder(), `${name}.labels.csv`);
const taskFile = () => inFolder(`.easyadaptation/tasks/${name}.json`);

function prepare(): void {
  const words = { bug: ['crash', 'error', 'broken'], wish: ['please', 'support', 'add'] } as const;
  const rows = Array.from({ length: 160 }, (_, i) => {
    const kind = i % 2 === 0 ? 'bug' : 'wish';
    return `${words[kind][i % 3]} in the ${['list', 'page', 'menu'][i % 3]} number ${i},${i < 120 ? kind : ''}\n`;
  });
  mkdirSync(folder(), { recursive: true });
  writeFileSync(join(folder(), 'list.csv'), `title,kind\n${rows.join('')}`);
  const labels = ['bug', 'wish'].map((each) => ({ name: each, meaning: `It is a ${each}.` }));
  const source = { kind: 'csv', path: 'tickets/list.csv', text: 'title', label: 'kind' };
  mkdirSync(join(taskFile().fsPath, '..'), { recursive: true });
  writeFileSync(taskFile().fsPath, JSON.stringify({ instruction: 'Sort the tickets.', labels, source }, undefined, 2));
}

export function defineTexts(suite: Suite): void {
  suite.test("a text task's file is checked and completed by the editor", async () => {
    await activated();
    prepare();
    const editor = await show(await vscode.workspace.openTextDocument(taskFile()));
    const { document } = editor;
    const at = document.positionAt(document.getText().indexOf('"instruction"'));
    await editor.edit((edit) => edit.insert(at, '"instructions": 1,\n  '));
    const told = await until('a warning', () => {
      const found = vscode.languages.getDiagnostics(document.uri);
      return found.find(({ message }) => message.includes('instructions'));
    });
    assert.ok(told.severity <= vscode.DiagnosticSeverity.Warning);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  suite.test(
    'a text task without a large model writes results beside the texts, and its table shows them',
    async () => {
      await vscode.commands.executeCommand('easyAdaptation.runTextTask', name);
      const [header, ...lines] = readFileSync(results(), 'utf8').trimEnd().split('\n');
      assert.equal(header, 'title,kind,label,who,how sure,in doubt');
      assert.equal(lines.length, 160);
      assert.equal(lines.filter((line) => line.includes(',person,1.000,')).length, 120);
      const right = lines.slice(120).filter((line, i) => line.includes(i % 2 === 0 ? ',bug,' : ',wish,'));
      assert.ok(right.length > 35, `${right.length} of 40 are right`);
      await vscode.commands.executeCommand('easyAdaptation.showLabels', name);
      await until('the table', () => vscode.window.tabGroups.activeTabGroup.activeTab?.label === name);
      const { input } = vscode.window.tabGroups.activeTabGroup.activeTab ?? {};
      assert.ok(input instanceof vscode.TabInputWebview && input.viewType.includes('easyAdaptation.table'));
    },
  );

  suite.test('without a large model no commit message is written, and the input box keeps its text', async () => {
    const root = inFolder('');
    writeFileSync(inFolder('src/greeting.ts').fsPath, 'export function greet() {}\n');
    for (const args of [
      ['init', '-q'],
      ['add', 'src/greeting.ts'],
    ])
      execFileSync('git', args, { cwd: root.fsPath });
    const extension = vscode.extensions.getExtension<{ getAPI(version: 1): GitApi }>('vscode.git');
    const api = (await extension?.activate())?.getAPI(1);
    const repository = await until('the repository', async () => (await api?.openRepository(root)) ?? undefined);
    repository.inputBox.value = 'mine';
    await vscode.commands.executeCommand('easyAdaptation.generateCommitMessage', { rootUri: repository.rootUri });
    assert.equal(repository.inputBox.value, 'mine');
  });
}
