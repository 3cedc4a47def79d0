// The line that a new user is shown a suggestion at.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleLines } from '../../src/text/sample-line.ts';

const above = '\n'.repeat(6);
const shared = 'const answer = await readAll(source);';

test('cuts the line that most texts hold behind a space, and names the text that holds it', () => {
  const texts = [
    `${above}let one = first();\n`,
    `${above}  ${shared}\n`,
    `${above}  ${shared}\n`,
    `${above}${shared}\n`,
  ];
  const [sample] = sampleLines(texts);
  assert.equal(sample?.text, 1);
  assert.equal(texts[1]?.slice(0, sample?.at), `${above}  const answer = `);
});

test('the lines of most texts come first', () => {
  const [often, seldom] = ['const often = await inAllOf(them);', 'const seldom = await inTwoOf(them);'];
  const texts = [`${above}${seldom}\n${often}\n`, `${above}${often}\n`, `${above}${often}\n${seldom}\n`];
  const shown = sampleLines(texts).map(({ text, at }) => texts[text]?.slice(0, at).split('\n').at(-1));
  assert.deepEqual(shown, ['const often = ', 'const seldom ']);
});

test('takes no comment, no import, no rule of a table, no line near the beginning, and nothing that one text alone holds', () => {
  const nothing = [
    "import { answer } from './answer.ts';",
    '// This line is a comment in all files.',
    '| --- | --- | --- | --- |',
  ];
  for (const line of nothing) assert.deepEqual(sampleLines([`${above}${line}\n`, `${above}${line}\n`]), [], line);
  assert.deepEqual(sampleLines([`${shared}\n`, `${shared}\n`]), []);
  assert.deepEqual(sampleLines([`${above}${shared}\n${shared}\n`]), []);
});
