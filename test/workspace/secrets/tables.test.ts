// Tables of texts: every secret in them is redacted, and what only looks like one stays.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redactSecrets } from '../../../src/workspace/secrets/secrets.ts';
import { readRows, readTexts } from '../../support/data-files.ts';
import { noise } from '../files/samples.ts';

const tableOf = <Row extends readonly string[]>(name: string) =>
  readRows<Row>(new URL(`data/${name}`, import.meta.url));

/** Put together here, so that no scanner takes them for real. */
const joined = (...pairs: readonly (readonly [string, string])[]) => pairs.map((parts) => parts.join(''));
const linePasswords = joined(
  ['orbi#', 'orbi344'],
  ['Cedar', '77!'],
  ['pepper', 'Gravel1'],
  ['orbi_', 'harb497'],
  ['PEPPER-', '2904-falcon'],
  ['mPdfz', 'TJGMi'],
  ['56I8A', 'k9uGw'],
  ['qRvb', 'kiwj'],
);
const sentencePasswords = [...joined(['Tr0ub4dor', '&3'], ['Soleil', '@2019']), ...linePasswords.slice(0, 3)];
const passwords = joined(
  ['Summer', '2023!'],
  ['hunter2', 'hunter'],
  ['Tr0ub4dor', '&3'],
  ['kaffee-und', '-kuchen7'],
  ['blue42', 'Giraffe'],
  ['dr@gon', 'fly77'],
);
const hexadecimal = '0123456789abcdef';
const hex = (length: number) => noise(length, hexadecimal);
const tokens = [
  hex(32),
  hex(40),
  noise(32),
  noise(20),
  noise(43, 'aB3dE-5fG7hJ9kLmN2pQ_rS4tUvW6xYz8'),
  `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
];

/** @returns the text, if more than `most` characters in a row of a value stay in it */
function kept(path: string, text: string, values: readonly string[], most = 4): string[] {
  const redacted = redactSecrets(text, path).text;
  const isWrong = redacted.length !== text.length || values.some((value) => hasRun(redacted, value, most + 1));
  return isWrong ? [`${path}: ${redacted}`] : [];
}

function hasRun(text: string, value: string, length: number): boolean {
  for (let at = 0; at + length <= value.length; at++) if (text.includes(value.slice(at, at + length))) return true;
  return false;
}

for (const file of ['code-lines.tsv', 'settings-lines.tsv'])
  test(`redacts a password in each line of ${file}`, () => {
    const failed = tableOf<[path: string, text: string]>(file).flatMap(([path, text]) =>
      linePasswords.flatMap((password) =>
        kept(
          path,
          text.replaceAll('§', () => password),
          [password],
          password.length - 1,
        ),
      ),
    );
    assert.deepEqual(failed, []);
  });

for (const { title, text: lines } of readTexts(new URL('data/sentences.txt', import.meta.url)))
  test(`redacts secrets in sentences, comments and notes in ${title}`, () => {
    const failed = lines.split('\n').flatMap((line) =>
      (line.includes('@') ? tokens.slice(0, 4) : sentencePasswords).flatMap((value) => {
        const text = line.replace(/[§@]/, () => value);
        return [
          ...['notes.md', 'notes.txt'].flatMap((path) => kept(path, `${text}\n`, [value], value.length - 1)),
          ...kept('a.ts', `// ${text}\nrun();\n`, [value], value.length - 1),
        ];
      }),
    );
    assert.deepEqual(failed, []);
  });

type Spelling = 'any' | 'word' | 'flag' | 'prose';
const spellings: Readonly<Record<Spelling, (name: string) => string>> = {
  any: (name) => name,
  word: (name) => name.replace(/[.-]/g, '_'),
  flag: (name) => name.replace(/[._]/g, '-').toLowerCase(),
  prose: (name) => name.replace(/[._-]/g, ' '),
};
const passwordNames =
  'password DB_PASSWORD dbPassword admin_pwd passphrase client_secret ldap.bind.password app-secret'.split(' ');
const tokenNames =
  'api_key API_TOKEN authToken datadogApiKey HEROKU_API_KEY signing_secret github.token x-api-key'.split(' ');

/** NAME is the name, VALUE the value, HALF1 and HALF2 its halves; BASIC is 'joe:VALUE' in base64. */
function keptIn(path: string, text: string, value: string, name = ''): string[] {
  const base64 = (plain: string) => Buffer.from(plain).toString('base64');
  const half = Math.ceil(value.length / 2);
  const parts: Readonly<Record<string, string>> = {
    NAME: name,
    VALUE: value,
    HALF1: value.slice(0, half),
    HALF2: value.slice(half),
    BASIC: base64(`joe:${value}`),
    BASE64: base64(value),
    URL: encodeURIComponent(value),
  };
  const filled = text.replace(/NAME|VALUE|HALF1|HALF2|BASIC|BASE64|\bURL\b/g, (part) => parts[part] ?? part);
  const forms = [value, parts.URL, parts.BASIC, base64(value).slice(0, -4)].filter((form) => form !== undefined);
  const written = forms.filter((form) => filled.includes(form));
  return kept(path, filled, text.includes('HALF1') ? [value] : written);
}

test('redacts a value beside its name in every carrier', () => {
  const failed = tableOf<[path: string, spelling: Spelling, text: string]>('named-carriers.tsv').flatMap(
    ([path, spelling, text]) =>
      [0, 1].flatMap((step) => [
        ...passwords.flatMap((value, i) =>
          keptIn(path, text, value, spellings[spelling](passwordNames[(i + step * 5) % 8] as string)),
        ),
        ...tokens.flatMap((value, i) =>
          keptIn(path, text, value, spellings[spelling](tokenNames[(i + step * 3) % 8] as string)),
        ),
      ]),
  );
  assert.deepEqual(failed, []);
});

for (const [file, values] of [
  ['password-carriers.tsv', passwords],
  ['token-carriers.tsv', tokens.slice(0, 5)],
] as const)
  test(`redacts a value in every line of ${file}`, () => {
    const rows = tableOf<[path: string, text: string]>(file);
    const actual = rows.flatMap(([path, text]) => values.flatMap((value) => keptIn(path, text, value)));
    assert.deepEqual(actual, []);
  });

const json64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const body = json64({ sub: '1234567', name: 'Joe', iat: 1_700_000_000 });
const key = ['4f9c1e7ab2d80635', '94f0c7b1e6a2d8f3'] as const;
const keyLine = (at: number) =>
  Buffer.from(Array.from({ length: 48 }, (_, j) => (at * 97 + j * j * 31 + j * 7 + at * j * 13) & 255)).toString(
    'base64',
  );
/** The slots of pieces.tsv. */
const slots: Readonly<Record<string, string>> = {
  ...{ head: json64({ alg: 'HS256', typ: 'JWT' }), body, body1: body.slice(0, 20), body2: body.slice(20) },
  sig: ['k3Jd9fPq2sVbX7wZrT5yHnM8', 'aLcE4gUiOo1xQvB6tRY'].join(''),
  ...{ hex: key.join(''), HEX: key.join('').toUpperCase(), hex1: key[0], hex2: key[1] },
  pw: ['Tr0ub4dor', '&3x'].join(''),
  ...{ part1: 'a1B2c3D4e5F6', part2: 'g7H8i9J0k1L2', part3: 'm3N4o5P6q7R8' },
  first: `${['MIIEow', 'IBAAKCAQEA'].join('')}${keyLine(0).slice(16)}`,
  ...Object.fromEntries([0, 1, 2, 3, 4, 5].map((at) => [`line${at}`, keyLine(at)])),
  line2half: keyLine(2).slice(0, 22),
};
const mayStay = new Set(['head', 'body1', 'hex1', 'part1', 'first', 'line2half']);

test('redacts secrets in pieces, and bodies of keys without a frame', () => {
  const failed = tableOf<[path: string, text: string]>('pieces.tsv').flatMap(([path, text]) => {
    const names = [...text.matchAll(/«(\w+)»/g)].map((match) => match[1] as string);
    const secrets = names.filter((name) => !mayStay.has(name)).map((name) => slots[name] as string);
    const filled = text.replace(/«(\w+)»/g, (_, name: string) => slots[name] as string);
    return secrets.flatMap((secret) => kept(path, filled, [secret], Math.ceil(secret.length / 2) - 1));
  });
  assert.deepEqual(failed, []);
});

test('keeps texts that only look like secrets, and sentences about passwords', () => {
  const sentences = tableOf<[string]>('innocent-sentences.tsv').flatMap(([line]) =>
    ['a.md', 'a.txt', 'a.yaml'].map((path) => [path, line] as const),
  );
  for (const [path, text] of [...tableOf<[path: string, text: string]>('innocent.tsv'), ...sentences])
    assert.equal(redactSecrets(text, path).text, text);
});

const words = 'velvet orbit lantern cradle puzzle walnut hidden salmon tunnel rocket grape meadow';
const rest: readonly (readonly [what: string, path: string, text: string, secret: string])[] = [
  ['a mnemonic', 'a.ts', `const mnemonic = "${words}";`, words],
  ['a mnemonic in settings', 'a.yaml', `seed_phrase: ${words}\n`, words],
  ['a passphrase of words', 'a.py', `PASSPHRASE = "${words.slice(0, 28)}"`, words.slice(0, 28)],
  ['a key of a wallet', 'a.sh', `PRIVATE_KEY=0x${hex(64)}`, hex(64)],
  ['keys of accounts', 'a.ts', `accounts: ['0x${hex(64)}']`, hex(64)],
  ['a key of signs', 'a.py', `SECRET_KEY = '${'x#2k!v9q_z@7m$w3&p'}(r5+t8^y1*b4)n6'`, 'x#2k!v9q_z@7m$w3&p'],
  ['a JSON web key', 'a.json', `{"kty":"EC","x":"${hex(43)}","d":"${noise(43)}"}`, noise(43)],
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
  test(`${what} is redacted`, () => assert.deepEqual(kept(path, text, [secret], 7), []));

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

test('redacts a value of several words beside the name of a password, and keeps texts for people', () => {
  const phrases = ['Kettle marmot 62!', 'amber lantern violet', 'my umbra kettle has 7 meadows'];
  for (const phrase of phrases)
    for (const [path, before, after] of [
      ['a.ts', 'const password = "', '";'],
      ['.env', 'DB_PASSWORD=', '\n'],
      ['a.properties', 'storePassword = ', '\nstoreFile = a.jks\n'],
      ['a.yaml', 'db:\n  password: ', ' # of the replica\n'],
      ['a.ini', '[db]\npassword = ', '\n;comment\n'],
      ['a.xml', '<password>', '</password>'],
      ['a.sh', 'gpg --batch --passphrase "', '" -d a.gpg'],
    ] as const) {
      const { text } = redactSecrets(`${before}${phrase}${after}`, path);
      assert.equal(text, `${before}${'*'.repeat(phrase.length)}${after}`);
    }
  for (const [path, text] of [
    ['a.ts', 'const labels = { password: "Choose another word" };'],
    ['a.ts', 'const labels = { secret: "Geheimnis der Anwendung anzeigen" };'],
    ['locales/nl.json', '{"secret": "Klantgeheim opnieuw tonen"}'],
    ['a.sh', 'PASSWORD=$PW run kettle marmot 62\n'],
    ['a.yaml', 'password: Minimum 12 characters\n'],
  ] as const)
    assert.equal(redactSecrets(text, path).text, text);
});

test('keeps code behind the name of a password, and redacts words with a point and a number in settings', () => {
  const value = ['Luna.', 'Thyme4'].join('');
  for (const [path, before] of [
    ['a.properties', 'storePassword='],
    ['a.yml', 'password: '],
    ['a.ini', 'password = '],
    ['.env', 'DB_PASSWORD='],
    ['a.go', 'sql.Open("postgres", "user=app password='],
  ] as const)
    assert.ok(!redactSecrets(`${before}${value}`, path).text.includes(value), before);
  for (const [path, text] of [
    ['a.tf', 'password = random_password.db1\n'],
    ['a.py', 'password = settings.Backup4\n'],
  ] as const)
    assert.equal(redactSecrets(text, path).text, text);
});

test("redacts WordPress' keys with the marks of a template, and keeps a nonce", () => {
  const salt = ['pgmMG~KM#Xg#{T3C{:BXxDc.T8(Uai5]Cb%m', 'MPaH:I7X7O<Z~TJ/t>[AXKr70x$sq'].join('');
  for (const name of ['LOGGED_IN_SALT', 'NONCE_KEY', 'NONCE_SALT'])
    assert.ok(!redactSecrets(`define('${name}', '${salt}');`, 'wp-config.php').text.includes(salt), name);
  const text = `nonce: '${hex(32)}'`;
  assert.equal(redactSecrets(text, 'a.ts').text, text);
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
