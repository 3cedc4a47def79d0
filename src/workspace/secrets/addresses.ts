// Shape rules for URLs and headers: webhooks, passwords and tokens in URLs, connection strings, cookies, authorization.

import {
  decode,
  isBasicCredential,
  isCertainPassword,
  isChosenPassword,
  isNoPlaceholder,
  isRandom,
  isRandomUrlPassword,
  isSecretName,
  type ShapeRow,
} from './accept.ts';
import { isNoWord, randomness } from './values.ts';

export const addressRows: readonly ShapeRow[] = [
  {
    kind: 'escaped parameter of an address',
    contains: '%2',
    pattern: /[?&;](?<name>[\w.-]{2,40})=(?<secret>[\w.~+/-]{0,100}%[\dA-Fa-f]{2}[\w.~%+/-]{6,400})/g,
    accept: (secret, match) => isSecretName(match) && isRandom(decode(secret)),
  },
  {
    kind: 'webhook',
    contains: ['hooks.slack.com', 'HOOKS.SLACK.COM', 'HOOKS.slack.com'],
    pattern: /hooks\.slack(?:-gov)?\.com\/(?:services|workflows|triggers)\/([\w+/]{16,200})/gi,
    accept: (secret) => !/^[Xx/T0B]+$|x{4}/i.test(secret),
  },
  {
    kind: 'webhook',
    contains: '.office.com/',
    pattern: /webhook\.office\.com\/webhookb?2?\/([\w@-]{60,80}(?:\/[\w-]+){1,4})/g,
  },
  {
    kind: 'webhook',
    contains: ['hooks.zapier.com', 'maker.ifttt.com', 'make.com', 'integromat', '/webhook', '/hooks/'],
    pattern:
      /(?:hooks\.zapier\.com\/hooks\/catch|maker\.ifttt\.com\/trigger\/\w+(?:\/json)?\/with\/key|hook[\w.]{0,30}\.(?:make|integromat)\.com|\/webhooks?\/(?:incoming|in)?|\/hooks\/)\/?([\w/-]{14,120})/g,
    accept: (secret) => secret.split('/').some((part) => randomness(part) > 0),
  },
  {
    kind: 'webhook',
    contains: 'hooks.zapier.com',
    pattern: /hooks\.zapier\.com\/hooks\/catch\/(\d{4,10}\/\w{5,12})(?![\w])/g,
    accept: isNoPlaceholder,
  },
  {
    kind: 'address that opens a service',
    contains: '://',
    pattern:
      /:\/\/(?:[\w-]+\.){0,3}(?:infura\.io|alchemy(?:api)?\.(?:com|io)|quiknode\.pro|ankr\.com|chainstack\.com|getblock\.io|blastapi\.io|moralis-nodes\.com|grove\.city|nodereal\.io|drpc\.org|tenderly\.co|blockpi\.network|nownodes\.io|rivet\.cloud|hc-ping\.com|packagecloud\.io|betterstack\.com|feishu\.cn|larksuite\.com|qyapi\.weixin\.qq\.com|cloudsmith\.io|ntfy\.sh)(?:\/[\w.-]{1,20}){0,5}?\/([\w-]{8,200})(?![\w.-])/g,
    accept: (secret) => isRandom(secret) || (/^[\da-f]{8,12}$/.test(secret) && isNoPlaceholder(secret)),
  },
  {
    kind: 'address that opens a service',
    contains: '.m.pipedream.net',
    pattern: /\/\/(eo[a-z\d]{10,20})\.m\.pipedream\.net/g,
  },
  {
    kind: 'random part of an address',
    contains: '://',
    pattern:
      /:\/\/(?=[^\s"'`<>]{0,120}\b(?:rpc|nodes?|mainnet|testnet|sepolia|devnet|hooks?|webhooks?|heartbeat|ping|notify|private|feed)\b)(?![^\s"'`<>]{0,120}\/(?:commit|blob|tree|raw|issues|pull|wiki|releases)\/)[^\s"'`<>]{1,120}?[/=-]([\w-]{16,130})(?![\w.-])/g,
    accept: (secret) => randomness(secret) > 0,
  },
  // The password is between user and host. In the schemes of the second row, it may contain @ or /.
  {
    kind: 'password in a URL',
    contains: '://',
    pattern: /(?<=[A-Za-z\d]):\/\/(?<user>[^\s:@/"'`<>\\]{0,100}):(?<secret>[^\s@/"'`<>]{3,200})@(?=[\w[$\\{%.-])/g,
    accept: (secret, match) => isChosenPassword(secret, match) || isRandomUrlPassword(secret, match),
  },
  {
    kind: 'password in a URL',
    contains: '://',
    pattern:
      /(?<=(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|mssql|sqlserver|oracle|cockroachdb|clickhouse|ftp|sftp|smtps?|ldaps?|mqtts?|nats|cassandra|neo4j|bolt)(?:\+\w+)?):\/\/(?<user>[^\s:@/"'`<>]{0,100}):(?<secret>[^\s"'`<>]{3,200})@(?=[\w[$\\{%.-][^\s"'`@]*)/g,
    accept: isChosenPassword,
  },
  {
    kind: 'token in a URL',
    contains: '@',
    pattern: /(?<=[A-Za-z]):\/\/([\w.~%+-]{16,200})(?::x-oauth-basic|:)?@(?=[\w.-]+\.\w)/g,
    accept: isRandom,
  },
  {
    kind: 'parameter of a URL',
    contains: ['&', '?'],
    pattern:
      /[?&](?:amp;)?(?:[\w.-]*(?:token|secret|passw(?:or)?d|pwd|api[_-]?key|apikey|appid|access[_-]?key|signature|sig|auth|key|sas|code|credential))=([\w.~%+/=-]{8,400})/gi,
    accept: (secret) => isRandom(secret) && !/^[\d%.]+$/.test(secret),
  },
  // Headers
  {
    kind: 'basic authorization',
    contains: ['asic ', 'ASIC '],
    pattern: /\b[Bb](?:asic|ASIC)[ ]{1,4}([A-Za-z\d+/_-]{8,400}={0,2})/g,
    accept: isBasicCredential,
  },
  {
    kind: 'authorization header',
    contains: ['earer ', 'oken ', 'uthorization', 'UTHORIZATION', 'ApiKey ', 'SSWS '],
    pattern:
      /\b(?:[Bb]earer|BEARER|[Tt]oken|[Aa]pi-?[Kk]ey|SSWS|GenieKey|Splunk|Key|[Aa]uthorization["']?\s{0,3}[:=,])(?:\s{0,3}["'][ ]{0,4}|[ ]{1,4}|(?<=[:=,]))(?:token=|key=)?["']?([\w.~+/=-]{12,2000})/g,
    accept: isRandom,
  },
  {
    kind: 'credentials in Base64',
    contains: ['auth', 'Auth', 'AUTH'],
    pattern: /\b_?[Aa](?:uth|UTH)["']?\s{0,4}[:=]\s{0,4}["']?([A-Za-z\d+/]{12,400}={0,2})/g,
    accept: isBasicCredential,
  },
  {
    kind: 'user and password of a database',
    contains: ['@tcp(', '@unix('],
    pattern: /(?<user>[\w.-]{1,60}):(?<secret>[^\s"'`]{4,120})@(?:tcp|unix)\(/g,
    accept: isChosenPassword,
  },
  {
    kind: 'Oracle address',
    contains: 'jdbc:oracle:',
    pattern: /jdbc:oracle:(?:thin|oci\d?):(?<user>[^\s/:@"']{1,60})\/(?<secret>[^\s"']{4,120})@/g,
    accept: isChosenPassword,
  },
  {
    kind: 'user:password',
    contains: ['auth', 'Auth', 'AUTH', 'pwd', 'PWD', 'asic ', 'login=', 'user = '],
    pattern:
      /(?:(?:[bB]asic|[hH]ttp|HTTP|BASIC|[pP]roxy|PROXY)[_ -]?(?:[aA]uth|AUTH)\w{0,10}|\bauth|[uU]ser[pP]w?d|USERPWD|\b[Bb]asic|\blogin|\buser)["'\]]{0,2}(?:[ \t]{0,4}[:=,]?[ \t]{1,4}|=)["']?(?<user>[A-Za-z][\w.@-]{0,40}):(?<secret>[^\s"'`,;<>{}]{6,80})/g,
    accept: (secret, match) => isChosenPassword(secret, match) && isNoWord(secret) && !/^\/\//.test(secret),
  },
  {
    kind: 'users of basic authorization',
    contains: 'asicAuth(',
    pattern:
      /\bbasicAuth\(\{\s{0,20}(?:users:\s{0,4}\{\s{0,20})?["']?[\w.@-]{1,40}["']?:\s{0,4}["']([^"'\n]{6,80})["']/g,
    accept: isCertainPassword,
  },
  {
    kind: 'password formatted into a URL',
    contains: '%s:%s@',
    pattern: /%s:%s@[^"'\n]{0,100}["'],\s{0,4}["'][^"'\n]{0,60}["'],\s{0,4}["']([^"'\n]{6,80})["']/g,
    accept: isCertainPassword,
  },
  {
    kind: 'password in a URL',
    contains: '://',
    pattern:
      /(?<=https?):\/\/(?<user>[^\s:@/"'`<>]{1,100}):(?<secret>[^\s/"'`<>?#]{3,120}@[^\s/"'`<>@?#]{1,60})@(?=[\w-]{1,60}[.:/])/g,
    accept: isChosenPassword,
  },
  {
    kind: 'one-time password',
    contains: 'otpauth://',
    pattern: /otpauth:\/\/[^\s"'`]{0,200}?[?&]secret=([A-Z2-7]{16,200}={0,6})/gi,
  },
  {
    kind: 'session cookie',
    contains: ['ookie', 'OOKIE'],
    pattern:
      /\b(?:Set-)?[Cc]ookies?["']?\s{0,3}[:=,]\s{0,3}["']?(?:[\w.-]+=[^;\s"']{0,200};\s*){0,6}?[\w.-]*(?:sess|sid|token|auth|jwt|remember|login|id)[\w.-]*=([\w.%+/=-]{12,1000})/gi,
    accept: isRandom,
  },
];
