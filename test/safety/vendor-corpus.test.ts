// Redaction misses few secrets of 200 vendors and in 200 syntaxes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeVendorCorpus, missed } from './vendor-corpus.ts';

const items = makeVendorCorpus(7);

test('the vendor corpus has 200 vendors and 200 syntaxes, and a third of each is unseen', () => {
  for (const syntaxes of [false, true]) {
    const some = items.filter(({ group }) => (group === 'syntaxes') === syntaxes);
    const all = new Set(some.map(({ of }) => of)).size;
    const unseen = new Set(some.filter((item) => item.unseen).map(({ of }) => of)).size;
    assert.ok(all >= 200, `${all}`);
    assert.ok(unseen > 0.25 * all && unseen < 0.42 * all, `${unseen} of ${all}`);
  }
  for (const { text, secrets } of items) for (const secret of secrets) assert.ok(text.includes(secret), text);
});

test('at most 2 % of the secrets of vendors are missed', () => {
  const left = missed(items).map(({ of, path, text }) => `${of} (${path}): ${text}`);
  assert.ok(left.length <= 0.02 * items.length, `${left.length} of ${items.length}\n${left.join('\n')}`);
});
