// Secrets in strings without an end: found to the line's end, and in bounded time in a text of quotes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findOpenSecrets } from '../../../src/workspace/secrets/open-strings.ts';

const password = 'hV7!kqP2zR9w';

test('finds the value of an open string in the languages that quote', () => {
  for (const [path, line] of [
    ['a.ts', `const c = { password: "${password}`],
    ['a.ts', `const c = { password: '${password} };`],
    ['a.ts', `connect({ user: "me", password: "${password}, host: "h" });`],
    ['a.ts', `const dbPassword = \`${password}`],
    ['a.py', `password = f"${password}`],
    ['a.py', `login(user, password='${password})`],
    ['a.json', `  "password": "${password},`],
    ['a.yaml', `password: "${password}`],
  ] as const) {
    const text = `first();\n${line}\nlast();\n`;
    const values = findOpenSecrets(text, path).map(({ start, end }) => text.slice(start, end));
    assert.ok(values.includes(password), `${path}: ${line} gave ${values.join()}`);
  }
});

test('finds nothing in closed strings, in words, and behind names of no secret', () => {
  for (const line of [
    `const c = { password: "${password}" };`,
    `const label = "${password}`,
    "const password = 'the user's own word",
    '// It\'s the password: "open',
    'password: "buildNumber',
  ])
    assert.deepEqual(findOpenSecrets(line, 'a.ts'), [], line);
});

test('reads a bounded part of a text that consists of open strings', () => {
  const line = `password: '${password},`;
  const text = `${line}\n`.repeat(4000);
  const found = findOpenSecrets(text, 'a.ts').length;
  assert.ok(found > 200 && found < 4000, `${found}`);
});
