// Kinds of secrets that providers hand out. Formats as their own documentation and their secret scanning partners' pages give them;
// every value is made from a seed.
import type { Alphabet, Random } from './corpus-random.ts';
import type { Form, Kind, Made } from './corpus-types.ts';

export const plain = (value: string): Made => ({ text: value, secrets: [value] });

export function uuid(random: Random): string {
  const hex = (length: number) => random.text(length, 'hex');
  return `${hex(8)}-${hex(4)}-4${hex(3)}-${random.pick(['8', '9', 'a', 'b'])}${hex(3)}-${hex(12)}`;
}

export function json64(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

export function jwt(random: Random): string {
  const head = json64({ alg: random.pick(['HS256', 'RS256', 'ES256']), typ: 'JWT' });
  const body = json64({ sub: random.text(12, 'digits'), iat: 1_700_000_000 + random.below(50_000_000), scope: 'read' });
  return `${head}.${body}.${random.text(43, 'base64url')}`;
}

/**
 * A row of the table: name; names people give it; pieces of the value, each a literal or [length, alphabet] or a function.
 */
type Piece = string | readonly [number, Alphabet] | ((random: Random) => string);

function row(form: Form, name: string, called: string, ...pieces: readonly Piece[]): Kind {
  const make = (random: Random) =>
    plain(
      pieces
        .map((piece) =>
          typeof piece === 'string' ? piece : typeof piece === 'function' ? piece(random) : random.text(...piece),
        )
        .join(''),
    );
  return { name, form, called: called.split(','), make };
}

const token = (name: string, called: string, ...pieces: readonly Piece[]) => row('token', name, called, ...pieces);
/** An address that is a secret itself. */
const webhook = (name: string, called: string, ...pieces: readonly Piece[]) => row('url', name, called, ...pieces);
const named = (name: string, called: string, ...pieces: readonly Piece[]) => row('named', name, called, ...pieces);

/** Known by their own form: a prefix, a structure. */
const withForm: readonly Kind[] = [
  token('aws-access-key-id', 'aws access key id,aws key', 'AKIA', [16, 'base32']),
  token('aws-temporary-key-id', 'aws access key id', 'ASIA', [16, 'base32']),
  token('aws-session-token', 'aws session token', 'IQoJb3JpZ2luX2VjE', [340, 'base64'], '=='),
  token('aws-bedrock-key', 'bedrock api key,aws bearer token bedrock', 'ABSK', [109, 'base64'], '='),
  token('gcp-api-key', 'google api key,maps api key,firebase api key', 'AIza', [35, 'base64url']),
  token('google-client-secret', 'google client secret,oauth client secret', 'GOCSPX-', [28, 'base64url']),
  token('google-refresh-token', 'google refresh token', '1//0', [1, 'digits'], [60, 'base64url']),
  token('google-access-token', 'google access token', 'ya29.a0', [160, 'base64url']),
  token('azure-client-secret', 'azure client secret,app password', [3, 'alphanumeric'], '8Q~', [34, 'alphanumeric']),
  token('azure-devops-pat', 'azure devops token,ado pat', [76, 'alphanumeric'], 'AZDO', [4, 'alphanumeric']),
  token('github-classic', 'github token,gh token,git token', 'ghp_', [36, 'alphanumeric']),
  token('github-fine-grained', 'github token,github pat', 'github_pat_11', [20, 'alphanumeric'], '_', [
    59,
    'alphanumeric',
  ]),
  token('github-app', 'installation token,github app token', 'ghs_', [36, 'alphanumeric']),
  token('github-oauth', 'github oauth token', 'gho_', [36, 'alphanumeric']),
  token('github-refresh', 'github refresh token', 'ghr_', [76, 'alphanumeric']),
  token('gitlab-pat', 'gitlab token,gitlab private token', 'glpat-', [20, 'base64url']),
  token('gitlab-runner', 'runner token', 'glrt-', [20, 'base64url']),
  token('gitlab-deploy', 'deploy token', 'gldt-', [20, 'base64url']),
  token('gitlab-trigger', 'pipeline trigger token', 'glptt-', [40, 'hex']),
  token('slack-bot', 'slack bot token,slack token', 'xoxb-', [12, 'digits'], '-', [13, 'digits'], '-', [
    24,
    'alphanumeric',
  ]),
  token('slack-user', 'slack user token', 'xoxp-', [11, 'digits'], '-', [12, 'digits'], '-', [13, 'digits'], '-', [
    32,
    'hex',
  ]),
  token('slack-app', 'slack app token', 'xapp-1-A0', [9, 'upperDigits'], '-', [13, 'digits'], '-', [64, 'hex']),
  webhook(
    'slack-webhook',
    'slack webhook url',
    'https://hooks.slack.com/services/T',
    [8, 'upperDigits'],
    '/B0',
    [9, 'upperDigits'],
    '/',
    [24, 'alphanumeric'],
  ),
  token('stripe-secret', 'stripe secret key,stripe api key', 'sk_live_51', [97, 'alphanumeric']),
  token('stripe-restricted', 'stripe restricted key', 'rk_live_51', [97, 'alphanumeric']),
  token('stripe-test', 'stripe key', 'sk_test_', [24, 'alphanumeric']),
  token('stripe-webhook', 'stripe webhook secret', 'whsec_', [32, 'alphanumeric']),
  token('twilio-api-key', 'twilio api key', 'SK', [32, 'hex']),
  token('sendgrid', 'sendgrid api key', 'SG.', [22, 'base64url'], '.', [43, 'base64url']),
  token('openai-project', 'openai api key,openai key', 'sk-proj-', [74, 'base64url'], 'T3BlbkFJ', [74, 'base64url']),
  token('openai-legacy', 'openai api key', 'sk-', [20, 'alphanumeric'], 'T3BlbkFJ', [20, 'alphanumeric']),
  token('anthropic', 'anthropic api key,claude api key', 'sk-ant-api03-', [93, 'base64url'], 'AA'),
  token('hugging-face', 'hf token,hugging face token', 'hf_', [34, 'alphanumeric']),
  token('npm', 'npm token,node auth token', 'npm_', [36, 'alphanumeric']),
  token('pypi', 'pypi token,twine password', 'pypi-AgEIcHlwaS5vcmcC', [150, 'base64url']),
  token('docker-hub', 'dockerhub token,docker password', 'dckr_pat_', [27, 'base64url']),
  token('digitalocean', 'digitalocean token,do token', 'dop_v1_', [64, 'hex']),
  token('heroku', 'heroku api key', 'HRKU-AA', [58, 'base64url']),
  token('shopify-access', 'shopify access token', 'shpat_', [32, 'hex']),
  token('shopify-secret', 'shopify shared secret', 'shpss_', [32, 'hex']),
  token('square-access', 'square access token', 'EAAA', [60, 'base64url']),
  token('square-oauth', 'square oauth secret', 'sq0csp-', [43, 'base64url']),
  token('braintree', 'braintree access token', 'access_token$production$', [16, 'lowerDigits'], '$', [32, 'hex']),
  token('new-relic-user', 'new relic api key', 'NRAK-', [27, 'upperDigits']),
  token(
    'sentry-org',
    'sentry auth token',
    'sntrys_',
    (r) => json64({ iat: 1_700_000_000 + r.below(9e7), url: 'https://sentry.io', org: 'acme' }),
    '_',
    [43, 'base64'],
  ),
  token('sentry-user', 'sentry auth token', 'sntryu_', [64, 'hex']),
  token('linear', 'linear api key', 'lin_api_', [40, 'alphanumeric']),
  token('notion', 'notion token,notion integration secret', 'ntn_', [46, 'alphanumeric']),
  token('airtable', 'airtable token,airtable pat', 'pat', [14, 'alphanumeric'], '.', [64, 'hex']),
  token('atlassian', 'jira api token,atlassian token', 'ATATT3xFfGF0', [172, 'base64url'], '=', [8, 'hexUpper']),
  token('bitbucket', 'bitbucket app password', 'ATBB', [24, 'alphanumeric'], [8, 'hexUpper']),
  token('mailgun', 'mailgun api key', 'key-', [32, 'hex']),
  token('mailchimp', 'mailchimp api key', [32, 'hex'], '-us', (r) => String(r.between(1, 21))),
  token('telegram-bot', 'telegram bot token,bot token', (r) => `${r.between(1, 7)}${r.text(9, 'digits')}`, ':AA', [
    33,
    'base64url',
  ]),
  token(
    'discord-bot',
    'discord token,bot token',
    (r) => Buffer.from(r.text(18, 'digits')).toString('base64url'),
    '.G',
    [5, 'base64url'],
    '.',
    [38, 'base64url'],
  ),
  webhook('discord-webhook', 'discord webhook', 'https://discord.com/api/webhooks/1', [18, 'digits'], '/', [
    68,
    'base64url',
  ]),
  token('facebook', 'facebook access token,page access token', 'EAA', [170, 'alphanumeric'], 'ZD'),
  token('twitter-bearer', 'twitter bearer token', 'AAAAAAAAAAAAAAAAAAAAA', [8, 'alphanumeric'], '%2B', [
    70,
    'alphanumeric',
  ]),
  token('dropbox', 'dropbox access token', 'sl.B', [136, 'base64url']),
  token('cloudflare', 'cloudflare api token', 'cfut_', [48, 'alphanumeric']),
  token('cloudflare-origin-ca', 'origin ca key', 'v1.0-', [24, 'hex'], '-', [146, 'hex']),
  token('netlify', 'netlify auth token', 'nfp_', [36, 'alphanumeric']),
  token('vercel', 'vercel token', 'vcp_', [56, 'alphanumeric']),
  token('supabase', 'supabase access token', 'sbp_', [40, 'hex']),
  token('supabase-secret', 'supabase secret key', 'sb_secret_', [22, 'base64url'], '_', [8, 'base64url']),
  token('planetscale-token', 'planetscale token', 'pscale_tkn_', [43, 'base64url']),
  token('planetscale-password', 'planetscale password', 'pscale_pw_', [43, 'base64url']),
  token('databricks', 'databricks token', 'dapi', [32, 'hex'], '-2'),
  token('grafana', 'grafana api key,grafana token', 'glsa_', [32, 'alphanumeric'], '_', [8, 'hex']),
  token('grafana-cloud', 'grafana cloud token', 'glc_', (r) =>
    json64({ o: r.text(6, 'digits'), n: 'stack', k: r.text(24), m: { r: 'eu' } }),
  ),
  token('vault', 'vault token', 'hvs.CAES', [90, 'base64url']),
  token('terraform-cloud', 'tfe token,terraform cloud token', [14, 'alphanumeric'], '.atlasv1.', [67, 'alphanumeric']),
  token('doppler', 'doppler token', 'dp.', (r) => r.pick(['pt', 'st', 'sa', 'ct']), '.', [43, 'alphanumeric']),
  token('pulumi', 'pulumi access token', 'pul-', [40, 'hex']),
  token('postman', 'postman api key', 'PMAK-', [24, 'hex'], '-', [34, 'hex']),
  token('jwt', 'access token,id token,auth token,jwt', jwt),
  token('replicate', 'replicate api token', 'r8_', [37, 'alphanumeric']),
  token('groq', 'groq api key', 'gsk_', [52, 'alphanumeric']),
  token('xai', 'xai api key', 'xai-', [80, 'alphanumeric']),
  token('perplexity', 'perplexity api key', 'pplx-', [48, 'alphanumeric']),
  token('openrouter', 'openrouter api key', 'sk-or-v1-', [64, 'hex']),
  token('deepseek', 'deepseek api key', 'sk-', [32, 'hex']),
  token('elevenlabs', 'elevenlabs api key', 'sk_', [48, 'hex']),
  token('pinecone', 'pinecone api key', 'pcsk_', [6, 'alphanumeric'], '_', [63, 'alphanumeric']),
  token('langsmith', 'langsmith api key', 'lsv2_pt_', [32, 'hex'], '_', [10, 'hex']),
  token('tailscale', 'tailscale auth key', 'tskey-auth-k', [11, 'alphanumeric'], 'CNTRL-', [32, 'alphanumeric']),
  token('fly-io', 'fly api token', 'FlyV1 fm2_', [160, 'base64'], '='),
  token('neon', 'neon api key', 'napi_', [64, 'lowerDigits']),
  token('alibaba-key-id', 'alibaba access key id', 'LTAI', [20, 'alphanumeric']),
  token(
    'mapbox-secret',
    'mapbox secret token',
    'sk.',
    (r) => json64({ u: 'acme', a: r.text(24, 'lowerDigits') }),
    '.',
    [22, 'base64url'],
  ),
  token('contentful', 'contentful management token', 'CFPAT-', [43, 'base64url']),
  token('hubspot', 'hubspot token,private app token', 'pat-na1-', uuid),
  token('typeform', 'typeform token', 'tfp_', [44, 'base64url'], '_', [14, 'alphanumeric']),
  token('launchdarkly', 'launchdarkly sdk key', 'sdk-', uuid),
  token('posthog', 'posthog api key', 'phx_', [47, 'alphanumeric']),
  token('circleci', 'circleci token', 'CCIPAT_', [22, 'alphanumeric'], '_', [40, 'hex']),
  token('buildkite', 'buildkite token', 'bkua_', [40, 'hex']),
  token('sonarqube', 'sonar token', 'sqp_', [40, 'hex']),
  token('artifactory', 'artifactory api key', 'AKCp8', [68, 'alphanumeric']),
  token('nuget', 'nuget api key', 'oy2', [43, 'lowerDigits']),
  token('rubygems', 'rubygems api key,gem host api key', 'rubygems_', [48, 'hex']),
  token('crates-io', 'cargo registry token', 'cio', [32, 'alphanumeric']),
  token('clojars', 'clojars token', 'CLOJARS_', [60, 'hex']),
  token('figma', 'figma token', 'figd_', [40, 'base64url']),
  token('fcm-server-key', 'fcm server key', 'AAAA', [7, 'base64url'], ':APA91b', [134, 'base64url']),
  token('age-key', 'age key,sops age key', 'AGE-SECRET-KEY-1', [58, 'upperDigits']),
  token('onepassword', 'op service account token', 'ops_', (r) =>
    json64({
      signInAddress: 'my.1password.com',
      secretKey: `A3-${r.text(26, 'upperDigits')}`,
      muk: { k: r.text(43, 'base64url') },
    }),
  ),
  token('riot', 'riot api key', 'RGAPI-', uuid),
  webhook(
    'teams-webhook',
    'teams webhook',
    (r) =>
      `https://acme.webhook.office.com/webhookb2/${uuid(r)}@${uuid(r)}/IncomingWebhook/${r.text(32, 'hex')}/${uuid(r)}`,
  ),
  token('asana', 'asana token', '2/', [16, 'digits'], '/', [16, 'digits'], ':', [32, 'hex']),
  token('dynatrace', 'dynatrace token', 'dt0c01.', [24, 'base32'], '.', [64, 'base32']),
  token('okta', 'okta api token', '00', [40, 'base64url']),
];

/** Random text that only its name tells. */
const withoutForm: readonly Kind[] = [
  named('aws-secret-access-key', 'aws secret access key,aws secret', [40, 'base64']),
  named('twilio-auth-token', 'twilio auth token', [32, 'hex']),
  named('datadog-api-key', 'datadog api key,dd api key', [32, 'hex']),
  named('datadog-app-key', 'datadog app key', [40, 'hex']),
  named('slack-signing-secret', 'slack signing secret', [32, 'hex']),
  named('heroku-uuid', 'heroku api key', uuid),
  named('paypal-secret', 'paypal client secret,paypal secret', 'E', [79, 'base64url']),
  named('facebook-app-secret', 'facebook app secret', [32, 'hex']),
  named('twitter-consumer-secret', 'twitter api secret,consumer secret', [50, 'alphanumeric']),
  named('linkedin-client-secret', 'linkedin client secret', [16, 'alphanumeric']),
  named('cloudflare-global-key', 'cloudflare api key', [37, 'hex']),
  named('cloudflare-legacy-token', 'cloudflare api token', [40, 'base64url']),
  named('fastly', 'fastly api token', [32, 'base64url']),
  named('vercel-legacy', 'vercel token', [24, 'alphanumeric']),
  named('auth0-client-secret', 'auth0 client secret', [64, 'base64url']),
  named('mistral', 'mistral api key', [32, 'alphanumeric']),
  named('cohere', 'cohere api key', [40, 'alphanumeric']),
  named('alibaba-secret', 'alibaba access key secret', [30, 'alphanumeric']),
  named('linode', 'linode token', [64, 'hex']),
  named('hetzner', 'hcloud token', [64, 'alphanumeric']),
  named('scaleway', 'scaleway secret key', uuid),
  named('algolia', 'algolia admin key', [32, 'hex']),
  named('spotify', 'spotify client secret', [32, 'hex']),
  named('twitch', 'twitch client secret', [30, 'lowerDigits']),
  named('plaid', 'plaid secret', [30, 'hex']),
  named('binance', 'binance api secret', [64, 'alphanumeric']),
  named('kraken', 'kraken private key', [86, 'base64'], '=='),
  named('infura', 'infura project secret', [32, 'hex']),
  named('snyk', 'snyk token', uuid),
  named('codecov', 'codecov token', uuid),
  named('trello', 'trello api secret', [64, 'hex']),
  named('steam', 'steam api key', [32, 'hexUpper']),
  named('azure-storage-key', 'azure storage key,storage account key', [86, 'base64'], '=='),
  named('azure-openai', 'azure openai api key', [32, 'hex']),
  named('confluent', 'confluent api secret', [64, 'base64']),
];

export const tokenKinds: readonly Kind[] = [...withForm, ...withoutForm];
