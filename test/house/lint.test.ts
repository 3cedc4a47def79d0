// The lint's rules, in a real run under our biome.json over files that a test makes up: what it must refuse, it
// refuses.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../build/paths.ts';

interface Diagnostic {
  readonly category: string;
  readonly location: { readonly path: string; readonly start?: { readonly line: number } };
}

/**
 * @param rule its category: 'lint/suspicious/noImportCycles', or 'plugin' for rules of build/lint/ @param files texts
 * by path
 */
function diagnosticsOf(rule: string, files: Readonly<Record<string, string>>): Diagnostic[] {
  const folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-lint-'));
  try {
    for (const file of ['biome.json', 'build/lint']) cpSync(join(root, file), join(folder, file), { recursive: true });
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
    const args = ['lint', '--vcs-enabled=false', '--max-diagnostics=none', '--reporter=json', '.'];
    const done = spawnSync(process.execPath, [biome, ...args], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    assert.ok(done.stdout.startsWith('{'), `biome did not report: ${done.stdout}${done.stderr}`);
    const { diagnostics } = JSON.parse(done.stdout) as { diagnostics: Diagnostic[] };
    return diagnostics.filter(({ category }) => category === rule);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('a circle of types, closed by an import at run time, fails in every folder of code, and a chain does not', () => {
  const circle = (folder: string) => ({
    [`${folder}/a.ts`]: "export type { b } from './b.ts';\nexport const a = 1;\n",
    [`${folder}/b.ts`]: "export const b = () => import('./a.ts');\n",
  });
  const made = Object.assign({}, ...['src/common', 'src/vscode', 'bench', 'test/support', 'build'].map(circle));
  const chain = { 'src/text/c.ts': "export * from './d.ts';\n", 'src/text/d.ts': 'export const d = 1;\n' };
  const found = diagnosticsOf('lint/suspicious/noImportCycles', { ...made, ...chain });
  const paths = new Set(found.map(({ location }) => location.path));
  assert.deepEqual([...paths].sort(), Object.keys(made).sort());
});

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
  const actual = Object.keys(files).filter((path) => found.has(path));
  const expected = refused.map((_, index) => `src/vscode/probe-${index}.ts`);
  assert.deepEqual(actual, expected);
});

test('lint accepts them in the two files that check the text', () => {
  const text = `${refused[0]}\n${refused[6]}\n`;
  const actual = diagnosticsOf('plugin', { 'src/vscode/editor/window.ts': text, 'src/vscode/editor/ui-text.ts': text });
  assert.deepEqual(actual, []);
});
