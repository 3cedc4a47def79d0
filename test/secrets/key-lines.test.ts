// A private key is masked line by line: alone, behind timestamps, in a diff, wrapped at other columns.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maskKnown, SecretValues } from '../../src/secrets/known.ts';
import { findSecrets } from '../../src/secrets/mask.ts';
import { keyLines, linesLeft, pemOf } from '../support/keys.ts';

const kinds = ['RSA PRIVATE KEY', 'PRIVATE KEY', 'OPENSSH PRIVATE KEY'] as const;
const stamp = (i: number) => `2026-05-01T12:00:${String(i % 60).padStart(2, '0')}.${100 + i}Z INFO  [worker-3] `;

for (const kind of kinds) {
  const lines = keyLines(kind, kind);
  const known = new SecretValues();
  known.learn(findSecrets(`a\n${pemOf(lines, kind)}\nb\n`, 'deploy/key.txt'));
  const left = (text: string) => linesLeft(maskKnown(text, 'notes.txt', [known]).text, lines);

  test(`${kind}: masks each line of a known key where it stands alone`, () => {
    assert.deepEqual(
      lines.flatMap((line) => left(line)),
      [],
    );
  });

  test(`${kind}: masks the lines of a known key behind timestamps and as context of a diff`, () => {
    assert.deepEqual(left(lines.map((line, i) => `${stamp(i)}${line}\n`).join('')), []);
    const hunk = lines.slice(4, 10).map((line, i) => `${' -+'[i % 3]}${line}\n`);
    assert.deepEqual(left(`@@ -5,6 +5,6 @@\n${hunk.join('')}`), []);
  });

  test(`${kind}: masks a known key that is wrapped at other columns, and in one line`, () => {
    for (const columns of [32, 60, 76, 5000]) {
      const wrapped = lines.join('').match(new RegExp(`.{1,${columns}}`, 'g')) as string[];
      for (const line of wrapped) assert.deepEqual(left(`x ${line}`), [], `${columns}`);
    }
  });

  test(`${kind}: finds a key behind timestamps, in JSON lines and behind a container's name`, () => {
    const all = pemOf(lines, kind).split('\n');
    const logs = {
      timestamps: all.map((line, i) => `${stamp(i)}${line}\n`),
      json: all.map((line, i) => `${JSON.stringify({ time: 1714560000 + i, level: 'info', message: line })}\n`),
      container: all.map((line) => `web_1  | ${line}\n`),
      'other lines between': all.map(
        (line, i) => `${stamp(i)}${line}\n${i % 4 === 2 ? `${stamp(i)}GET /health\n` : ''}`,
      ),
    };
    for (const [name, log] of Object.entries(logs)) {
      const text = `${stamp(0)}starting up\n${log.join('')}${stamp(9)}listening on 8080\n`;
      const { text: masked } = maskKnown(text, 'run.log', []);
      assert.deepEqual(linesLeft(masked, lines), [], name);
      for (const plain of ['starting up', 'listening on 8080']) assert.ok(masked.includes(plain), name);
      if (name === 'other lines between') assert.ok(masked.includes('GET /health'));
    }
  });
}

test('keeps what only begins as every key of its kind does, and words', () => {
  const lines = keyLines('other', 'PRIVATE KEY');
  const known = new SecretValues();
  known.learn(findSecrets(pemOf(lines, 'PRIVATE KEY'), 'key.txt'));
  for (const text of ['MIIEvgIBADANBgkq is how it begins', 'export const a = 1;', 'A'.repeat(64)])
    assert.equal(maskKnown(text, 'a.md', [known]).text, text);
});
