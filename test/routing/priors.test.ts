// The estimates before any data of a folder.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectedCharacters } from '../../src/routing/features.ts';
import { draft } from '../fakes/specialist.ts';

test('less is expected of a line after a closing mark, and more where the draft is long or unsure', () => {
  const at = (lineBefore: string, text = 'value', confidence = 0.3) =>
    expectedCharacters(draft(text, confidence, { confidence }), {
      languageId: 'typescript',
      lineBefore,
      lineAfter: '',
    });
  assert.ok(at('read(name)') < at('read('));
  assert.ok(at('const x = ', 'someLongerCall(argument, other)') > at('const x = ', 'x'));
  assert.ok(at('const x = ', 'value', 0.05) > at('const x = ', 'value', 0.9));
  assert.equal(at('read(name);', 'x', 0.9), 0);
});
