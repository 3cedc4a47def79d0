// Redaction misses few secrets of the corpora: 200 vendors, 200 syntaxes, forms that people write, and places.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missed } from './corpus-values.ts';
import { freshKinds, makeFresh } from './fresh-corpus.ts';
import { makePlaces, placeKinds } from './places-corpus.ts';
import { makeSecondCorpus } from './second-corpus.ts';
import { makeVendorCorpus } from './vendor-corpus.ts';

const items = makeVendorCorpus(7);
const second = makeSecondCorpus(7);
const isPlanted = ({ text, secrets }: { readonly text: string; readonly secrets: readonly string[] }) =>
  secrets.length > 0 && secrets.every((secret) => text.includes(secret));

test('at most 2 % of the secrets of vendors are missed', () => {
  assert.ok(items.length > 400 && items.every(isPlanted));
  const left = missed(items).map(({ of, path, text }) => `${of} (${path}): ${text}`);
  assert.ok(left.length <= 0.02 * items.length, `${left.length} of ${items.length}\n${left.join('\n')}`);
});

// Without arguments, prose and pieces, 3.1 % of the unseen third were missed before a rule was changed for misses in
// the other two thirds, 2.1 % afterwards. Of those three, 9.7 % were missed before and 5.4 % afterwards.
for (const [part, unseen, ceiling] of [
  ['other two thirds', false, 0.01],
  ['unseen third', true, 0.04],
] as const)
  test(`at most ${ceiling * 100} % of the secrets of the second corpus' ${part} are missed`, () => {
    const some = second.filter((item) => item.unseen === unseen);
    assert.ok(some.length > 100 && some.every(isPlanted));
    const left = missed(some).length;
    assert.ok(left <= ceiling * some.length, `${left} of ${some.length}`);
  });

// Of the half that was held out, before a form of it was read: 127 URLs, 13 arguments, 44 clients, 51 of SQL and 29 of
// configuration were missed before the rules changed for the other half, 5, 13, 39, 24 and 29 afterwards.
const places = makePlaces(7, 2);
for (const kind of placeKinds)
  test(`at most 4 % of the secrets in ${kind} are missed`, () => {
    const some = places.filter((item) => item.kind === kind);
    assert.ok(some.length > 180 && some.every(isPlanted));
    const left = missed(some).map(({ path, text }) => `${path}: ${text}`);
    assert.ok(left.length <= 0.04 * some.length, `${left.length} of ${some.length}\n${left.join('\n')}`);
  });

// Of its half that was held out 39 arguments of 432, 35 clients of 351, 14 of SQL of 153, 48 of configuration of 435,
// 7 salts of 36, 29 separated values of 60, 48 phrases of 57 and 43 of 78 others were missed before the rules for them.
const fresh = makeFresh(7, 3).filter(({ heldOut }) => heldOut);
for (const kind of freshKinds) {
  const ceiling = kind === 'phrases' ? 0.15 : 0.06;
  test(`at most ${ceiling * 100} % of the fresh secrets in ${kind} that were held out are missed`, () => {
    const some = fresh.filter((item) => item.kind === kind);
    assert.ok(some.length > 30 && some.every(isPlanted));
    const left = missed(some).length;
    assert.ok(left <= ceiling * some.length, `${left} of ${some.length}`);
  });
}
