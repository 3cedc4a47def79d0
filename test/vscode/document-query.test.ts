// From a document to a query: line ends, windows of large files, indent units.
import assert from 'node:assert/strict';
import '../fakes/vscode-editor.ts';
import { test } from 'node:test';
import { queryOf } from '../../src/prompts/completion/completion-position.ts';
import { QUERY_WINDOW } from '../../src/text/windows.ts';
import { aroundCell, indentUnit, queryAt } from '../../src/vscode/editor/document-query.ts';

const { Document } = await import('../../src/vscode/editor/document.ts');

/** A document by its text alone; positions as VS Code counts them. */
function documentOf(text: string, languageId = 'typescript') {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text.split(eol);
  return {
    languageId,
    eol: eol.length,
    lineCount: lines.length,
    lineAt: (line: number) => ({ text: lines[line] as string }),
    offsetAt: ({ line, character }: { line: number; character: number }) =>
      lines.slice(0, line).join(eol).length + (line > 0 ? eol.length : 0) + character,
  };
}

test('the query of a CRLF document has line feeds', () => {
  const query = queryAt(documentOf('a\r\nbc\r\nd\r\n'), { line: 1, character: 1 }, 'x.ts');
  assert.deepEqual(query, { path: 'x.ts', languageId: 'typescript', prefix: 'a\nb', suffix: 'c\nd\n' });
});

test('the query of a large document is a window that begins at a line', () => {
  const lines = Array.from({ length: 40_000 }, (_, index) => `line ${index}`);
  const document = documentOf(lines.join('\n'));
  const query = queryAt(document, { line: 30_000, character: 4 }, 'big.txt');
  const { prefix, suffix } = QUERY_WINDOW;
  assert.ok(query.prefix.length <= prefix.reach && query.prefix.length > prefix.reach / 2);
  assert.equal(query.suffix.length, suffix.reach);
  assert.match(query.prefix, /^line \d+\n/);
  assert.ok(query.prefix.endsWith('\nline') && query.suffix.startsWith(' 30000\n'));
});

test('reading only the lines within reach gives the same query as the whole text', () => {
  for (const eol of ['\n', '\r\n']) {
    const lines = Array.from({ length: 9000 }, (_, index) => `${'x'.repeat(index % 90)} ${index}`);
    const text = lines.join(eol);
    const document = documentOf(text);
    for (const line of [0, 1, 700, 2222, 5000, 8999]) {
      const position = { line, character: 1 };
      const whole = queryOf(text, document.offsetAt(position), 'a.ts', 'typescript');
      assert.deepEqual(queryAt(document, position, 'a.ts'), whole, `${line}`);
    }
  }
});

test('one more key does not move the window', () => {
  const lines = Array.from({ length: 40_000 }, (_, index) => `line ${index}`);
  const document = documentOf(lines.join('\n'));
  const first = queryAt(document, { line: 30_000, character: 4 }, 'big.txt');
  const second = queryAt(document, { line: 30_000, character: 5 }, 'big.txt');
  assert.equal(second.prefix, `${first.prefix} `);
});

test('the indent unit follows the editor', () => {
  assert.equal(indentUnit({ insertSpaces: false, tabSize: 8 }), '\t');
  assert.equal(indentUnit({ insertSpaces: true, tabSize: 2 }), '  ');
  assert.equal(indentUnit({}), '    ');
});

test('output, git and commit box documents get no completions; files, notebooks and untitled documents do', () => {
  const uri = { path: '/work/a.py', with: () => uri };
  const isSilent = (scheme: string) =>
    new Document({ uri: { ...uri, scheme }, languageId: 'python' } as never).isSilent;
  for (const scheme of ['output', 'git', 'vscode-scm']) assert.ok(isSilent(scheme), scheme);
  for (const scheme of ['file', 'untitled', 'vscode-notebook-cell', 'vscode-remote'])
    assert.ok(!isSilent(scheme), scheme);
});

test('the query of a notebook cell contains the cells of its language above and below', () => {
  const cell = (languageId: string, text: string) => ({ ...documentOf(text, languageId), getText: () => text });
  const cells = [
    cell('markdown', '# Sales\n'),
    cell('python', 'import pandas as pd\n'),
    cell('sql', 'select 1'),
    cell('python', 'frame = pd.'),
    cell('markdown', 'And more.'),
    cell('python', 'frame.head()'),
  ];
  const own = cells[3] as (typeof cells)[number];
  const query = queryAt(own, { line: 0, character: 11 }, 'sales.ipynb', aroundCell(cells, 3));
  assert.equal(query.prefix, 'import pandas as pd\n\nframe = pd.');
  assert.equal(query.suffix, '\n\nframe.head()');
  assert.deepEqual(aroundCell(cells, 4), { above: '# Sales\n\n', below: '' });
});
