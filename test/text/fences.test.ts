// Code fences and front matter: which one is open at the end of a text, and the language of a position.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fenceLength, isFenced, languageAt, openFence } from '../../src/text/fences.ts';

const languages: readonly [text: string, languageId: string][] = [
  ['Some text\n', 'markdown'],
  ['Some text\n\n```ts\nconst a', 'typescript'],
  ['```TypeScript title="a.ts"\n', 'typescript'],
  ['```{.python}\nx = ', 'python'],
  ['```{r, echo=FALSE}\n', 'r'],
  ['- An item:\n  ```sh\n  npm ', 'shellscript'],
  ['> ~~~golang\n> ', 'go'],
  ['```ts\nconst a = 1;\n```\nMore ', 'markdown'],
  ['````md\n```ts\nconst a', 'markdown'],
  ['````ts\n```\nstill ', 'typescript'],
  ['~~~ts\n```\nstill ', 'typescript'],
  ['```\nnpm ', 'markdown'],
  ['```text\nA line', 'markdown'],
  ['```ts', 'markdown'],
  ['A line with ```code``` in it\n', 'markdown'],
  ['```no fence``` here\n', 'markdown'],
  ['---\ntitle: A ', 'yaml'],
  ['---\ntitle: A\n---\n\nText ', 'markdown'],
  ['Text\n---\nmore ', 'markdown'],
];
for (const [text, languageId] of languages)
  test(`the language after ${JSON.stringify(text)} is ${languageId}`, () => {
    assert.equal(languageAt('markdown', text), languageId);
  });

test('code has no fences, and only prose is fenced', () => {
  assert.equal(languageAt('python', '```ts\n'), 'python');
  assert.ok(isFenced('docs/a.md', 'typescript'));
  assert.ok(!isFenced('docs/a.md', 'markdown'));
  assert.ok(!isFenced('src/a.py', 'typescript'));
});

test('a fence without a known language is still a fence', () => {
  assert.deepEqual(openFence('```\nnpm '), { languageId: undefined, start: 4 });
  assert.deepEqual(openFence('a\n```ts'), { languageId: undefined, start: 7 });
});

test('a fence ends at its closing line', () => {
  assert.equal(fenceLength('  b();\n```\nText\n'), 7);
  assert.equal(fenceLength('b();\n'), 5);
  assert.equal(fenceLength('b(`x`);\n```ts\n'), 14);
});
