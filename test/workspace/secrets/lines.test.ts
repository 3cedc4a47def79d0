// Passwords of every kind that people choose, in lines as they stand in real repositories.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redactSecrets } from '../../../src/workspace/secrets/redact.ts';
import { readRows } from '../../support/data-files.ts';

const lines = ['code-lines.tsv', 'settings-lines.tsv'].flatMap((name) =>
  readRows<[path: string, text: string]>(new URL(`data/${name}`, import.meta.url)),
);

/** Put together here, so that no scanner takes them for real. */
const passwords = [
  ['orbi#', 'orbi344'],
  ['Cedar', '77!'],
  ['pepper', 'Gravel1'],
  ['orbi_', 'harb497'],
  ['PEPPER-', '2904-falcon'],
  ['mPdfz', 'TJGMi'],
  ['56I8A', 'k9uGw'],
  ['qRvb', 'kiwj'],
].map((parts) => parts.join(''));

for (const [path, text] of lines)
  test(`a password is redacted: ${path} ${JSON.stringify(text)}`, () => {
    for (const password of passwords) {
      const written = text.replaceAll('§', () => password);
      const redacted = redactSecrets(written, path).text;
      assert.equal(redacted.length, written.length);
      assert.ok(!redacted.includes(password), redacted);
    }
  });

test('redacts common passwords beside an unambiguous name, quoted and unquoted', () => {
  const chosen = [
    ['hunt', 'er2'],
    ['s3c', 'r3t'],
    ['admin', '123'],
    ['Welcome', '2024'],
    ['superSecret', '123'],
    ['violet-harbor', '-candle'],
    ['purpleMonkey', 'Dishwasher'],
    ['P@ssw0rd', '123'],
    ['Gr8', '!Day'],
    ['trust', 'no1'],
    ['%hWj', 'rrf!'],
    ['!CS6u', 'K7U'],
    ['@ucRF', 'aVS'],
  ].map((parts) => parts.join(''));
  for (const password of chosen)
    for (const [path, text] of [
      ['a.ts', `const dbPassword = "${password}";`],
      ['.env', `DB_PASSWORD=${password}\n`],
      ['a.yaml', `password: "${password}"\n`],
      ['a.xml', `<password>${password}</password>`],
    ] as const)
      assert.ok(!redactSecrets(text, path).text.includes(password), text);
});

test('keeps words, tags and references beside the name of a password', () => {
  for (const [path, text] of [
    ['a.ts', 'const field = { password: "passwordInput" };'],
    ['a.ts', 'labels.set(/* password */ "Enter your password");'],
    ['a.ts', 'const first = "first name" // the password'],
    ['a.yaml', 'MasterUserPassword: !Ref DBPassword\n'],
    ['a.nl.po', 'msgstr "Uw wachtwoord is gewijzigd."\n'],
    ['a.md', 'Change the password to `something` else.\n'],
    ['a.rst', '- user - Update prompt for SSH key passphrase (https://example.org/issues/84484).\n'],
    ['a.json', '"valueFrom": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:delivery"'],
    ['a.sh', 'openssl enc -k $KEY -in a; az login -p "$PASS"'],
  ] as const)
    assert.equal(redactSecrets(text, path).text, text);
});

test('redacts an invented value everywhere, but a value of words and numbers only beside its name', () => {
  const spread = (password: string) =>
    !redactSecrets(`password: "${password}"\nrun("${password}", 9)`, 'a.ts').text.includes(password);
  for (const parts of [
    ['orbi#', 'orbi344'],
    ['pepper', 'Gravel1'],
    ['MW!U8', 'c@Y'],
    ['qRvb', 'kiwj'],
  ])
    assert.ok(spread(parts.join('')), parts.join(''));
  for (const word of ['server12', 'admin123']) assert.ok(!spread(word), word);
});
