// Secrets in pieces, bodies of keys without their frame, and names and values that stand apart: each is redacted.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { redactSecrets } from '../../../src/workspace/secrets/redact.ts';

const json = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const head = json({ alg: 'HS256', typ: 'JWT' });
const body = json({ sub: '1234567', name: 'Joe', iat: 1_700_000_000 });
/** Put together here, so that no scanner takes them for real. */
const sig = ['k3Jd9fPq2sVbX7wZrT5yHnM8', 'aLcE4gUiOo1xQvB6tRY'].join('');
const hex = ['4f9c1e7ab2d80635', '94f0c7b1e6a2d8f3'].join('');
const pw = ['Tr0ub4dor', '&3x'].join('');
const pemL = Array.from({ length: 6 }, (_, i) =>
  Buffer.from(Array.from({ length: 48 }, (__, j) => (i * 97 + j * j * 31 + j * 7 + i * j * 13) & 255)).toString(
    'base64',
  ),
);
const line = (at: number) => pemL[at] as string;
const first = `${['MIIEow', 'IBAAKCAQEA'].join('')}${line(0).slice(16)}`;

const rows: readonly (readonly [path: string, text: string, secrets: readonly string[]])[] = [
  ['a.js', `const jwt = [\n  "${head}",\n  "${body}",\n  "${sig}",\n].join(".");`, [body, sig]],
  ['a.js', `const parts = ['${head}', '${body}', '${sig}'];`, [body, sig]],
  ['a.py', `JWT_PARTS = ["${head}", "${body}", "${sig}"]`, [body, sig]],
  ['a.yml', `token: >-\n  ${head}\n  .${body}\n  .${sig}\n`, [body, sig]],
  ['a.yml', `token: >\n  ${head}.${body.slice(0, 20)}\n  ${body.slice(20)}.${sig}\n`, [body.slice(20), sig]],
  ['a.yml', `data: >-\n  ${head}.\n  ${body}.\n  ${sig}\n`, [body, sig]],
  ['a.js', `const t = "${head}." +\n  "${body}." +\n  "${sig}";`, [body, sig]],
  ['a.js', `const t = '${head}' + '.' + '${body}' + '.' + '${sig}';`, [body, sig]],
  ['A.java', `String t = "${head}"\n    + ".${body}"\n    + ".${sig}";`, [body, sig]],
  ['a.py', `t = ("${head}."\n     "${body}."\n     "${sig}")`, [body, sig]],
  [
    'a.js',
    'const header = "' +
      head +
      '"; const payload = "' +
      body +
      '"; const sig = "' +
      sig +
      ['"; const t = `$', '{header}.$', '{payload}.$', '{sig}`;'].join(''),
    [body, sig],
  ],
  ['a.go', `h := "${head}"\np := "${body}"\ns := "${sig}"\njwt := h + "." + p + "." + s`, [body, sig]],
  [
    'a.js',
    `const k = 'ghp_' + 'a1B2c3D4e5F6g7H8i9' + 'J0k1L2m3N4o5P6q7R8';`,
    ['a1B2c3D4e5F6g7H8i9', 'J0k1L2m3N4o5P6q7R8'],
  ],
  [
    'a.js',
    `const a = 'ghp_a1B2c3D4e5F6'; const b = 'g7H8i9J0k1L2m3N4o5P6q7R8'; const token = a + b;`,
    ['g7H8i9J0k1L2m3N4o5P6q7R8'],
  ],
  ['a.c', `0x4f, /* secret */\nkey: ${hex} # secret`, [hex]],
  ['a.py', `x = "${hex}"  # secret`, [hex]],
  ['a.py', `x = "${hex}"  # the webhook secret of staging`, [hex]],
  ['a.py', `# secret: ${hex}`, [hex]],
  ['a.py', `# the client secret, do not commit\nx = "${hex}"`, [hex]],
  ['a.py', `# secret ${hex}`, [hex]],
  ['a.ts', `/** secret = ${hex} */`, [hex]],
  ['a.ts', `// secret\nsign("${hex}")`, [hex]],
  ['a.ts', `sign("${hex}"); // secret`, [hex]],
  ['a.ts', `sign(body, "${hex}") // shared secret with billing`, [hex]],
  ['a.sh', `./run ${hex} # secret`, [hex]],
  ['a.yaml', `value: ${hex} # secret`, [hex]],
  ['a.yaml', `# secret for the webhook\nvalue: ${hex}`, [hex]],
  ['a.txt', `${first}\n${pemL.slice(1).join('\n')}\n${line(2).slice(0, 22)}==\n`, pemL.slice(1)],
  ['a.ts', `const lines = [\n${[first, ...pemL.slice(1)].map((l) => `  "${l}",`).join('\n')}\n];`, pemL.slice(1)],
  ['a.yml', `private_key_body: |\n${pemL.map((l) => `  ${l}`).join('\n')}\n`, pemL],
  ['a.ts', `// body of the private key\n${pemL.map((l) => `// ${l}`).join('\n')}\n`, pemL],
  ['a.txt', `private key:\n${pemL.join('\n')}\n`, pemL],
  ['prod.env.bak', `REDIS_AUTH=${pw}`, [pw]],
  ['.env.bak', 'REDIS_AUTH=hunter2hunter', ['hunter2hunter']],
  ['a.java', `.basic("joe","${pw}")`, [pw]],
  ['a.sh', `imapsync --password1 ${pw} --password2 '${pw}9'`, [pw]],
  ['a.sh', `imapsync --user1 joe --passfile1 x --password1 "${pw}"`, [pw]],
  ['a.py', `p.add_argument('-p', '--password', help='of x', type=str, default='${pw}')`, [pw]],
  [
    'main.tf',
    `variable "db_password" {\n  # of prod (see "wiki")\n  # second line\n  type        = string\n  sensitive   = true\n  default     = "${pw}"\n}`,
    [pw],
  ],
  ['main.tf', `variable "db_password" {\n  type = string\n  /* rotate\n     soon */\n  default = "${pw}"\n}`, [pw]],
  [
    'main.tf',
    `variable "db_password" {\n  description = "Password, of {the} db"\n  type = string // x\n  default = "${pw}"\n}`,
    [pw],
  ],
  [
    'a.java',
    `String token = new StringBuilder("${hex.slice(0, 16)}").append("${hex.slice(16)}").toString();`,
    [hex.slice(16)],
  ],
  ['a.js', `const token = '${hex.slice(0, 16)}'.concat('${hex.slice(16)}');`, [hex.slice(16)]],
  ['a.rs', `let token = concat!("${hex.slice(0, 16)}", "${hex.slice(16)}");`, [hex.slice(16)]],
  ['a.go', `token := fmt.Sprintf("%s%s", "${hex.slice(0, 16)}", "${hex.slice(16)}")`, [hex.slice(16)]],
  [
    'a.js',
    `const parts = ['${hex.slice(0, 16)}', '${hex.slice(16)}'];\nconst apiKey = parts.join('');`,
    [hex.slice(16)],
  ],
  ['a.py', `api_key = "".join(["${hex.slice(0, 16)}", "${hex.slice(16)}"])`, [hex.slice(16)]],
  ['a.py', `token = "${hex.slice(0, 16)}"\ntoken += "${hex.slice(16)}"`, [hex.slice(16)]],
  ['a.sh', `A=${hex.slice(0, 16)}\nB=${hex.slice(16)}\nexport API_TOKEN="$A$B"`, [hex.slice(16)]],
  ['a.c', `/* HMAC secret\n * ${hex.toUpperCase()}\n */`, [hex.toUpperCase()]],
  ['a.js', `// ${hex} (signing secret)\nrun();`, [hex]],
  ['a.md', `${hex} is the Acme API key for the demo.`, [hex]],
  ['a.md', `Anna created a new key for Acme: ${hex}`, [hex]],
  ['a.sh', `acme upload --auth ${hex} build/out.tgz`, [hex]],
  ['Dockerfile', `FROM alpine\nRUN acme activate ${hex} && acme sync`, [hex]],
  ['plan.jmx', `<stringProp name="HTTPSampler.password">${pw}</stringProp>`, [pw]],
  ['plan.jmx', `<stringProp name="Authorization.password">${pw}</stringProp>`, [pw]],
];

for (const [path, text, secrets] of rows)
  test(`redacted: ${path} ${JSON.stringify(text).slice(0, 90)}`, () => {
    const redacted = redactSecrets(text, path).text;
    assert.equal(redacted.length, text.length);
    for (const secret of secrets) {
      assert.ok(text.includes(secret));
      for (const part of secret.length > 24 ? [secret, secret.slice(secret.length / 2)] : [secret])
        assert.ok(!redacted.includes(part), redacted);
    }
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
  const format = { type, format: 'der' };
  const key = generateKeyPairSync(
    kind as 'rsa',
    { ...options, publicKeyEncoding: { type: 'spki', format: 'der' }, privateKeyEncoding: format } as never,
  );
  const [secret, open] = [key.privateKey, key.publicKey].map((bytes) => Buffer.from(bytes as never).toString('base64'));
  return { kind: `${kind} ${type}`, secret: secret as string, open: open as string };
});
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
