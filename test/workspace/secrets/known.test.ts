// A secret found once is redacted wherever it stands, in every way that it may be written, also in a file that streams.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import {
  findSecrets,
  learnWhole,
  redactedPieces,
  redactPath,
  redactText,
  SecretValues,
} from '../../../src/workspace/secrets/secrets.ts';
import { keyCarriers, keyLogs } from '../../support/cut-texts.ts';
import { keyKinds, keyLines, linesLeft, pemOf } from '../../support/keys.ts';
import { noise } from '../files/samples.ts';

const password = `tr0ub4dor&${'3'}`;
const token = noise(32);
const known = [new SecretValues([password, token])];
const redacted = (text: string, cut = {}) => redactText(text, 'src/a.ts', known, cut).text;
const base64 = (text: string) => Buffer.from(text).toString('base64');

test('finds a value in a sentence and beside punctuation, but not inside a longer word', () => {
  assert.equal(redacted(`connect as ${password}, please`), `connect as ${'*'.repeat(password.length)}, please`);
  assert.equal(redacted(`x${token}y`), `x${'*'.repeat(32)}y`);
  assert.equal(redacted(`another${password}word`), `another${password}word`);
  assert.equal(redacted(`"line\\n${password}"`).includes(password), false);
});

test('finds a value in base64 at every offset', () => {
  for (const user of ['', 'a:', 'ab:', 'abc:', 'abcd:']) {
    const left = redacted(`auth ${base64(`${user}${password}!`)}`).slice(5);
    assert.ok(left.includes('*'.repeat(10)), `${user}: ${left}`);
    assert.ok(!Buffer.from(left.replaceAll('*', ''), 'base64').toString('latin1').includes(password.slice(2, -2)));
  }
});

test('also finds the decoded form of an encoded value, and the password in it', () => {
  const values = (value: string) => [new SecretValues([value])];
  const gone = (value: string, text: string) =>
    assert.ok(!redactText(`see ${text} there`, 'a.txt', values(value)).text.includes(text), value);
  gone(base64(`${password}12`), `${password}12`);
  gone(encodeURIComponent(password), password);
  gone(`postgres://u:${token}@host/db`, token);
  const body = [noise(64), noise(60, 'QwErTy0987asdf')];
  gone(body.join('\n'), body[1] as string);
});

test('redacts a partial secret at each end of a window where it is cut', () => {
  const half = token.slice(0, 20);
  assert.equal(redacted(`const x = "${half}`, { end: true }), `const x = "${'*'.repeat(20)}`);
  assert.equal(redacted(`${token.slice(-9)}";`, { start: true }), `${'*'.repeat(9)}";`);
  assert.equal(redacted(`const x = "${half.slice(0, 12)}`), `const x = "${half.slice(0, 12)}`);
  // Something else may begin alike.
  const expected = `const x = "${half.slice(0, 15)}-else"`;
  assert.equal(redacted(`const x = "${half.slice(0, 15)}-else"`, { end: true }), expected);
});

test('redacts half of a long token anywhere, but not a part of a few characters', () => {
  const long = noise(64);
  const values = [
    new SecretValues([long, `eyJ${noise(30, 'ZxYwVuTsRq123456789')}.eyJ${noise(50)}.${noise(43, 'QwErTy0987asdf')}`]),
  ];
  const after = (text: string) => redactText(text, 'a.txt', values).text;
  const expected = `a = "${'*'.repeat(32)}"\n  "${'*'.repeat(32)}"`;
  assert.equal(after(`a = "${long.slice(0, 32)}"\n  "${long.slice(32)}"`), expected);
  assert.equal(after(`id ${long.slice(0, 12)}`), `id ${long.slice(0, 12)}`);
  assert.equal(after(`check("${noise(43, 'QwErTy0987asdf')}")`), `check("${'*'.repeat(43)}")`);
  // The head of a web token is the same in all of them.
  assert.equal(after(`eyJ${noise(30, 'ZxYwVuTsRq123456789')}.x`), `eyJ${noise(30, 'ZxYwVuTsRq123456789')}.x`);
});

test('redacts the first part of a percent-encoded signature', () => {
  const value = `${noise(12)}%2B${noise(20)}%2F${noise(12)}%3D`;
  const left = redactText(`a("${value.slice(0, 38)}");\n`, 'a.ts', [new SecretValues([value])]).text;
  assert.ok(!left.includes(value.slice(20, 38)), left);
});

test('does not learn numbers, repeated characters and short values', () => {
  const values = new SecretValues(['12345', '1234567', '2026-11-26', 'xxxxxxxx', 'ab1']);
  assert.equal(values.size, 0);
  const found = { start: 0, end: 8 };
  assert.equal(values.learn([{ ...found, value: 'postgres', isDistinctive: false }]), false);
  assert.equal(values.learn([{ ...found, value: password, isDistinctive: true }]), true);
  assert.equal(values.learn([{ ...found, value: password, isDistinctive: true }]), false);
  assert.deepEqual(values.all, [password]);
});

test('redacting a path keeps its length and separators', () => {
  assert.equal(redactPath(`dumps/${token}/a.ts`, known), `dumps/${'*'.repeat(32)}/a.ts`);
  assert.equal(redactPath('src/server/main.ts', known), 'src/server/main.ts');
  const slashed = [new SecretValues(['ab/cd12ef'])];
  assert.equal(redactPath('x/ab/cd12ef/y', slashed), 'x/**/******/y');
});

test('redacts a token in a file name, but not words, versions, dates and hashes', () => {
  const none: SecretValues[] = [];
  const github = `ghp_${noise(36)}`;
  assert.equal(redactPath(`fixtures/school-${github}.ts`, none), `fixtures/school-${'*'.repeat(40)}.ts`);
  assert.equal(redactPath(`dumps/${github}/today.sql`, none), `dumps/${'*'.repeat(40)}/today.sql`);
  assert.ok(!redactPath(`backup-${noise(32)}.tar.gz`, none).includes(noise(32)));
  const hex = noise(32, '0123456789abcdef');
  for (const [path, secret] of [
    [`exports/secret_${hex}.csv`, hex],
    ['tmp/token.3f2504e0-4f89-41d3-9a0c-0305e82c3301', '4f89-41d3'],
    ['tmp/token.as9fz7m2ra2myhu', 'as9fz7m2ra2myhu'],
    [`dumps/hf_${'wYpfbwlpZMLJKhMsQlbSihwOTyxmQFsyAS'}.txt`, 'KhMsQlbSihwOTyxmQ'],
  ] as const)
    assert.ok(!redactPath(path, none).includes(secret), path);
  for (const plain of [
    'src/components/UserProfileSettings2.test.tsx',
    'migrations/20240131120000_add_users_table_v2.sql',
    `objects/${noise(40, '0123456789abcdef')}.json`,
    'rows/3f2504e0-4f89-41d3-9a0c-0305e82c3301.json',
    'assets/firefox-nightly-Cp5nfeDT.svg',
    'docs/release-notes-1.22.333-beta4.md',
    'node_modules/@types/node24/lib.es2022.intl.d.ts',
    'src/main/java/org/acme/HttpURLConnectionTokenStoreFactory.java',
    'docs/secret_rotation_of_keys.md',
  ])
    assert.equal(redactPath(plain, none), plain);
});

test('searching for twenty thousand values takes no longer than for one', () => {
  const many = new SecretValues(Array.from({ length: 20_000 }, (_, i) => `${noise(10)}${i}${noise(12)}`));
  const line = 'export const value = compute(first, second); // a line of ordinary text\n';
  const text = line.repeat(2000);
  assert.deepEqual(many.find(text), []);
  // Work is counted, not timed: every place of the text is looked at once, and the bits tell nearly all of them apart.
  assert.deepEqual(many.find(`${text}${noise(10)}7${noise(12)}`).length, 1);
});

/** Texts that hold encoded texts again and again, or begin to. */
const nested: readonly (readonly [string, string])[] = [
  ['hexadecimal digits', '41'],
  ['base64 of base64', 'VVdGaFYyRmg='],
  ['base64', 'QUFB'],
  ['base64 of UTF-16 at an odd place', 'YQBhAGEA'],
  ['entities', '&#65;'],
  ['joined literals', '"a"+'],
  ['percent signs', '%41'],
  ['escapes', '\\x41'],
  ['spaced pairs', '41 '],
  ['lines', `${noise(64)}\n`],
  ['lines of escapes', `${noise(20)}\\n`],
  ['ends of lines', '"\n'],
  ['one line and spaces', ' '],
];
// Quadratic time is hours. The guard ends it, and no slow machine comes near to it.
for (const [what, piece] of nested)
  test(`a million characters of ${what} are searched in linear time`, { timeout: 900_000 }, () => {
    const text = `${noise(20)}${piece.repeat(Math.ceil(1_000_000 / piece.length))}`;
    assert.deepEqual(new SecretValues([password]).find(text), []);
  });

test('redacts each of thousands of secrets with a common prefix and suffix, whole and in part', () => {
  const alike = Array.from(
    { length: 5000 },
    (_, i) => `sk-team-${createHash('sha256').update(`${i}`).digest('base64url').slice(0, 24)}-prod`,
  );
  const values = [new SecretValues(alike)];
  const text = alike.map((value, i) => `${i}\t${value}\n`).join('');
  const left = redactText(text, 'a.tsv', values).text;
  const actual = alike.filter((value) => left.includes(value));
  assert.deepEqual(actual, []);
  const [, second = ''] = alike;
  const find = (part: string, cut = {}) =>
    new SecretValues(alike).find(part, cut).map(({ start, end }) => [start, end]);
  assert.deepEqual(find(`x ${second.slice(0, 20)} y`), [[2, 22]]);
  assert.deepEqual(find(`x ${second.slice(0, 12)}`, { end: true }), [[2, 14]]);
  assert.deepEqual(find(`${second.slice(-12)} y`, { start: true }), [[0, 12]]);
  assert.deepEqual(find('x sk-team-nothing-of-that-kind-prod y'), []);
});

for (const kind of keyKinds) {
  const lines = keyLines(kind, kind);
  const known = new SecretValues();
  known.learn(findSecrets(`a\n${pemOf(lines, kind)}\nb\n`, 'deploy/key.txt'));
  const left = (text: string) => linesLeft(redactText(text, 'notes.txt', [known]).text, lines);

  for (const [how, textsOf] of Object.entries(keyCarriers))
    test(`${kind}: redacts the lines of a known key: ${how}`, () => {
      const texts = textsOf(lines);
      assert.ok(linesLeft(texts.join('\n'), lines).length >= 6, 'they are there');
      assert.deepEqual(texts.flatMap(left), []);
    });

  for (const [how, log] of Object.entries(keyLogs))
    test(`${kind}: finds a key in a log: ${how}`, () => {
      const text = `starting up\n${log(pemOf(lines, kind).split('\n'))}listening on 8080\n`;
      const { text: redacted } = redactText(text, 'run.log', []);
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
    assert.equal(redactText(text, 'a.md', [known]).text, text);
});

const window = 1 << 20;
const filler = (length: number) => 'a line about nothing that anybody hides\n'.repeat(length / 40 + 1).slice(0, length);

async function* inChunks(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

async function redactedWhole(text: string, path = 'notes.log', size = 1 << 18): Promise<string> {
  const known = new SecretValues();
  await learnWhole(inChunks(text, size), path, known);
  let [raw, redacted] = ['', ''];
  for await (const piece of redactedPieces(inChunks(text, size), path, [known])) {
    assert.equal(piece.raw.length, piece.text.length);
    raw += piece.raw;
    redacted += piece.text;
  }
  assert.equal(raw, text);
  return redacted;
}

test('redacts a key across the end of a window', async () => {
  const lines = keyLines('across');
  const key = pemOf(lines);
  for (const before of [0, 40, 800, key.length]) {
    const redacted = await redactedWhole(`${filler(window - before)}\n${key}\n${filler(3000)}`);
    assert.deepEqual(linesLeft(redacted, lines), [], `${before}`);
    assert.ok(redacted.endsWith(filler(3000)));
  }
});

test('redacts a line of a key in an earlier window than the key', async () => {
  const lines = keyLines('before');
  const redacted = await redactedWhole(`stray ${lines[7]}\n${filler(2 * window)}\n${pemOf(lines)}\n`);
  assert.deepEqual(linesLeft(redacted, lines), []);
});

test('uses the column names of a table in later windows', async () => {
  const row = (i: number) => `${i},${'somebody who lives in a long street '.repeat(40)},${password(i)}\n`;
  const password = (i: number) => `${(i * 7919).toString(36)}!Winter`;
  const rows = Array.from({ length: 1000 }, (_, i) => row(i)).join('');
  const redacted = await redactedWhole(`id,name,password\n${rows}`, 'users.csv');
  assert.ok(redacted.length > window);
  for (let i = 0; i < 1000; i++) assert.ok(!redacted.includes(password(i)), `${i}`);
  assert.ok(redacted.includes('999,somebody'));
});

for (const [name, text] of Object.entries({
  letters: 'x',
  digits: '1234567890',
  spaces: ' ',
  commas: ',',
  words: 'the broken key is user@example.com, ',
  names: 'name=value ',
  hexadecimal: '0123456789abcdef',
}))
  test(`reads a line of nine million characters (${name})`, async () => {
    const redacted = await redactedWhole(`note\n"${text.repeat(9e6 / text.length)}"\n`, 'one-field.csv');
    assert.equal(redacted.split('\n').length, 3);
  });

test('cuts an endless line and redacts its secrets', async () => {
  const token = `ghp_${noise(36)}`;
  const redacted = await redactedWhole(`${filler(10 * window).replaceAll('\n', ' ')} ${token}`, 'one-line.txt');
  assert.ok(!redacted.includes(token.slice(4)));
});
