// Knowledge beyond counting: parameters that a left side names, language kin, and the lines below a line.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kinOf, ngramKinOf } from '../../../src/text/languages.ts';
import { parametersAbove } from '../../../src/text/signature.ts';
import { build, complete, line } from './project.ts';

const python = Array.from({ length: 6 }, (_, i) => ({
  path: `shop/order${i}.py`,
  text: `class Order${i}:\n    def __init__(self, user, amount):\n        self.user = user\n        self.total = amount\n        self.payment = amount\n`,
}));

test('a parameter that the left side names is the most likely value', () => {
  const model = build(python);
  const at = (signature: string) => {
    const text = `class Invoice:\n    def __init__(self, ${signature}):\n        self.amount = amount\n        self.message = ¦`;
    return complete(model, text, line, 'shop/invoice.py').text;
  };
  assert.ok(at('message, amount').startsWith('message'), at('message, amount'));
  assert.ok(!at('amount').startsWith('message'), at('amount'));
});

test('an unfinished name is continued, and the probabilities still sum to 1', () => {
  const model = build(python);
  const text = 'class A:\n    def set(self, message: str) -> None:\n        self._message = me¦';
  const draft = complete(model, text, line, 'shop/a.py');
  assert.ok(draft.text.startsWith('ssage'), draft.text);
  for (const { probability } of draft.tokens) assert.ok(probability > 0 && probability <= 1 + 1e-6, `${probability}`);
});

test('parameters are those of the nearest signature, not of conditions', () => {
  const names = (text: string) => [...parametersAbove(text)];
  assert.deepEqual(names('def f(self, a, b=g(1)):\n    if (c):\n'), ['self', 'a', 'b', 'g']);
  assert.deepEqual(names('constructor(private readonly a: A, b: B) {\n  while (c) {\n'), [
    'private',
    'readonly',
    'a',
    'A',
    'b',
    'B',
  ]);
  assert.deepEqual(names('func (s *S) Set(name string) error {\n'), ['name', 'string']);
  assert.deepEqual(names('x = 1\n'), []);
});

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
