// Texts that resemble a secret and are none: placeholders, references, ids, hashes, public keys, and ordinary words
// under suspicious names.
import { among } from './corpus-filler.ts';
import type { Random } from './corpus-random.ts';
import { uuid } from './corpus-tokens.ts';
import type { Innocent } from './corpus-types.ts';
import { camel, host, noun, snake, verb } from './corpus-words.ts';

type Row = readonly [what: string, language: string, extension: string, line: (random: Random) => string];

const rows: readonly Row[] = [
  ['placeholder in angle brackets', 'yaml', 'yaml', () => 'api_key: <your-api-key>'],
  ['placeholder of x', 'ini', 'ini', () => 'password = xxxxxxxxxxxx'],
  ['placeholder in words', 'ts', 'ts', () => "const apiKey = 'YOUR_API_KEY_HERE';"],
  ['placeholder changeme', 'ini', 'ini', () => 'admin_password = changeme'],
  ['placeholder of dots', 'hash', 'sh', () => 'export GITHUB_TOKEN="ghp_..."'],
  [
    'reference to the environment',
    'ts',
    'ts',
    (r) => `const ${camel(`${noun(r)} password`)} = process.env.DB_PASSWORD;`,
  ],
  ['reference with a default of nothing', 'py', 'py', () => "password = os.environ.get('DB_PASSWORD', '')"],
  ['reference in braces', 'yaml', 'yaml', (r) => `${noun(r)}_password: \${${noun(r).toUpperCase()}_PASSWORD}`],
  ['reference of a workflow', 'yaml', 'yml', () => `  token: \${{ secrets.GITHUB_TOKEN }}`],
  ['reference of terraform', 'hash', 'tf', () => 'password = var.database_password'],
  [
    'reference of kubernetes',
    'yaml',
    'yaml',
    (r) => `secretKeyRef:\n  name: ${noun(r)}-secrets\n  key: database-password`,
  ],
  ['name of a secret', 'yaml', 'yaml', (r) => `secretName: ${noun(r)}-${noun(r)}-tls`],
  ['a call', 'ts', 'ts', (r) => `const token = ${camel(`${verb(r)} token`)}(request, '${noun(r)}');`],
  ['a type', 'ts', 'ts', () => 'interface Login { password: string; apiKey?: string; token: AccessToken }'],
  [
    'a parameter',
    'py',
    'py',
    (r) =>
      `def ${snake(`${verb(r)} login`)}(username: str, password: str, token: str | None = None):\n    return username`,
  ],
  ['a key of the keyboard', 'ts', 'ts', () => "if (event.key === 'ArrowLeft') move(-1);"],
  ['a key of a map', 'ts', 'ts', (r) => `const cacheKey = '${noun(r)}:${noun(r)}:latest';`],
  ['a key of a text', 'ts', 'ts', (r) => `t({ key: 'dialog.${noun(r)}.${noun(r)}.title' });`],
  ['a primary key', 'sql', 'sql', (r) => `CREATE TABLE ${noun(r)} (${noun(r)}_id int PRIMARY KEY, key_name text);`],
  ['an input field', 'ts', 'tsx', () => '<input type="password" name="password" placeholder="Enter your password" />'],
  [
    'a text about passwords',
    '',
    'md',
    () => 'The password must have eight characters, and the token expires after an hour.',
  ],
  ['a message', 'ts', 'ts', () => "throw new Error('Invalid password: it has to match the confirmation');"],
  ['a header with a variable', 'ts', 'ts', () => `headers.set("Authorization", \`Bearer \${accessToken}\`);`],
  ['a way to authenticate', 'yaml', 'yaml', () => 'auth_type: oauth2_client_credentials'],
  ['an address', 'yaml', 'yaml', (r) => `token_endpoint: https://${host(r)}/oauth2/token`],
  ['a number', 'ini', 'ini', (r) => `password_min_length = ${r.between(8, 24)}`],
  ['a duration', 'ini', 'ini', (r) => `session_secret_rotation = ${r.between(10, 90)}d`],
  ['a commit', 'yaml', 'yaml', (r) => `revision: ${r.text(40, 'hex')}`],
  ['a uuid', 'ts', 'ts', (r) => `const ${noun(r)}Id = '${uuid(r)}';`],
  ['an image digest', 'hash', 'Dockerfile', (r) => `FROM node@sha256:${r.text(64, 'hex')}`],
  ['a checksum', 'ini', 'cfg', (r) => `sha256 = ${r.text(64, 'hex')}`],
  ['an integrity', 'ini', 'txt', (r) => `integrity sha512-${r.bytes(64).toString('base64')}`],
  [
    'a public ssh key',
    '',
    'md',
    (r) => `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${r.text(43, 'base64')} ${noun(r)}@laptop`,
  ],
  [
    'a certificate',
    '',
    'md',
    (r) => `-----BEGIN CERTIFICATE-----\n${r.text(64, 'base64')}\n${r.text(64, 'base64')}\n-----END CERTIFICATE-----`,
  ],
  [
    'a public key',
    '',
    'md',
    (r) => `-----BEGIN PUBLIC KEY-----\n${r.text(64, 'base64')}\n${r.text(64, 'base64')}\n-----END PUBLIC KEY-----`,
  ],
  ['a colour', 'ini', 'ini', (r) => `key_colour = #${r.text(6, 'hex')}`],
  ['fetch credentials', 'ts', 'ts', () => "await fetch(url, { credentials: 'include', mode: 'cors' });"],
  ['a path in a vault', 'yaml', 'yaml', (r) => `vault_path: secret/data/${noun(r)}/database`],
  [
    'an arn',
    'yaml',
    'yaml',
    (r) => `secret_arn: arn:aws:secretsmanager:eu-west-1:${r.text(12, 'digits')}:secret:${noun(r)}`,
  ],
  ['a hash function', 'ts', 'ts', (r) => `const passwordHash = await bcrypt.hash(password, ${r.between(8, 14)});`],
  ['a tokenizer', 'py', 'py', (r) => `token = tokens[index + ${r.between(1, 9)}].text.lower()`],
  ['a url without a password', 'ini', 'ini', (r) => `database_url = postgres://${noun(r)}@${host(r)}:5432/${noun(r)}`],
  ['an ssh address', 'ini', 'ini', (r) => `remote = git@${host(r)}:${noun(r)}/${noun(r)}.git`],
];

/** Makes `each` texts of every row, in separate files. */
export function innocents(random: Random, each: number): { files: Record<string, string>; innocent: Innocent[] } {
  const files: Record<string, string> = {};
  const innocent: Innocent[] = [];
  rows.forEach(([what, language, extension, line], index) => {
    for (let i = 0; i < each; i++) {
      const text = line(random);
      const path = `plain/${noun(random)}-${index}-${i}${extension === 'Dockerfile' ? '/' : '.'}${extension}`;
      files[path] = among([text], language, random);
      innocent.push({ what, path, text });
    }
  });
  return { files, innocent };
}
