// The second corpus: few of its secrets stay.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeSecondCorpus, missedSecond } from './second-corpus.ts';
import { vendorRows } from './second-vendors.ts';

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

for (const unseen of [false, true]) {
  test(`at most 2 % of its secrets stay in the ${unseen ? 'unseen third' : 'other two thirds'}`, () => {
    const some = items.filter((item) => item.unseen === unseen);
    const left = missedSecond(some).length;
    assert.ok(left <= 0.02 * some.length, `${left} of ${some.length}`);
  });
}
