// `complete` prints whether the editor would show the draft, and why not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderCompletion } from '../../../src/jobs/cli/complete.ts';
import { decide } from '../../../src/routing/decide.ts';
import { draft } from '../../fakes/specialist.ts';
import { ESTIMATES, limits } from '../../routing/synthetic.ts';

const shown = (p: number) => {
  const at = limits({ threshold: 0.5, raisedBy: 'the list is open' });
  const decision = decide(
    { estimates: ESTIMATES, cuts: [{ text: 'loadUsers();', p, ends: 'line' }], expectedCharacters: 0 },
    { limits: at, rejected: undefined, noCall: 'there is no large model', goesOn: undefined },
  );
  const place = { path: 'a.ts', line: 0, column: 4, before: 'x = ', truth: '' };
  return renderCompletion({ ...place, draft: draft('loadUsers();', p), decision });
};

test('prints the text that the editor would show, and what it is sure of', () => {
  assert.match(shown(0.9), / {2}shown {3}loadUsers\(\);\n.*Answered locally: 90% sure/);
});

test('prints that nothing would be shown, with the limit and its cause', () => {
  assert.match(shown(0.2), / {2}shown {3}no\n.*Held back: 20% sure, shown from \d+% \(the list is open\)/);
});
