// Secrets said in many languages are redacted in documents, comments and strings; sentences about passwords stay.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redactSecrets } from '../../../src/workspace/secrets/redact.ts';
import { readRows, readTexts } from '../../support/data-files.ts';
import { noise } from '../files/samples.ts';

const sentences = readTexts(new URL('data/sentences.txt', import.meta.url));
const innocentSentences = readRows<[string]>(new URL('data/innocent-sentences.tsv', import.meta.url));

/** Put together here, so that no scanner takes them for real. */
const passwords = [
  ['orbi#', 'orbi344'],
  ['Cedar', '77!'],
  ['pepper', 'Gravel1'],
  ['PEPPER-', '2904-falcon'],
  ['Tr0ub4dor', '&3'],
  ['Soleil', '@2019'],
].map((parts) => parts.join(''));
const tokens = [noise(32, '0123456789abcdef'), noise(40), noise(24)];

for (const { title: language, text: lines } of sentences)
  test(`secrets in sentences in ${language} are redacted`, () => {
    const failed: string[] = [];
    for (const line of lines.split('\n'))
      for (const value of line.includes('@') ? tokens : passwords) {
        const text = line.replace(/[§@]/, () => value);
        for (const path of ['notes.md', 'notes.txt'])
          if (redactSecrets(`${text}\n`, path).text.includes(value)) failed.push(`${path}: ${text}`);
        if (redactSecrets(`// ${text}\nrun();\n`, 'a.ts').text.includes(value)) failed.push(`comment: ${text}`);
      }
    assert.deepEqual(failed, []);
  });

test('keeps sentences about passwords that contain none', () => {
  for (const [line] of innocentSentences)
    for (const path of ['a.md', 'a.txt', 'a.yaml']) assert.equal(redactSecrets(line, path).text, line);
});
