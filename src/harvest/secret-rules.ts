// Which secret rules there are, and for each a cheap test that says when it cannot match.

import { rules as presetRules } from '@secretlint/secretlint-rule-preset-recommend';

/**
 * For each rule of secretlint's preset, by the end of its id: true wherever the rule could report something. Each test
 * looks for a part that every match of the rule's own patterns contains, so nothing is lost by not running the rule
 * elsewhere; `test/harvest/secrets.test.ts` holds every rule and every kind of its messages against this table.
 * Undefined: never run. That is the rule that lets comments switch others off: what an author tells a linter to accept
 * still must not leave the machine.
 */
export const preFilters: Readonly<Record<string, ((text: string, path: string) => boolean) | undefined>> = {
  aws: matching(
    /(?:SECRET|secret|Secret)_?(?:ACCESS|access|Access)_?(?:KEY|key|Key)/,
    /(?:A3T[A-Z0-9]|A(?:KIA|GPA|IDA|ROA|IPA|NPA|NVA|SIA))[A-Z0-9]{16}/,
    /(?:ACCOUNT|account|Account)_?(?:ID|id|Id)?["']?\s*(?:=>|[:=])\s*["']?[0-9]{4}-?[0-9]{4}-?[0-9]{4}/,
  ),
  // A key may be written with escapes in JSON.
  gcp: (text, path) => path.endsWith('.json') && (text.includes('private_key_id') || text.includes('\\u')),
  privatekey: containing('PRIVATE KEY'),
  npm: (text, path) =>
    /npm_[A-Za-z0-9_]{36}/.test(text) ||
    (/(?:package|package-lock)\.json$/.test(path) && text.includes('x-oauth-basic@github')) ||
    (path.endsWith('.npmrc') && text.includes('_authToken=')),
  basicauth: matching(/:\/\/[-a-zA-Z0-9_]{1,256}:[-a-zA-Z0-9_]{1,256}@/),
  slack: matching(/xox[bpaor]-|xapp-/, /hooks\.slack\.com/i),
  sendgrid: matching(/SG\.\w{1,128}\./),
  shopify: matching(/shp(?:pa|ca|at|ss)_[a-zA-Z0-9]{32}/),
  github: matching(/gh[pousr]_[A-Za-z0-9_]{36}/, /github_pat_/),
  gitlab: containing('glpat-'),
  grafana: containing('glc_', 'glsa_'),
  openai: containing('T3BlbkFJ'),
  anthropic: containing('sk-ant-api0'),
  groq: matching(/gsk_[a-zA-Z0-9]{52}/),
  huggingface: matching(/hf_[a-zA-Z]{34}/),
  linear: containing('lin_api_'),
  notion: matching(/ntn_[0-9]{11}/),
  '1password': containing('ops_ey'),
  'database-connection-string': matching(/:\/\/[^:/\s]{1,100}:[^@/\s]{1,200}@/),
  'hashicorp-vault': matching(/hv[sbr]\.[A-Za-z0-9_-]{90}/),
  vercel: matching(/vc[piark]_[A-Za-z0-9]{20}/),
  databricks: matching(/dapi[A-Fa-f0-9]{32}/),
  docker: containing('dckr_pat_'),
  figma: containing('figd_'),
  'filter-comments': undefined,
};

/** Settings of single rules, by the end of their id. Access key ids alone open nothing, but they name an account. */
export const ruleOptions: Readonly<Record<string, object>> = { aws: { enableIDScanRule: true } };

/** The end of a rule's id: '@secretlint/secretlint-rule-aws' -> 'aws'. */
export function shortId(id: string): string {
  return id.replace('@secretlint/secretlint-rule-', '');
}

export { presetRules };

/** A rule of ours, for what the preset leaves out. Group 1 is the secret where there is one, else the whole match. */
export interface OwnRule {
  readonly name: string;
  readonly pattern: RegExp;
  /** A part of every match, to look for first. */
  readonly contains: string | undefined;
  readonly accept?: (secret: string) => boolean;
  /** Only in files whose path matches. */
  readonly paths?: RegExp;
}

const secretName =
  '(?:[Ss]ecret|SECRET|[Pp]assword|PASSWORD|[Pp]asswd|PASSWD|[Tt]oken|TOKEN|[Aa]pi_?[Kk]ey|API_?KEY|[Pp]rivate_?[Kk]ey|PRIVATE_?KEY)';

export const ownRules: readonly OwnRule[] = [
  {
    // Every kind of key, encrypted and PGP ones too, and a block that has no end (yet).
    name: 'private key block',
    contains: 'PRIVATE KEY',
    pattern:
      /-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----(?:[A-Za-z0-9+/=\s\\"',:().]|-(?!-)){64,20000}(?:-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----)?/g,
  },
  { name: 'Google API key', contains: 'AIza', pattern: /(?<![\w-])AIza[\w-]{35}(?![\w-])/g },
  { name: 'Stripe key', contains: 'k_', pattern: /(?<!\w)[sr]k_(?:live|test)_[0-9a-zA-Z]{16,247}/g },
  { name: 'PyPI token', contains: 'pypi-', pattern: /(?<![\w-])pypi-[\w-]{50,400}/g },
  {
    name: 'JSON web token',
    contains: 'eyJ',
    pattern: /(?<![\w-])eyJ[\w-]{10,2000}\.eyJ[\w-]{10,4000}\.[\w-]{20,2000}/g,
  },
  {
    name: 'Azure key',
    contains: 'Key=',
    pattern: /(?:AccountKey|SharedAccessKey)=([A-Za-z0-9+/]{40,100}={0,2})/g,
  },
  {
    name: 'password in a URL',
    contains: '://',
    pattern: /:\/\/[^\s:@/"'`<>]{0,100}:([^\s:@/"'`<>]{4,200})@[\w[]/g,
    accept: (secret) => !/[${}*%()]|^(?:pass(?:word)?|passwd|pwd|secret|x+)$/i.test(secret),
  },
  {
    name: 'secret in quotes',
    contains: undefined,
    pattern: new RegExp(
      `${secretName}["'\`\\]]?\\s{0,20}(?:=>|:=|[:=])\\s{0,20}["'\`]([\\w+/=.~-]{20,200})["'\`]`,
      'g',
    ),
    accept: looksRandom,
  },
  {
    name: 'secret in a configuration file',
    contains: undefined,
    paths: /\.(?:ya?ml|properties|ini|cfg|conf|toml|config|tfvars)$|(?:^|\/)\.?env[^/]*$/i,
    pattern: new RegExp(`${secretName}[\\w.-]{0,40}[ \\t]{0,20}[:=][ \\t]{0,20}([\\w+/=.~-]{16,200})(?=\\s|$)`, 'g'),
    accept: looksRandom,
  },
];

/** Letters and digits mixed, no words: at least 3 digits, and 3.5 bits a character, as other scanners ask. */
function looksRandom(text: string): boolean {
  if (!/(?:\d.*){3}/.test(text) || !/[A-Za-z]/.test(text)) return false;
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits >= 3.5;
}

function containing(...parts: string[]): (text: string) => boolean {
  return (text) => parts.some((part) => text.includes(part));
}

function matching(...patterns: RegExp[]): (text: string) => boolean {
  return (text) => patterns.some((pattern) => pattern.test(text));
}
