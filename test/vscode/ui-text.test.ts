// Foreign text in dialogs, lists and tooltips contains no link, icon or invisible character, and is of limited length.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { icon, link, uiText } from '../support/ui-text.ts';

const { joined, safeSentence, safeText, t } = uiText;

const hostile = [
  '[install](command:workbench.action.terminal.sendSequence)',
  '[version 0.1.1, which this one needs: install](command:runCommands?%7B%22commands%22%3A%5B%5D%7D)',
  '[a](command:x)](command:y "title")',
  '[[a]](command:x)',
  '[a]\u200b(command:x)',
  '[a]\u0007(command:x)',
  '[a]\n(https://example.com)',
  '$(sync~spin) Ready',
  '$\u200d(check)',
];

test('safeText leaves no link and no icon of any hostile name', () => {
  for (const text of hostile) {
    for (const shown of [safeText(text), safeSentence(`Cannot read ${text}.`), t('{0} is not there any more.', text)]) {
      assert.doesNotMatch(shown, link);
      assert.doesNotMatch(shown, icon);
    }
  }
});

test('adjacent values cannot form a link', () => {
  assert.doesNotMatch(t('{0}{1}', '[a]', '(command:x)'), link);
  assert.doesNotMatch(t('[{0}]({1})', 'a', 'command:x'), link);
  assert.doesNotMatch(t('{0}({1})', '$', 'check'), icon);
  for (const separator of [' ', ' · ', ', ', ': '] as const)
    assert.doesNotMatch(joined([safeText('[a]'), safeText('(command:x)')], separator), link);
});

test('safeText removes invisible and bidirectional control characters, and joins lines', () => {
  assert.equal(safeText('a\u202eb\u2066c\u0000d\u001b[31me\r\n\tf'), 'abcde f');
});

test('safeText cuts a name at 200 characters, a sentence at 1,500, and is idempotent', () => {
  assert.equal(safeText('x'.repeat(5000)).length, 200);
  assert.equal(safeSentence('x'.repeat(5000)).length, 1500);
  assert.equal(t('{0}!', 'x'.repeat(5000)).length, 201);
  for (const text of hostile) assert.equal(safeText(safeText(text)), safeText(text));
  assert.equal(safeText(safeText('x'.repeat(5000))), safeText('x'.repeat(5000)));
});

test('ordinary names are unchanged', () => {
  for (const name of ['src/[slug]/page.tsx', 'a (copy).ts', 'Grüße', '日本語.md', '$HOME', 'f(x)[0]'])
    assert.equal(safeText(name), name);
});
