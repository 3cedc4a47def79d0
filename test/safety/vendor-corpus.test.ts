// Secrets of a hundred vendors and in two hundred syntaxes: few stay, in the third that nobody looked at while rules were written too.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maskSecrets } from '../../src/secrets/mask.ts';
import { Survivors } from './survivors.ts';
import { isUnseen, makeVendorCorpus, type VendorItem } from './vendor-corpus.ts';

const items = makeVendorCorpus(20261128);

/** Items of which a secret, or the latter half of a long one, stays. */
export function missed(of: readonly VendorItem[]): VendorItem[] {
  return of.filter(({ path, text, secrets }) => {
    const survivors = new Survivors([{ kind: '', form: 'token', carrier: '', path, secrets, also: [] }]);
    return survivors.in(maskSecrets(text, path).text).size > 0;
  });
}

test('the corpus has 100 vendors and 180 syntaxes, and a third of each is unseen', () => {
  const count = (unseen: boolean, syntaxes: boolean) =>
    new Set(
      items.filter((item) => item.unseen === unseen && (item.group === 'syntaxes') === syntaxes).map(({ of }) => of),
    ).size;
  assert.ok(count(true, false) + count(false, false) >= 150);
  assert.ok(count(true, true) + count(false, true) >= 180);
  for (const syntaxes of [false, true]) {
    const share = count(true, syntaxes) / (count(true, syntaxes) + count(false, syntaxes));
    assert.ok(share > 0.25 && share < 0.42, `${share}`);
  }
  assert.ok(items.every(({ text, secrets }) => secrets.every((secret) => text.includes(secret))));
  assert.notEqual(isUnseen('Stripe'), undefined);
});
