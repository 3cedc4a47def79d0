// The line that a new user is shown a suggestion at.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleLine } from '../../src/text/sample-line.ts';

const above = '\n'.repeat(6);
const shared = 'const answer = await readAll(source);';

test('cuts the line that most texts hold behind a space, and names the text that holds it', () => {
  const texts = [`${above}let one = first();\n`, `${above}  ${shared}\n`, `${above}${shared}\n`];
  const sample = sampleLine(texts);
  assert.equal(sample?.text, 1);
  assert.equal(texts[1]?.slice(0, sample?.at), `${above}  const answer = `);
});

test('takes no comment, no import, no line near the beginning, and nothing that one text alone holds', () => {
  for (const line of ["import { answer } from './answer.ts';", '// This line is a comment in all files.', '} }'])
    assert.equal(sampleLine([`${above}${line}\n`, `${above}${line}\n`]), undefined, line);
  assert.equal(sampleLine([`${shared}\n`, `${shared}\n`]), undefined);
  assert.equal(sampleLine([`${above}${shared}\n${shared}\n`]), undefined);
});
