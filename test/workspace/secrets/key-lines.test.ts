// A private key is redacted line by line: alone, behind timestamps, in a diff, wrapped at other columns.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redactKnown, SecretValues } from '../../../src/workspace/secrets/known/known.ts';
import { findSecrets } from '../../../src/workspace/secrets/redact.ts';
import { keyCarriers, keyLogs } from '../../support/cut-texts.ts';
import { keyKinds, keyLines, linesLeft, pemOf } from '../../support/keys.ts';

for (const kind of keyKinds) {
  const lines = keyLines(kind, kind);
  const known = new SecretValues();
  known.learn(findSecrets(`a\n${pemOf(lines, kind)}\nb\n`, 'deploy/key.txt'));
  const left = (text: string) => linesLeft(redactKnown(text, 'notes.txt', [known]).text, lines);

  for (const [how, textsOf] of Object.entries(keyCarriers))
    test(`${kind}: redacts the lines of a known key: ${how}`, () => {
      const texts = textsOf(lines);
      assert.ok(linesLeft(texts.join('\n'), lines).length >= 6, 'they are there');
      assert.deepEqual(texts.flatMap(left), []);
    });

  for (const [how, log] of Object.entries(keyLogs))
    test(`${kind}: finds a key in a log: ${how}`, () => {
      const text = `starting up\n${log(pemOf(lines, kind).split('\n'))}listening on 8080\n`;
      const { text: redacted } = redactKnown(text, 'run.log', []);
      assert.deepEqual(linesLeft(redacted, lines), []);
      const others = text.split('\n').filter((line) => /^starting|^listening|GET/.test(line));
      for (const plain of others) assert.ok(redacted.includes(plain), plain);
    });
}

test('keeps words, and text that has only the common beginning of a key', () => {
  const lines = keyLines('other', 'PRIVATE KEY');
  const known = new SecretValues();
  known.learn(findSecrets(pemOf(lines, 'PRIVATE KEY'), 'key.txt'));
  for (const text of ['MIIEvgIBADANBgkq is how it begins', 'export const a = 1;', 'A'.repeat(64)])
    assert.equal(redactKnown(text, 'a.md', [known]).text, text);
});
