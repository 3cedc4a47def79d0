// The prompt for next edits, and how an answer is read.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextEditPrompt, readPairs } from '../../../src/prompts/edits/next-edit-prompt.ts';

const edit = (search: string, replacement: string) =>
  `<edit>\n<old>\n${search}\n</old>\n<new>\n${replacement === '' ? '' : `${replacement}\n`}</new>\n</edit>`;

test('the prompt shows the last edits and the lines, and cuts long ones', () => {
  const prompt = nextEditPrompt({
    path: 'src/a.ts',
    languageId: 'typescript',
    lines: `send(total);\n${'x'.repeat(10_000)}`,
    edits: [{ path: 'src/b.ts', removed: 'a', inserted: 'b'.repeat(1000) }],
  });
  const text = prompt.user.map((block) => block.text).join('');
  assert.match(text, /<edit path="src\/b.ts">\n<old>\na\n<\/old>\n<new>\nb{600}\n\[cut\]/);
  assert.match(text, /Lines of src\/a.ts \(typescript\)/);
  assert.match(text, /<lines>\nsend\(total\);\nx+\n<\/lines>$/);
  assert.ok(text.length < 8000);
  assert.equal(prompt.about, 'src/a.ts');
});

test('reads the pairs of an answer, with words around them', () => {
  const answer = `Here they are:\n${edit('a(1);\nb();', 'a(2);\nb();')}\n\n${edit('gone();', '')}\nDone.`;
  assert.deepEqual(readPairs(answer), [
    { search: 'a(1);\nb();', replacement: 'a(2);\nb();' },
    { search: 'gone();', replacement: '' },
  ]);
});

test('leaves out empty, unchanged and cut pairs, and more than five', () => {
  assert.deepEqual(readPairs(''), []);
  assert.deepEqual(readPairs(edit('', 'a')), []);
  assert.deepEqual(readPairs(edit('a', 'a')), []);
  assert.deepEqual(readPairs(edit('a', 'b').slice(0, -10)), []);
  assert.equal(readPairs(Array.from({ length: 9 }, (_, i) => edit(`a${i}`, 'b')).join('\n')).length, 5);
});
