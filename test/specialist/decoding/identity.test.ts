// Which specialists share a model in memory: those with the same weights and serving options.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ADAPTER, WEIGHTS } from '../../../src/neural/models/manifest.ts';
import { identity } from '../../../src/specialist/decoding/specialists.ts';

const folder = mkdtempSync(join(tmpdir(), 'identity-'));
after(() => rmSync(folder, { recursive: true }));
const make = (name: string, file: string) => {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, file), 'weights');
  return path;
};
const [small, medium, whole] = ['small', 'medium', 'whole'].map((name) => make(name, WEIGHTS)) as [
  string,
  string,
  string,
];
const adapter = make('adapter', ADAPTER);
const of = (model: string, base: string, threads = 2) =>
  identity({ key: 'any', model, base, name: 'adapted', changes: [], tokenizer: 'words', threads });

test('the base changes the identity of an adapter, not of a whole model', () => {
  assert.equal(of(whole, small), of(whole, medium));
  assert.notEqual(of(whole, small), of(small, small));
  assert.notEqual(of(whole, small), of(whole, small, 1));
  assert.notEqual(of(adapter, small), of(adapter, medium));
});

test('replaced weights change the identity, also those of an adapter’s base', () => {
  const [before, over] = [of(whole, small), of(adapter, medium)];
  utimesSync(join(whole, WEIGHTS), 1, 1);
  assert.notEqual(of(whole, small), before);
  utimesSync(join(medium, WEIGHTS), 1, 1);
  assert.notEqual(of(adapter, medium), over);
});
