// Judges from a name whether its value is a secret: `dbPassword`, `API_KEY` are; `publicKey`, `token_id` are not.

import { passwordName, tokenName } from './foreign-names.ts';

/**
 * - password: the name is unambiguous, so a value that a person might choose counts (`hunter2hunter`);
 * - token: only a value that looks random counts;
 * - weak: the name is often unrelated (`key`, `auth`), so only a long random value counts;
 * - unknown: the name says nothing about secrets;
 * - not-secret: the name says that the value is not a secret (`tokenHash`, `key_id`, `integrity`).
 */
export type Strength = 'password' | 'token' | 'weak' | 'unknown' | 'not-secret';

/** Tested on a name in lower case with spaces between words. The first matching row decides. */
const rows: readonly (readonly [Strength, RegExp])[] = [
  // The value says something about a secret, but is not a secret itself.
  [
    'not-secret',
    /(?:^| )(?:ids?|uuid|guid|name|names|type|types|kind|uri|endpoint|path|file|filename|filepath|files|dir|directory|folder|len|length|size|count|counter|number|num|total|hash|hashes|hasher|hashed|digest|checksum|fingerprint|thumbprint|regex|regexp|re|pattern|prefix|suffix|label|labels|placeholder|title|hint|hints|help|message|messages|msg|error|errors|err|description|desc|doc|docs|policy|policies|field|fields|input|column|columns|provider|providers|manager|service|expiry|expires|expired|expiration|expire|ttl|lifetime|timeout|age|algorithm|algorithms|alg|format|version|index|indices|mode|strategy|class|selector|element|component|scope|scopes|source|required|enabled|disabled|visible|visibility|strength|rule|rules|reset|link|page|form|route|screen|event|events|action|handler|callback|function|method|validator|validators|validation|hasher|limit|limits|max|min|usage|issuer|audience|pos|position|start|end|line|offset|map|list|array|ring|size|bits|bytes|mismatch|match|changed|change|updated|at|on|by|date|time|timestamp|state|status|code error|command|cmd|option|options|config|settings|schema|model|table|property|properties|attribute|attributes|attr|separator|delimiter|char|chars|charset|store type|alias|group|groups|role|roles|owner|user|username|users|host|hostname|port|region|ref|refs|reference|object|interface|generator|parser|lexer|stream|reader|writer|iterator|tokenizer|kinds|flag|flags|icon|color|image|img|button|dialog|modal|prompt|view|template|tests|spec|fixture|backend|middleware|plugin|module|package|import|export|mount|volume|rotation|usage|stealer|scanner|manager|engine|entropy|difficulty|signature|signatures|quality|score|level|rank|order|sort|weight)(?: \d+)?$/,
  ],
  // nginx's directives name a server.
  ['not-secret', /(?:^| )(?:uwsgi|fastcgi|scgi|proxy|grpc|memcached) pass$/],
  [
    'password',
    /(?:^| )(?:[a-z]*(?:password|passwords|passwd|passphrase|passcode|pwd|pwds|passwrd|pswd|psw|pword|passw)|pass|pw|(?:db|user|root|admin|smtp|mail|email|ftp|sftp|key|store|trust ?store|ssh|sudo|become|my|ldap|redis|pg|sql|mysql|basic|proxy|bind|vnc|wifi|http|api|app|test|ansible|login|auth|unlock|zip|pin|server|client|sec)(?:pass|pw)|(?!(?:by|com|sur|tres|multi|single|render|light|sub|post|pre|depth|shadow|shader|color)pass)[a-z]{2,12}pass|[a-z]*secrets?|[a-z]*secret ?(?:access )?keys?(?: base)?|credentials?|creds?|dsn|conn(?:ection)? ?str(?:ing)?|passphrases|require ?pass|(?:redis|mqtt|smtp|proxy|cache) ?auth|master ?auth|identified by|mnemonic|seed ?phrase|recovery ?phrase|secret ?phrase|backup ?phrase|recovery ?codes?|(?:wpa|wifi|wireless|network) ?(?:psk|key)|psk|unlock ?code|pin ?code|security answer)$/,
  ],
  ['password', passwordName],
  ['token', /(?:^| )[a-z]*(?:salt|pepper)$/],
  ['token', tokenName],
  [
    'not-secret',
    /(?:^| )(?:public|pub|csrf|xsrf|hashed|hash|sha|sha\d+|md5|integrity|fingerprint|etag|nonce|uuid|guid|trace|span|correlation|measurement|i18n|l10n|intl|translation|translations|locale|commit|revision)(?: |$)/,
  ],
  [
    'not-secret',
    /(?:^| )(?:request|continuation|next|page|change|action|cancellation|cancel|idempotency|client request) tokens?$/,
  ],
  [
    'not-secret',
    /(?:^| )(?:fips|foreign|primary|partition|sort|cache|hot|keyboard|press|pressed|idempotency|row|query|index|lookup|unique|composite|natural|bucket|map|dict|object|react|web ?socket|sec web socket|state|group|message|asset|chunk|module|version|turbo|legacy) keys?$/,
  ],
  [
    'token',
    /(?:^| )(?:[a-z]*tokens?|[a-z]*(?:api|app|access|secret|private|encryption|encrypt|decrypt|signing|sign|master|auth|shared|account|session|client|service|admin|deploy|consumer|server|write|integration|ingest|ingestion|storage|webhook|subscription|function|host|ssh|gpg|rsa|aes|des|crypto|crypt|cipher|hmac|jwt|security|user|project|personal|developer|instrumentation|rest|root|pre ?shared|preshared|symmetric|cookie|wallet|signer|deployer|push|server|sending|send|mail|team|org|organization|workspace|environment|env|sdk|bot|site secret|read|admin api|search|live|data|master|validator|node|account|backup|restore|vault|unseal|recovery|license|activation) ?keys?|key material|sas|wif|jwt|pat|bearer|otp|totp|authorization|webhooks?|webhook url|incoming webhook|web hook|session ?id|sessid|sas url|auth ?header|x auth|refresh|salt|pepper|unseal|keystring|secret ?access|aws secret|api|apikey|pem|entropy source|private)$/,
  ],
  [
    'weak',
    /(?:^| )(?:[a-z]*keys?|auth|cookies?|session|login|access|seed|code|code verifier|secret id|role id|account)$/,
  ],
];

/** Suffix words that do not change the meaning: `passwordValue`, `API_KEY_PROD`, `client-key-data`, `token2`. */
const neutralWord =
  /^(?:value|values|val|text|string|str|plain|plaintext|raw|default|data|production|prod|development|develop|dev|staging|stage|qa|uat|testing|test|live|sandbox|local|main|primary|secondary|old|new|current|previous|backup|env|environ|environment|var|variable|const|constant|literal|base|base64|b64|hex|encoded|bytes|again|confirm|confirmation|repeat|repeated|check|here|arg|param|parameter|setting|entry|item|content|contents|v?\d+|[a-z])$/;

/** Services whose keys look like hashes and are often named only after the service. */
const services = new Set(
  (
    'adafruit airtable algolia amplitude anthropic asana assemblyai auth0 authy beamer bitfinex bittrex brevo bugsnag buildkite calendly circleci clarifai clearbit ' +
    'cloudconvert cloudflare cloudinary codecov cohere coinbase contentful crowdin datadog deepgram deepseek dropbox droneci elevenlabs fastly finnhub flickr freshbooks freshdesk fullstory gitter gocardless ' +
    'groq hellosign heroku honeycomb hubspot infura instagram intercom ipstack jumpcloud kickbox klaviyo kraken kucoin launchdarkly linkedin lob logdna loggly mailchimp mailgun mailjet mandrill mapbox ' +
    'mattermost messagebird mistral mixpanel moralis nasa netlify newrelic nytimes okta onesignal openai openweather openweathermap opsgenie pagerduty papertrail paypal perplexity pinecone pipedrive plaid ' +
    'planetscale plivo postmark pusher qualtrics quickbooks rapidapi recaptcha replicate rollbar scrapingbee segment sendbird sendgrid sendinblue sentry shippo shodan shopify signalwire snyk sonarcloud sonarqube sonar ' +
    'sourcegraph splunk spotify squarespace statuspage stripe sumologic surveymonkey telegram telesign terraform todoist travis trello twilio twitch twitter typeform uploadcare vonage weatherstack webflow wepay ' +
    'xai yandex youtube zapier zendesk zoominfo alchemy etherscan quicknode binance bitmex alpaca polygon tiingo quandl alphavantage deepl mailerlite convertkit customerio sparkpost lokalise chargebee recurly adyen braintree razorpay paystack flutterwave'
  ).split(' '),
);

const strengthCache = new Map<string, Strength>();

/** @param name as written in the text: camelCase, snake_case, kebab-case, dotted, or words with single spaces */
export function strengthOf(name: string): Strength {
  const cached = strengthCache.get(name);
  if (cached !== undefined) return cached;
  const strength = decide(name);
  // Short names repeat. Long names rarely do, so they are not cached.
  if (name.length <= 40) {
    if (strengthCache.size > 20_000) strengthCache.clear();
    strengthCache.set(name, strength);
  }
  return strength;
}

function decide(name: string): Strength {
  const words = wordsOf(name.slice(-80));
  if (words === '') return 'unknown';
  const strengthOfAllWords = strengthOfWords(words);
  if (strengthOfAllWords === 'not-secret') return 'not-secret';
  const withoutSuffix = withoutNeutralWords(words);
  const strength = withoutSuffix === words ? strengthOfAllWords : strengthOfWords(withoutSuffix);
  if (strength !== 'unknown' && strength !== 'weak') return strength;
  if (!words.split(' ').some(isService)) return strength;
  return strength === 'weak' ? 'token' : 'weak';
}

/** Removes the neutral words at the end, but not the first word. */
function withoutNeutralWords(words: string): string {
  let end = words.length;
  for (let space = words.lastIndexOf(' '); space > 0; space = words.lastIndexOf(' ', space - 1)) {
    if (!neutralWord.test(words.slice(space + 1, end))) break;
    end = space;
  }
  return words.slice(0, end);
}

/** Whether the word is or begins with a service: `mailgun`, `mailgunkey`. */
function isService(word: string): boolean {
  if (services.has(word)) return true;
  for (let end = 5; end < word.length; end++) if (services.has(word.slice(0, end))) return true;
  return false;
}

/** The strength that the first matching row gives. */
function strengthOfWords(words: string): Strength {
  return rows.find(([, pattern]) => pattern.test(words))?.[0] ?? 'unknown';
}

/** 'AWS_SecretKey.v2' -> 'aws secret key v 2'. */
function wordsOf(name: string): string {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .replace(/([A-Za-z]{4})(\d{1,2})$/, '$1 $2')
    .replace(/[^\p{L}\p{M}\d]+/gu, ' ')
    .trim()
    .toLowerCase();
}
