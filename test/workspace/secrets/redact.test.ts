// Secrets are redacted, halves and keys without an end too; offsets stay; no text takes long.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uniforms } from '../../../src/common/statistics/random.ts';
import { redactRanges } from '../../../src/workspace/secrets/find.ts';
import { findOpenSecrets } from '../../../src/workspace/secrets/open-strings.ts';
import { findSecrets, redactSecrets } from '../../../src/workspace/secrets/secrets.ts';
import { makeVendorCorpus } from '../../safety/vendor-corpus.ts';
import { noise } from '../files/samples.ts';

/** A PEM block of this kind. `body` must be redacted. */
function pem(kind: string, body = `MIIE${noise(200)}`): string {
  const lines = body.match(/.{1,64}/g)?.join('\n');
  return `-----BEGIN ${kind}-----\n${lines}\n-----END ${kind}-----`;
}

test('redaction keeps the length, the line ends and all text outside of its ranges', () => {
  const uniform = uniforms(7);
  const next = (below: number) => Math.floor(uniform() * below);
  const samples = makeVendorCorpus(7);
  const around = ['', ' ', '\n', '\r\n', ...'" \' x _ - é :// = \\u0041 KEY= @ ` {'.split(' '), ': '];
  const pick = () => around[next(around.length)] ?? '';
  for (let round = 0; round < 2000; round++) {
    let text = '';
    for (let part = next(3); part >= 0; part--) {
      text += pick() + samples[next(samples.length)]?.text + pick();
    }
    for (let edits = next(4); edits > 0; edits--) {
      const at = next(text.length);
      text = text.slice(0, at) + pick() + text.slice(at + next(3));
    }
    const ranges = findSecrets(text, 'a.ts', { start: next(2) === 0, end: next(2) === 0 });
    const redacted = redactRanges(text, ranges).text;
    assert.equal(redacted.length, text.length);
    assert.equal(redacted.replace(/[^\r\n]/g, ''), text.replace(/[^\r\n]/g, ''));
    for (const { start, end } of ranges) assert.ok(0 <= start && start < end && end <= text.length);
    for (let i = 0; i < text.length; i++)
      if (redacted[i] !== text[i]) assert.ok(ranges.some(({ start, end }) => start <= i && i < end));
  }
});

test('redacts further occurrences of a secret that no rule finds, but not of a word', () => {
  const token = `ghp_${noise(36)}`;
  assert.ok(!redactSecrets(`a("${token}")\nb(x${token}y)`, 'a.ts').text.includes(noise(36)));
  const [found] = findSecrets(`const password = "${'swordfish'}";\nswordfish();`, 'a.ts');
  assert.equal(found?.isDistinctive, false);
  assert.equal(redactSecrets(`const password = "${'swordfish'}";\nswordfish();`, 'a.ts').count, 1);
});

test('finds a password beside an address, in a statement, in encryption, after an option, encoded in a URL', () => {
  const password = ['Winter', '2019', '!'].join('');
  const places = [
    `Store.open("ldap://files.acme.com", 7, "anna", "${password}")`,
    `run("UPDATE users SET password = ? WHERE id = ?", ["${password}", 1])`,
    `toolkit.encryptText(body, "${password}")`,
    `sometool verify -k "${password}" archive.bin`,
    `url = "redis://app:" + quote("${password}") + "@cache.acme.com"`,
    `{ "args": ["-u", "anna", "-p", "${password}"] }`,
    `redis-cli -h cache -p 6379 -a '${password}' ping`,
    `curl -u'anna:${password}' https://api.acme.com`,
    `cluster.auth('${password}', (error) => {})`,
    `chpasswd:\n  list: |\n    root:first-of-all-77\n    anna:${password}\n`,
    `ALTER CURRENT USER SET PASSWORD FROM 'a' TO '${password}'`,
  ];
  for (const place of places) assert.ok(!redactSecrets(place, 'a.txt').text.includes(password), place);
});

test('finds a phrase as a password, but no class and no error code', () => {
  const phrase = ['Copper', 'Battery', 'Lantern', 'Maple'].join('');
  const places = [`password: "${phrase}"`, `login("anna", "${phrase}")`, `curl --user=anna:${phrase} ftp://h/`];
  for (const place of places) assert.ok(!redactSecrets(place, 'a.js').text.includes(phrase), place);
  for (const text of [
    `password = "InvalidUserStateError"`,
    `createAuthError(flow, id, "popup_relay_cross_origin")`,
    `names = ['admin', "x509Transport"]`,
    `spawn("docker", ["-p", "8080:80"]); docker run -p 127.0.0.1:80:80`,
  ])
    assert.equal(redactSecrets(text, 'a.js').text, text);
});

test('learns a value of .env unless it may be a word or a name, as docs/privacy.md says', () => {
  const isLearned = (value: string) =>
    findSecrets(`DB_PASSWORD=${value}\n`, '.env').some(({ isDistinctive }) => isDistinctive);
  for (const parts of [
    ['harborviolet', 'lantern'],
    ['violet-harbor', '-candle'],
    ['server', '12'],
    ['1234', '5678'],
    ['aB1', '!x'],
    ['qwe', 'rtz9'],
  ])
    assert.ok(!isLearned(parts.join('')), parts.join(''));
  for (const parts of [
    ['hunter2', 'hunter'],
    ['aB1', '2xy'],
    ['qwe', 'rt!9'],
    ['Violet', '-harbor7'],
  ])
    assert.ok(isLearned(parts.join('')), parts.join(''));
});

test('redacts the number of an AWS account, which names it', () => {
  assert.equal(redactSecrets('AWS_ACCOUNT_ID=4821-7730-9156\n', 'a.ts').text, `AWS_ACCOUNT_ID=${'*'.repeat(14)}\n`);
});

const kinds = ['', 'RSA ', 'OPENSSH ', 'ENCRYPTED '].map((kind) => `${kind}PRIVATE KEY`);
const written: readonly (readonly [string, (block: string) => string])[] = [
  ['as it is', (block) => block],
  ['escaped in JSON', (block) => JSON.stringify({ key: block })],
  ['escaped twice', (block) => JSON.stringify(JSON.stringify({ key: block }))],
  ['in literals', (block) => block.replace(/^.*$/gm, '"$&\\n" +')],
  ['in comments', (block) => block.replace(/^/gm, '// ')],
  ['indented', (block) => block.replace(/^/gm, '    ')],
];
for (const kind of [...kinds, 'PGP PRIVATE KEY BLOCK'])
  for (const [how, write] of written)
    test(`redacts a key block, also without its first or last line: ${kind} ${how}`, () => {
      const body = `MIIE${noise(330)}`;
      const block = pem(kind, body);
      const whole = write(block);
      const cuts = [
        `before();\n${whole}\nafter();`,
        whole.slice(whole.indexOf(body.slice(10, 30))),
        `before();\n${whole.slice(0, whole.indexOf(body.slice(-14)) + 4)}`,
      ];
      for (const text of cuts) {
        const redacted = redactSecrets(text, 'a.ts').text;
        for (let i = 0; i + 12 < body.length; i += 4) assert.ok(!redacted.includes(body.slice(i, i + 12)), redacted);
      }
    });

test('redacts a key below its headers as one range', () => {
  const block = pem('RSA PRIVATE KEY', `MIIE${noise(330)}`);
  const headers = 'Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123456789ABCDEF\n\n';
  assert.equal(
    redactSecrets(
      block.replace('\n', () => `\n${headers}`),
      'a.txt',
    ).count,
    1,
  );
});

test('redacts a partial secret at an edge of a window that is marked as cut', () => {
  const secrets = [`ghp_${noise(36)}`, `sk_${'live'}_${noise(24)}`, noise(40, '0123456789abcdef'), noise(43)];
  for (const secret of secrets)
    for (let cut = 10; cut <= secret.length - 10; cut += 3) {
      const head = `const token = "${secret.slice(0, cut)}`;
      const tail = `${secret.slice(cut)}";\nnext();\n`;
      assert.ok(!redactSecrets(head, 'a.ts', { end: true }).text.includes(secret.slice(cut - 6, cut)), head);
      const redacted = redactSecrets(tail, 'a.ts', { start: true }).text;
      assert.ok(!redacted.includes(secret.slice(cut, cut + 8)), redacted);
      assert.ok(redacted.endsWith('";\nnext();\n'));
    }
});

test('keeps a window that is cut in ordinary code', () => {
  const cut = { start: true, end: true };
  for (const text of [
    'tLineEnd(text, lines);\nconst end = getEl',
    'ponentProps>;\nexport default useSta',
    ' 2048,\n  "vers',
  ])
    assert.equal(redactSecrets(text, 'a.ts', cut).text, text);
});

/** Texts that make a careless pattern go back over them again and again. */
const hostile: readonly (readonly [string, string])[] = [
  ['one character', 'a'],
  ['digits and letters', 'a1'],
  ['names', 'password'],
  ['names with operators', 'password='],
  ['names with spaces', 'password '],
  ['names in quotes', '"password" '],
  ['quotes', '"'],
  ['escapes', '\\"'],
  ['backslashes', '\\'],
  ['joined literals', '"a"+'],
  ['addresses', 'https://a:b'],
  ['addresses with @', '://a:b@'],
  ['parameters', '&token=a'],
  ['commands', 'curl -u '],
  ['commands of databases', 'mysql '],
  ['headers of keys', '-----BEGIN PRIVATE KEY-----'],
  ['ends of keys', '-----END PRIVATE KEY-----'],
  ['lines of Base64', `${noise(64)}\n`],
  ['Base64 with marks', 'AzFu/ACDb+'],
  ['web tokens', 'eyJhbGci.'],
  ['spaces', ' '],
  ['lines', '\n'],
  ['brackets', '({['],
  ['tags', '<password>'],
  ['YAML', 'password: |\n'],
  ['cookies', 'Cookie: a=b; '],
  ['netrc', 'machine a login b password '],
  ['credentials', 'credentials a/'],
  ['Kubernetes', 'kind: Secret\ndata:\n  a: b\n'],
  ['Key=', 'AccountKey=;'],
  ['tuples', "INSERT INTO a (b) VALUES ('''''''"],
  ['bars', '| password | a |\n|---|---|\n'],
  ['lists of secrets', 'passwords: [{'],
  ['numbers', 'key = [1, 2, '],
  ['words', 'seed phrase orbit lantern '],
  ['names in other languages', 'mot de passe 密码 '],
  ['names in other languages with verbs', 'mot de passe est 密码是：'],
  ['quotes of typography', '“'],
  ['parameters of CloudFormation', 'ParameterKey=a,ParameterValue='],
  ['arguments of JMeter', '<stringProp name="Argument.name">password</stringProp><stringProp name="Argument.value">'],
  ['sums', 'key = a + '],
  ['sums and what they add', 'key = a + b; a = "abcdef"; '],
  ['heads of web tokens', '"eyJhbGciOiJIUzI1NiJ9", '],
  ['beginnings that stand alone', "'ghp_' + "],
  ['lines of a key', `MIIEowIBAAK${noise(53)}\n`],
  ['addresses of nodes', 'https://rpc.node/'],
  ['fields before a default', '"--password", type=str, help="a", '],
  ['comments before a default', 'password {\n# a\n// b\n/* c */'],
  ['underscored words', 'api_key_'],
];

// Quadratic time is hours. The guard ends it, and no slow machine comes near to it.
for (const [what, piece] of hostile)
  test(`finishes a million characters of ${what}`, { timeout: 900_000 }, () => {
    const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
    assert.equal(redactSecrets(text, 'a.ts').text.length, text.length);
    const part = text.slice(0, 100_000);
    for (const path of ['a.yaml', 'a.md'])
      assert.equal(redactSecrets(part, path, { start: true, end: true }).text.length, part.length);
  });

test('finds a secret beside six million letters without a break', () => {
  const secret = noise(40);
  const text = `${'abcdefgh'.repeat(750_000)}\nconst apiKey = "${secret}";\n`;
  const values = findSecrets(text, 'a.ts').map(({ value }) => value);
  assert.deepEqual(values, [secret]);
});

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
    ['a.sql', `CREATE USER anna IDENTIFIED BY '${password}`],
    ['a.sh', `mysql -u root -p'${password}`],
    ['a.php', `['password' => "${password}`],
    ['a.ts', `const password =\n  "${password}`],
    ['a.ts', `db.setPassword(\n  '${password}`],
    ['a.ts', `const c = { password: "${password}, token: "Tr0ub4dor&3`],
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
