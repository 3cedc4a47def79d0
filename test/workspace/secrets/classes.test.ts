// Secrets by class: passwords and tokens in every carrier are redacted, and what only looks like them stays.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redactSecrets } from '../../../src/workspace/secrets/redact.ts';
import { tokenRows } from '../../../src/workspace/secrets/tokens.ts';
import { noise } from '../files/samples.ts';
import { type Carrier, fill, namedCarriers, passwordCarriers, tokenCarriers } from './carriers.ts';
import { innocent } from './innocent.ts';

/** Put together here, so that no scanner takes them for real. */
const passwords = [
  ['Summer', '2023!'],
  ['hunter2', 'hunter'],
  ['Tr0ub4dor', '&3'],
  ['kaffee-und', '-kuchen7'],
  ['blue42', 'Giraffe'],
  ['dr@gon', 'fly77'],
].map((parts) => parts.join(''));
const passwordNames = [
  'password',
  'DB_PASSWORD',
  'dbPassword',
  'admin_pwd',
  'passphrase',
  'client_secret',
  'ldap.bind.password',
  'app-secret',
];

const hexadecimal = '0123456789abcdef';
const tokens = [
  noise(32, hexadecimal),
  noise(40, hexadecimal),
  noise(32),
  noise(20),
  noise(43, 'aB3dE-5fG7hJ9kLmN2pQ_rS4tUvW6xYz8'),
  `${noise(8, hexadecimal)}-${noise(4, hexadecimal)}-4${noise(3, hexadecimal)}-a${noise(3, hexadecimal)}-${noise(12, hexadecimal)}`,
];
const tokenNames = [
  'api_key',
  'API_TOKEN',
  'authToken',
  'datadogApiKey',
  'HEROKU_API_KEY',
  'signing_secret',
  'github.token',
  'x-api-key',
];

/** How many of a value's characters stand in a row in a text, at most. */
function left(text: string, value: string): number {
  let longest = 0;
  for (let i = 0; i < value.length; i++)
    while (i + longest < value.length && text.includes(value.slice(i, i + longest + 1))) longest++;
  return longest;
}

function holds(carrier: Carrier, name: string, value: string): void {
  const text = fill(carrier, name, value);
  const redacted = redactSecrets(text, carrier.path).text;
  assert.equal(redacted.length, text.length);
  for (const form of [value, encodeURIComponent(value), Buffer.from(value).toString('base64').slice(0, -4)])
    if (text.includes(form)) assert.ok(left(redacted, form) < 5, `${carrier.path}: ${redacted}`);
  if (carrier.text.includes('HALF1')) assert.ok(left(redacted, value) < 5, `${carrier.path}: ${redacted}`);
  if (carrier.text.includes('BASIC'))
    assert.ok(left(redacted, Buffer.from(`joe:${value}`).toString('base64')) < 5, `${carrier.path}: ${redacted}`);
}

for (const carrier of namedCarriers)
  test(`a value beside its name is redacted: ${carrier.path} ${JSON.stringify(carrier.text)}`, () => {
    for (const [index, value] of passwords.entries())
      for (const step of [0, 1]) holds(carrier, passwordNames[(index + step * 5) % passwordNames.length] ?? '', value);
    for (const [index, value] of tokens.entries())
      for (const step of [0, 1]) holds(carrier, tokenNames[(index + step * 3) % tokenNames.length] ?? '', value);
  });

for (const carrier of passwordCarriers)
  test(`a password is redacted: ${carrier.path} ${JSON.stringify(carrier.text)}`, () => {
    for (const value of passwords) holds(carrier, '', value);
  });

for (const carrier of tokenCarriers)
  test(`a token is redacted: ${carrier.path} ${JSON.stringify(carrier.text)}`, () => {
    for (const value of tokens.slice(0, 5)) holds(carrier, '', value);
  });

test('redacts a token of each provider by its prefix, without a name beside it', () => {
  const failed: string[] = [];
  for (const { prefix, rest } of tokenRows) {
    const value = prefix + sampleOf(rest);
    for (const text of [`x("${value}")`, `see ${value} there`, `a\\n${value}\\n`, `?q=${value}&p=1`]) {
      const redacted = redactSecrets(text, 'a.ts').text;
      if (left(redacted, value.slice(prefix.length)) >= 8) failed.push(`${prefix}: ${redacted}`);
    }
  }
  assert.deepEqual(failed, []);
});

const words = 'velvet orbit lantern cradle puzzle walnut hidden salmon tunnel rocket grape meadow';
const rest: readonly (readonly [what: string, path: string, text: string, secret: string])[] = [
  ['a mnemonic', 'a.ts', `const mnemonic = "${words}";`, words],
  ['a mnemonic in settings', 'a.yaml', `seed_phrase: ${words}\n`, words],
  ['a passphrase of words', 'a.py', `PASSPHRASE = "${words.slice(0, 28)}"`, words.slice(0, 28)],
  ['a key of a wallet', 'a.sh', `PRIVATE_KEY=0x${noise(64, hexadecimal)}`, noise(64, hexadecimal)],
  ['keys of accounts', 'a.ts', `accounts: ['0x${noise(64, hexadecimal)}']`, noise(64, hexadecimal)],
  ['a key of signs', 'a.py', `SECRET_KEY = '${'x#2k!v9q_z@7m$w3&p'}(r5+t8^y1*b4)n6'`, 'x#2k!v9q_z@7m$w3&p'],
  ['a JSON web key', 'a.json', `{"kty":"EC","x":"${noise(43, hexadecimal)}","d":"${noise(43)}"}`, noise(43)],
  ['a webhook', 'a.sh', `https://discord.com/api/webhooks/112233445566778899/${noise(60)}`, noise(60)],
  [
    'a key as numbers',
    'a.py',
    `secret_key = [${Array.from({ length: 32 }, (_, i) => (i * 73) % 256).join(', ')}]`,
    '73, 146, 219, 36',
  ],
  ['a signed address', 'a.ts', `https://x.blob.core.windows.net/c?sv=2021&sig=${noise(43)}%3D`, noise(43)],
  ['a password for a program', 'a.md', `The app password is ${'dwkh akst jegi cfzw'}.`, 'dwkh akst jegi cfzw'],
];
for (const [what, path, text, secret] of rest)
  test(`${what} is redacted`, () => {
    assert.ok(left(redactSecrets(text, path).text, secret) < 8, redactSecrets(text, path).text);
  });

for (const [what, text, path = 'a.ts'] of innocent)
  test(`no secret: ${what}`, () => {
    assert.equal(redactSecrets(text, path).text, text);
  });

/** A text that a row's `rest` matches: its classes filled with noise, as far as rows use regular expressions. */
function sampleOf(rest: string): string {
  const source = rest.replace(/\(\?[=!](?:[^()]|\([^()]*\))*\)/g, '').replace(/\(\?:/g, '(');
  const unit = /\\d|\\w|\\\.|\\\$|\[[^\]]+\]|\([^()]*(?:\([^()]*\)[^()]*)*\)|[^\\]/y;
  const count = /\{(\d+)(?:,\d*)?\}|[?*+]/y;
  let made = '';
  for (let at = 0; at < source.length; ) {
    unit.lastIndex = at;
    const part = unit.exec(source)?.[0];
    if (part === undefined) throw new Error(`cannot make a sample of ${rest}`);
    count.lastIndex = unit.lastIndex;
    const counted = count.exec(source);
    const times = counted === null ? 1 : counted[1] === undefined ? (counted[0] === '+' ? 1 : 0) : Number(counted[1]);
    at = counted === null ? unit.lastIndex : count.lastIndex;
    if (part.startsWith('(')) made += Array.from({ length: times }, () => sampleOf(part.slice(1, -1))).join('');
    else if (part.startsWith('[') || part === '\\d' || part === '\\w') {
      const alphabet = [...'aB3dE5fG7hJ9kLmN2pQrS4tUvW6xYz80123456789abcdefABCDEF'].filter((unit) =>
        new RegExp(part).test(unit),
      );
      made += noise(times, alphabet.length > 0 ? alphabet.join('') : '_');
    } else made += part.replace('\\', '').repeat(times);
  }
  return made;
}
