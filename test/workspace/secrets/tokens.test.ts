// The token of each provider is redacted by its prefix, and the body of a private key without its header.

import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { tokenRows } from '../../../src/workspace/secrets/random-looking.ts';
import { redactSecrets } from '../../../src/workspace/secrets/secrets.ts';
import { noise } from '../files/samples.ts';

test('redacts a token of each provider by its prefix, without a name beside it', () => {
  const failed: string[] = [];
  for (const { prefix, rest } of tokenRows) {
    const value = prefix + sampleOf(rest);
    for (const text of [`x("${value}")`, `see ${value} there`, `a\\n${value}\\n`, `?q=${value}&p=1`]) {
      const redacted = redactSecrets(text, 'a.ts').text;
      const rest = value.slice(prefix.length);
      if (Array.from(rest, (_, at) => rest.slice(at, at + 8)).some((run) => run.length === 8 && redacted.includes(run)))
        failed.push(`${prefix}: ${redacted}`);
    }
  }
  assert.deepEqual(failed, []);
});

/** Bodies of real keys in Base64, without their header. */
const bodies = (
  [
    ['rsa', { modulusLength: 1024 }, 'pkcs1'],
    ['rsa', { modulusLength: 1024 }, 'pkcs8'],
    ['ec', { namedCurve: 'P-256' }, 'sec1'],
    ['ec', { namedCurve: 'P-384' }, 'pkcs8'],
    ['ed25519', {}, 'pkcs8'],
    ['x25519', {}, 'pkcs8'],
  ] as const
).map(([kind, options, type]) => {
  const encodings = { publicKeyEncoding: { type: 'spki', format: 'der' }, privateKeyEncoding: { type, format: 'der' } };
  const [key, other] = [1, 2].map(() => generateKeyPairSync(kind as 'rsa', { ...options, ...encodings } as never));
  const [bytes, others] = [key, other].map((each) => Buffer.from(each?.publicKey as never)) as [Buffer, Buffer];
  // Random ones look like a token every few hundred times: the form of a public key, and the same bytes in each run.
  const same = bytes.findIndex((byte, i) => byte !== others[i]);
  const open = Buffer.concat([bytes.subarray(0, same), shake(kind, bytes.length - same)]).toString('base64');
  return { kind: `${kind} ${type}`, secret: Buffer.from(key?.privateKey as never).toString('base64'), open };
});
function shake(seed: string, length: number): Buffer {
  return createHash('shake256', { outputLength: length }).update(seed).digest();
}

const bodyLines: readonly (readonly [how: string, path: string, write: (lines: readonly string[]) => string])[] = [
  ['a template', 'a.js', (lines) => `const data = \`\n${lines.join('\n')}\n\`;\n`],
  ['a list', 'a.js', (lines) => `const lines = [\n${lines.map((text) => `  '${text}',`).join('\n')}\n];\n`],
  ['a sum', 'A.java', (lines) => `String data =\n${lines.map((text) => `    "${text}"`).join(' +\n')};\n`],
  ['comments', 'a.go', (lines) => `${lines.map((text) => `// ${text}`).join('\n')}\nfunc main() {}\n`],
  ['YAML', 'a.yaml', (lines) => `data: |\n${lines.map((text) => `  ${text}`).join('\n')}\nb: 1\n`],
  ['escaped line ends', 'a.json', (lines) => `{"data": "${lines.join('\\n')}\\n"}\n`],
  ['continued lines', 'a.c', (lines) => `const char *data = "${lines.join('\\\n')}";\n`],
];

for (const { kind, secret, open } of bodies)
  test(`redacts the body of a key without its header, in lines of any length: ${kind}`, () => {
    for (const [how, path, write] of bodyLines)
      for (const columns of [32, 60, 64, 76, 100]) {
        const lines = (body: string) => body.match(new RegExp(`.{1,${columns}}`, 'g')) ?? [];
        const redacted = redactSecrets(write(lines(secret)), path).text;
        for (const part of lines(secret))
          if (part.length > 8) assert.ok(!redacted.includes(part), `${how}: ${redacted}`);
        assert.equal(redacted.slice(-2), write(lines(secret)).slice(-2));
        const plain = write(lines(open));
        assert.equal(redactSecrets(plain, path).text, plain);
      }
    const hexadecimal = Buffer.from(secret, 'base64').toString('hex');
    assert.ok(!redactSecrets(`const data = "${hexadecimal}";`, 'a.ts').text.includes(hexadecimal.slice(-20)));
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
