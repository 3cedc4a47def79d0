// Invented secrets, made at run time, so that secret scanners report nothing in this repository.

/** A text of `length` letters and digits that looks random but is always the same. */
export function noise(length: number, alphabet = 'aB3dE5fG7hJ9kLmN2pQrS4tUvW6xYz8'): string {
  let state = 12345;
  let text = '';
  while (text.length < length) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    text += alphabet[(state >> 8) % alphabet.length];
  }
  return text;
}

const digits = (length: number) => noise(length, '0123456789');
const hex = (length: number) => noise(length, '0123456789abcdef');
const letters = (length: number) => noise(length, 'aBcDeFgHiJkLmNoPqRsTuVwXyZ');
const base64 = (value: string) => Buffer.from(value).toString('base64');

/** A PEM block of this kind. `body` must be redacted. */
export function pem(kind: string, body = `MIIE${noise(200)}`): string {
  const lines = body.match(/.{1,64}/g)?.join('\n');
  return `-----BEGIN ${kind}-----\n${lines}\n-----END ${kind}-----`;
}

export interface Sample {
  readonly rule: string;
  readonly message: string;
  readonly path: string;
  readonly text: string;
  /** Must not be in the redacted text. */
  readonly secret: string;
}

function sample(rule: string, message: string, secret: string, text = `const a = "${secret}";`, path = 'a.ts'): Sample {
  return { rule, message, secret, text, path };
}

/** Of three paddings, the one with which the base64 text ends as the token's pattern requires (fQ=). */
const onePassword = ['', 'x', 'xx']
  .map((pad) => base64(JSON.stringify({ email: `a@b.c${pad}`, secretKey: noise(80), muk: { k: noise(20) } })))
  .find((token) => /fQ={0,2}$/.test(token));

/** One sample for each message of each rule of secretlint's preset. */
export const samples: readonly Sample[] = [
  sample('aws', 'AWSSecretAccessKey', noise(40), `aws_secret_access_key = ${noise(40)} \n`),
  sample('aws', 'AWSSecretAccessKey', noise(40), `{ "SecretAccessKey": "${noise(40)}x" }`.replace('x"', '"')),
  sample('aws', 'AWSAccessKeyID', `AKIA${noise(16).toUpperCase()}`),
  sample('aws', 'AWSAccountID', '4821-7730-9156', 'AWS_ACCOUNT_ID=4821-7730-9156\n'),
  sample(
    'gcp',
    'PrivateKeyJSON',
    noise(100),
    JSON.stringify({ private_key_id: '1', private_key: pem('PRIVATE KEY', `MIIE${noise(200)}`) }),
    'key.json',
  ),
  sample('privatekey', 'PrivateKey', `MIIE${noise(60)}`, `x\n${pem('RSA PRIVATE KEY')}\ny`),
  sample('npm', 'NPM_ACCESS_TOKEN', `npm_${noise(36)}`),
  sample('npm', 'Npmrc_authToken', noise(30), `//registry.example.org/:_authToken=${noise(30)}\n`, '.npmrc'),
  sample(
    'npm',
    'PackageJSON_xOauthToken',
    noise(40),
    `{ "a": "https://${noise(40)}:x-oauth-basic@github.com/a/b" }`,
    'package.json',
  ),
  sample('basicauth', 'BasicAuth', noise(20), `fetch("https://deploy:${noise(20)}@build.example.org/x")`),
  sample('slack', 'SLACK_TOKEN', `xoxb-${digits(12)}-${noise(24)}`),
  sample(
    'slack',
    'IncomingWebhook',
    noise(24),
    `"https://HOOKS.slack.com/services/T${noise(8)}/B${noise(8)}/${noise(24)}"`,
  ),
  sample('sendgrid', 'SENDGRID_KEY', `SG.${noise(22)}.${noise(43)}`),
  ...['shppa', 'shpca', 'shpat', 'shpss'].map((kind) => sample('shopify', 'SHOPIFY_KEY', `${kind}_${hex(32)}`)),
  ...['ghp', 'gho', 'ghu', 'ghs', 'ghr'].map((kind) => sample('github', 'GITHUB_TOKEN', `${kind}_${noise(36)}`)),
  sample('github', 'GITHUB_TOKEN', `github_pat_${noise(82)}`),
  sample('gitlab', 'GITLAB_PERSONAL_ACCESS_TOKEN', `glpat-${noise(20)}`),
  sample('grafana', 'GRAFANA_CLOUD_API_TOKEN', `glc_${noise(60)}==`),
  sample('grafana', 'GRAFANA_SERVICE_ACCOUNT_TOKEN', `glsa_${noise(32)}_${hex(8)}`),
  sample('openai', 'OPENAI_TOKEN', `sk-${noise(20)}T3Blbk${'FJ'}${noise(20)}`),
  sample('openai', 'OPENAI_TOKEN', `sk-proj-${noise(74)}T3Blbk${'FJ'}${noise(74)}`),
  sample('anthropic', 'ANTHROPIC_API_KEY', `sk-ant-${'api'}03-${noise(93)}AA`),
  sample('groq', 'GROQ_API_KEY', `gsk_${noise(52)}`),
  sample('huggingface', 'HUGGINGFACE_USER_ACCESS_TOKEN', `hf_${letters(34)}`),
  sample('linear', 'LINEAR_API_TOKEN', `lin_api_${noise(40)}`),
  sample('notion', 'NOTION_INTEGRATION_TOKEN', `ntn_${digits(11)}${noise(35)}`),
  sample('1password', 'OPS_TOKEN', `ops_${onePassword}`),
  sample(
    'database-connection-string',
    'MongoDBConnection',
    noise(12),
    `connect("MONGODB+srv://joe:${noise(12)}@db.example.net/x");`,
  ),
  sample(
    'database-connection-string',
    'MySQLConnection',
    noise(12),
    `url: jdbc:mysql://joe:${noise(12)}@db.example.net/x`,
  ),
  sample(
    'database-connection-string',
    'PostgreSQLConnection',
    noise(12),
    `url: postgres://joe:${noise(12)}@db.example.net/x`,
  ),
  sample('hashicorp-vault', 'HASHICORP_VAULT_SERVICE_TOKEN', `hvs.${noise(95)}`),
  sample('hashicorp-vault', 'HASHICORP_VAULT_BATCH_TOKEN', `hvb.${noise(150)}`),
  sample('hashicorp-vault', 'HASHICORP_VAULT_RECOVERY_TOKEN', `hvr.${noise(95)}`),
  ...['vcp', 'vci', 'vca', 'vcr', 'vck'].map((kind) => sample('vercel', kind, `${kind}_${noise(24)}`)),
  sample('databricks', 'DATABRICKS_PERSONAL_ACCESS_TOKEN', `dapi${hex(32)}-2`),
  sample('docker', 'DOCKER_PERSONAL_ACCESS_TOKEN', `dckr_pat_${noise(27)}`),
  sample('figma', 'FIGMA_PERSONAL_ACCESS_TOKEN', `figd_${noise(40)}`),
];
