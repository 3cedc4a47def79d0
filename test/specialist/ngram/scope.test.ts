// Knowledge beyond counting: language kin, and the lines below a line.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kinOf, ngramKinOf } from '../../../src/text/languages.ts';
import { build, complete, line } from './project.ts';

test('code is predicted from its language kin, text and data from all files', () => {
  assert.equal(kinOf('a/b.tsx'), kinOf('c.js'));
  assert.equal(ngramKinOf('markdown') + ngramKinOf('json'), '');
  for (const other of ['a.css', 'a.py', 'a.sh', 'a.json', 'a.md']) assert.notEqual(kinOf(other), kinOf('a.ts'), other);
  const model = build([
    { path: 'src/a.ts', text: "const colour = 'vitest';\nconst other = 'vitest';\n".repeat(4) },
    { path: 'src/a.css', text: 'a { colour: red; }\n' },
  ]);
  const of = (path: string) => complete(model, "const colour = '¦", line, path).text;
  assert.equal(of('src/b.ts'), "vitest';");
  assert.ok(!of('src/b.css').includes('vitest'), of('src/b.css'));
  assert.equal(of('src/b.md'), "vitest';");
  // The same rule applies to open files.
  model.setOpenFile('src/open.ts', "const border = 'solid';\n".repeat(4));
  assert.ok(!complete(model, "const border = '¦", line, 'src/b.css').text.includes('solid'));
});

test('below a probable line the draft continues with the lines that always followed it', () => {
  const model = build();
  const draft = complete(model, '    if (rows.length === 0¦');
  assert.equal(draft.text, ') {');
  assert.ok(draft.continuation?.text.startsWith('\n      return undefined;\n    }'), draft.continuation?.text);
  assert.equal(draft.continuation?.tokens.map(({ text }) => text).join(''), draft.continuation?.text);
  assert.equal(complete(model, '    if (rows.length === 0¦)').continuation, undefined);
});
