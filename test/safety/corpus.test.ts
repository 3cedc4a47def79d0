// The corpus of planted secrets is large and varied enough, and every value is where the corpus says.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCorpus, pathCarrier } from './corpus.ts';

const corpus = makeCorpus({ seed: 1, each: 7 });

test('has at least 1,500 values of 90 kinds in 14 carriers', () => {
  const count = (of: 'kind' | 'carrier') => new Set(corpus.planted.map((item) => item[of])).size;
  assert.ok(corpus.planted.length >= 1500, `${corpus.planted.length} values`);
  assert.ok(count('kind') >= 90, `${count('kind')} kinds`);
  assert.ok(count('carrier') >= 14, `${count('carrier')} carriers`);
});

test('every planted value is in its file or in the name of its file', () => {
  for (const { kind, carrier, path, secrets } of corpus.planted) {
    const text = carrier === pathCarrier ? path : (corpus.files[path] ?? '');
    assert.ok(secrets.length > 0 && secrets.every((secret) => secret.length >= 6), `${kind} in ${carrier}`);
    assert.ok(
      secrets.some((secret) => text.includes(secret)),
      `${kind} in ${carrier}: ${path}\n${text}`,
    );
  }
});

test('no value is in a file where it was not planted', () => {
  const texts = Object.entries(corpus.files);
  for (const { secrets, path, also } of corpus.planted.slice(0, 300)) {
    const [secret = ''] = secrets;
    const found = texts.filter(([name, text]) => text.includes(secret) && name !== path && !also.includes(name));
    assert.deepEqual(
      found.map(([name]) => name),
      [],
      secret,
    );
  }
});

test('every innocent text is in its file', () => {
  assert.ok(corpus.innocent.length >= 100);
  for (const { path, text } of corpus.innocent) assert.ok(corpus.files[path]?.includes(text), path);
});

test('the same seed gives the same folder, and another seed another folder', () => {
  const { files } = makeCorpus({ seed: 1, each: 7 });
  assert.deepEqual(files, corpus.files);
  assert.notDeepEqual(makeCorpus({ seed: 2, each: 1 }).files, makeCorpus({ seed: 1, each: 1 }).files);
});
