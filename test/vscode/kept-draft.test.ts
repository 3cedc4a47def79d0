// Whether 'Show What Is Kept and Sent' names a local draft: only if the request holds it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../fakes/vscode-editor.ts';

const { draftInWords } = await import('../../src/vscode/panel/kept-view.ts');

test('names the local draft that a request holds, and none where the model is sent none', () => {
  const drafts = [{ text: 'return "a";' }];
  const told = (prompt: string) => draftInWords(JSON.stringify({ prompt }), drafts);
  assert.equal(told('<draft>return "a";</draft>'), 'It contains the local draft return "a";');
  assert.equal(told('<|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>'), 'It contains no local draft.');
  assert.equal(draftInWords('{}', []), 'It contains no local draft.');
});
