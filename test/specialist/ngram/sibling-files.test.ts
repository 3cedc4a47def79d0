// Files that a new file begins like: which ones they are, and what is continued from their first lines.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kindAndStem, nearestSiblings } from '../../../src/specialist/ngram/sibling-files.ts';
import type { TemplateDraft } from '../../../src/specialist/ngram/template.ts';
import { at, build } from './project.ts';

test('a path has the kind of its file and what the file is about', () => {
  assert.deepEqual(kindAndStem('src/user.test.ts'), { kind: '.test.ts', stem: 'user' });
  assert.deepEqual(kindAndStem('user_test.go'), { kind: '_test.go', stem: 'user' });
  assert.deepEqual(kindAndStem('tests/test_user.py'), { kind: 'test_.py', stem: 'user' });
  assert.deepEqual(kindAndStem('src/user.ts'), { kind: '.ts', stem: 'user' });
  assert.deepEqual(kindAndStem('a/.eslintrc.js'), { kind: '.js', stem: '.eslintrc' });
  assert.deepEqual(kindAndStem('Makefile'), { kind: '', stem: 'Makefile' });
});

test('siblings are of one kind: those of the folder first, then those with the longest common path', () => {
  const paths = ['x/a.test.ts', 'src/api/b.ts', 'src/api/c.test.ts', 'src/web/d.test.ts', 'src/api/own.test.ts'];
  assert.deepEqual(nearestSiblings('src/api/own.test.ts', paths), [
    'src/api/c.test.ts',
    'src/web/d.test.ts',
    'x/a.test.ts',
  ]);
  assert.deepEqual(nearestSiblings('src/api/own.test.ts', paths, 1), ['src/api/c.test.ts']);
});

const names = ['user', 'order', 'invoice', 'product'];
const title = (name: string) => `${name[0]?.toUpperCase()}${name.slice(1)}`;
const tests = names.map((name) => ({
  path: `src/repositories/${name}.test.ts`,
  text: [
    `import { ${title(name)}Repository } from './${name}';`,
    '',
    `describe('${title(name)}Repository', () => {`,
    `  it('finds no ${name} in an empty database', async () => {`,
    `    const ${name}s = new ${title(name)}Repository(emptyDatabase());`,
    '',
  ].join('\n'),
}));

const textOf = (draft: TemplateDraft | undefined) => (draft?.pieces ?? []).map(({ text }) => text).join('');

test('a new file begins like those of its kind, with its own name instead of theirs', () => {
  const path = 'src/repositories/ticket.test.ts';
  const head = "import { TicketRepository } from './ticket';\n\n";
  const open = build([]);
  for (const file of tests) open.setOpenFile(file.path, file.text);
  for (const model of [build(tests), open]) {
    const copied = (text: string, of = path) => textOf(model.template(at(text, of)));
    assert.equal(copied('import { Ticket¦').split('\n')[0], "Repository } from './ticket';");
    assert.equal(copied(`${head}describe(¦`).split('\n')[0], "'TicketRepository', () => {");
    // A file of another kind has no siblings here.
    assert.equal(copied(`${head}describe(¦`, 'src/repositories/ticket.ts'), '');
  }
});

test('further down in a file only its own lines are copied', () => {
  const model = build(tests);
  const above = 'const a = 1;\n'.repeat(60);
  assert.equal(model.template(at(`${above}describe('Ticket¦`, 'src/repositories/ticket.test.ts')), undefined);
});
