// Redaction misses few secrets of the second corpus.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeSecondCorpus, missedSecond, vendorRows } from './second-corpus.ts';

const items = makeSecondCorpus(7);

test('the second corpus covers 100 vendors, and a third of it is unseen', () => {
  assert.ok(new Set(vendorRows.map(({ vendor }) => vendor)).size >= 100);
  const unseen = items.filter((item) => item.unseen).length / items.length;
  assert.ok(unseen > 0.25 && unseen < 0.42, `${unseen}`);
  for (const { text, secrets } of items) {
    assert.ok(secrets.length > 0, text);
    for (const secret of secrets) assert.ok(text.includes(secret), text);
  }
});

// Without arguments, prose and pieces, 3.1 % of the unseen third were missed before a rule was changed for misses in the
// other two thirds, 2.1 % afterwards. Of those three, 9.7 % were missed before and 5.4 % afterwards.
for (const [part, unseen, ceiling] of [
  ['other two thirds', false, 0.01],
  ['unseen third', true, 0.04],
] as const) {
  test(`at most ${ceiling * 100} % of the secrets of its ${part} are missed`, () => {
    const some = items.filter((item) => item.unseen === unseen);
    const left = missedSecond(some).length;
    assert.ok(left <= ceiling * some.length, `${left} of ${some.length}`);
  });
}
