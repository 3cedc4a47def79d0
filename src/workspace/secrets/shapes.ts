// Shape rules for secrets with a fixed form: tokens with a marker, arguments, statements, lines of special files.

import {
  isCertainPassword,
  isChosenPassword,
  isNoPlaceholder,
  isPasswordOrRandom,
  isRandom,
  type ShapeRow,
} from './accept.ts';
import { contextOf } from './context.ts';
import { isNoWord, isPassword } from './values.ts';

export const shapeRows: readonly ShapeRow[] = [
  {
    kind: 'Azure key',
    contains: ['AzFu', 'ACDb', 'ASt', 'AIoT', 'ARm', 'AzCa', 'AzSe', 'JQQJ99', 'APIM', 'AAPIM'],
    pattern:
      /(?<![\w+/-])(?=[\w+/-]{0,90}(?:AzFu|ACDb|\+ASt|AIoT|\+AEh|\+ARm|AzCa|AzSe|JQQJ99|APIM))[\w+/-]{42,100}={0,2}/g,
    accept: isRandom,
  },
  {
    kind: 'Ably key',
    contains: ':',
    pattern: /(?<=[\w-]{6}\.[\w-]{6}):([\w-]{22,60})(?![\w-])/g,
    accept: isRandom,
  },
  { kind: 'New Relic license', contains: 'NRAL', pattern: /[\da-f]{32,36}(?:FFFF)?NRAL/g },
  { kind: 'DataStax token', contains: 'AstraCS:', pattern: /AstraCS:[A-Za-z\d]{16,40}:[\da-f]{64}/g },
  { kind: 'fal key', contains: ':', pattern: /(?<=[\da-f]{4}-[\da-f]{12}):([\da-f]{32})(?![\da-f])/g },
  { kind: 'Telegram bot token', contains: ':AA', pattern: /(?<!\d)\d{8,10}:AA[\w-]{32,34}(?![\w-])/g },
  { kind: 'Asana token', contains: '/', pattern: /(?<![\w/])\d\/\d{14,18}(?:\/\d{14,18})?:[\da-f]{32}/g },
  {
    kind: 'user and password in prose',
    contains: ['redential', 'ogin', 'OGIN', 'REDENTIAL', 'creds'],
    pattern:
      /\b(?:credentials?|creds|log ?in|sign ?in)\b[^\n"']{0,40}?[\s`"'](?<user>[A-Za-z][\w.@-]{1,40})`?[ ]?[/:][ ]?`?(?<secret>[^\s`"',;()<>]{6,80})/gi,
    accept: (secret, match) => isChosenPassword(secret, match) && isNoWord(secret) && !secret.includes('/'),
  },
  {
    kind: 'user and password of an account',
    contains: ['vpn', 'VPN', 'ssh', 'SSH', 'ftp', 'FTP', 'rdp', 'RDP', 'ccount', 'ser:', 'dmin:', 'taging:', 'emo:'],
    pattern:
      /\b(?:vpn|ssh|s?ftp|rdp|account|user|admin|staging|demo)[ \t]*[:=][ \t]*(?<user>[A-Za-z][\w.@-]{1,40})[ ]?\/[ ]?(?<secret>(?=\S{0,80}[A-Z])(?=\S{0,80}[\d!?#$%*@])[^\s`"',;()<>/]{8,80})(?=\s|$)/gim,
    accept: (secret, match) => isChosenPassword(secret, match) && isNoWord(secret),
  },
  {
    kind: 'password of Junos',
    contains: ['ascii-text "', 'plain-text-password-value "', 'authentication-key "'],
    pattern: /\b(?:ascii-text|plain-text-password-value|authentication-key)[ \t]+"([^"\n]{6,120})"/g,
    accept: isCertainPassword,
  },
  {
    kind: 'password of a hash',
    pattern:
      /\b(?:b[cC]rypt(?:\.(?:hash|compare)\w*)?|Bcrypt\.\w+|BCrypt::Password\.create|BCrypt\.\w+|ncoder(?:\(\))?\.(?:encode|matches)|[pP]assword_?[eE]ncoder(?:\(\))?\.(?:encode|matches)|(?:generate|check)_password_hash|(?:check|make|verify)_password|hashpw|checkpw|argon2\.(?:hash|verify)|password_(?:hash|verify))\((?:[^"'`()\n]{0,60},\s{0,4})?[bu]?["'`]([^"'`\n]{6,80})["'`]/g,
    accept: (secret) => isPassword(secret, { literal: true }) && isNoWord(secret),
  },
  {
    kind: 'FCM key',
    contains: ':APA91b',
    pattern: /AAAA[\w-]{7}:APA91b[\w-]{60,200}/g,
  },
  {
    kind: 'password for a program',
    contains: ['assword', 'ASSWORD', 'pass'],
    pattern: /(?:password|passwd|_pass|pw)\b[^\n]{0,40}?[^a-z]([a-z]{4}(?: [a-z]{4}){3})(?![a-z ])/gi,
    accept: isCertainPassword,
  },
  {
    kind: 'mnemonic',
    pattern:
      /(?:mnemonic|phrase|seed|recovery|wallet|password|secret|bearer)[^\n]{0,40}?[=:>|"'`\s]\s{0,20}((?:[a-z]{3,8}\s{1,12}){11,23}[a-z]{3,8})(?![a-z])/gi,
    accept: (secret) => !/\b(?:the|and|for|are|not|was|has|with|from|have|can|but|its|which)\b/.test(secret),
  },
  {
    kind: 'keys of accounts',
    contains: 'ccounts',
    pattern:
      /\baccounts["']?\s{0,4}[:=]\s{0,4}\[\s{0,20}((?:["'`](?:0x)?[\da-fA-F]{64}["'`]\s{0,20},?\s{0,20}){1,20})/g,
  },
  {
    kind: 'user:password put into Base64',
    contains: [
      'btoa("',
      "btoa('",
      'Buffer.from("',
      "Buffer.from('",
      'Buffer.from(`',
      'b64encode(b',
      'base64_encode("',
      "base64_encode('",
      'encode64("',
      "encode64('",
      'ncodeToString([]byte("',
    ],
    pattern:
      /(?:btoa|Buffer\.from|b64encode|base64_encode|encode64|ncodeToString)\([ ]?(?:\[\]byte\()?[bf]?["'`](?<user>[\w.@-]{1,40}):(?<secret>[^"'`\n]{6,80})["'`]/g,
    accept: (secret, match) => isChosenPassword(secret, match) && isNoWord(secret),
  },
  {
    kind: 'password of a router',
    contains: [
      'enable password',
      'enable secret',
      'ppp chap',
      'ppp pap',
      'neighbor ',
      'tacacs-server',
      'radius-server',
      'wpa-psk ',
      ' passwd/',
    ],
    pattern:
      /^[ \t]*(?:(?:enable|ppp \w+|neighbor \S+|(?:tacacs|radius)-server)[ ]+(?:password|secret|key)(?:[ ]+\d)?|wpa-psk|d-i[ ]+passwd\/[\w-]+[ ]+password)[ ]+(\S{6,80})$/gm,
    accept: (secret) => isCertainPassword(secret) && isNoWord(secret),
  },
  {
    kind: 'password of IPsec',
    contains: ['XAUTH', 'EAP', 'NTLM'],
    pattern: /\b(?:XAUTH|EAP|NTLM)[ \t]+"([^"\n]{6,80})"/g,
    accept: isCertainPassword,
  },
  {
    kind: 'hashed in SQL',
    contains: [
      "MD5('",
      "md5('",
      "SHA1('",
      "sha1('",
      "SHA2('",
      "sha2('",
      "crypt('",
      "CRYPT('",
      "PASSWORD('",
      'HASHBYTES(',
      "digest('",
    ],
    pattern:
      /\b(?:MD5|md5|SHA1|sha1|SHA2|sha2|SHA|crypt|CRYPT|ENCRYPT|OLD_PASSWORD|PASSWORD|HASHBYTES\('\w+',[ ]?|digest)\(?[ ]?N?'([^'\n]{6,80})'/g,
    accept: (secret) => isPassword(secret, { literal: true }) && isNoWord(secret) && !/^\w+[\s.:/=]/.test(secret),
  },
  {
    kind: 'SQL password without quotes',
    contains: ['DENTIFIED', 'dentified'],
    pattern: /\bIDENTIFIED[ \t]+BY[ \t]+([^\s"'`;,()&:<$]{6,80})/gi,
    accept: (secret) => isCertainPassword(secret) && isNoWord(secret),
  },
  {
    kind: 'user of Redis',
    contains: ' on >',
    pattern: /\bon >([^\s"'<>]{6,120})/g,
    accept: isCertainPassword,
  },
  {
    kind: 'mail relay',
    contains: ':',
    paths: /sasl_?passw|saslpass/i,
    pattern: /^[^\s#]+[ \t]+[^\s:]+:(\S{4,120})$/gm,
    accept: isNoPlaceholder,
  },
  {
    kind: 'static map of Postfix',
    contains: 'static:',
    pattern: /\bstatic:(?<user>[\w.@-]+):(?<secret>[^\s"']{6,120})/g,
    accept: isChosenPassword,
  },
  {
    kind: 'user and password in two lines',
    paths:
      /vpn(?:(?!vpn)[^/])*\/(?=[^/]*$)[^/]*(?:auth|pass|login)|(?:^|\/)(?:auth|auth-user-pass|login)\.(?:txt|conf)$/i,
    pattern: /^[\w.@-]{2,60}\r?\n(\S{6,80})\s{0,4}$/g,
    accept: isCertainPassword,
  },
  {
    kind: 'users of PgBouncer',
    paths: /userlist\.txt$/,
    pattern: /^"[^"\n]{1,60}"[ \t]+"([^"\n]{6,200})"/gm,
    accept: isNoPlaceholder,
  },
  {
    kind: 'login of SQL Server',
    contains: ['sp_add', 'SP_ADD'],
    pattern: /\bsp_add\w{3,20}\b[^;\n]{0,200},\s{0,4}N?'([^'\n]{6,120})'\s{0,4}(?:;|$)/gim,
    accept: isCertainPassword,
  },
  {
    kind: 'PPP secret',
    paths: /(?:chap|pap)-secrets|ppp(?:(?!ppp)[^/])*\/[^/]*(?:secret|options)/i,
    pattern: /^["']?[^\s#"']+["']?[ \t]+\S+[ \t]+["']?([^\s"']{4,120})/gm,
    accept: isNoPlaceholder,
  },
  {
    kind: 'passwords of cloud-init',
    contains: 'chpasswd:',
    pattern:
      /\bchpasswd:[^\n]{0,100}\n[ \t]+(?:expire[^\n]{0,100}\n[ \t]+)?list:[^\n]{0,100}\n[ \t]+(?:-[ \t]+)?["']?(?<user>[\w.-]+):(?<secret>[^\s"']{6,120})/g,
    accept: isChosenPassword,
  },
  {
    kind: 'characters of a password',
    contains: '.toCharArray()',
    pattern: /"([^"\n\\]{6,80})"\.toCharArray\(\)/g,
    accept: (secret) => isPassword(secret, { literal: true }) && isNoWord(secret),
  },
  {
    kind: 'typed into a terminal',
    contains: ['sendline(', 'send "', "send '", 'send -- '],
    pattern:
      /(?:\bsendline\([ ]?|^[ \t]*send[ ]+(?:--[ ]+)?)[bru]?(?:"([^"\s\\]{6,80})(?:\\[rn]){0,2}"|'([^'\s\\]{6,80})(?:\\[rn]){0,2}')/gm,
    accept: (secret) => isPassword(secret, { literal: true }) && isNoWord(secret),
  },
  {
    kind: 'password of Redis',
    contains: ['auth(', 'AUTH('],
    pattern: /\b(?:red|redis\w*|rdb|client|conn|connection|r)[.:](?:auth|AUTH)\([ ]?["']([^"'\n]{6,80})["']/g,
    accept: (secret) => isCertainPassword(secret) && isNoWord(secret),
  },
  {
    kind: 'Robot Framework',
    contains: 'Input ',
    pattern: /\bInput (?:Password|Text)[ \t]{2,}\S+[ \t]{2,}([^\s$]{6,80})/g,
    accept: (secret) => isCertainPassword(secret) && isNoWord(secret),
  },
  {
    kind: 'key of a call',
    pattern:
      /\b(?:CryptoJS\.\w+\.(?:en|de)crypt|openssl_(?:en|de)crypt|create(?:Hmac|(?:Dec|C)ipheriv)|hmac\.new|jwt\.(?:sign|verify|encode|decode)|JWT\.(?:sign|encode|decode)|cookieParser|Fernet|set_password|pbkdf2(?:Sync)?|scrypt(?:Sync)?|HmacSHA\d+|hmac\.New|hash_hmac|Hash::make|from_secret|SecretKeySpec|PBEKeySpec|Rfc2898DeriveBytes|hmacShaKeyFor|SymmetricSecurityKey|signWith|HMAC(?:256|384|512)|OpenSSL::HMAC\.(?:hex)?digest|AES\.new|SignedString|NewCookieStore|(?:AES|aes)_(?:EN|DE|en|de)(?:CRYPT|crypt)|(?:pgp_sym|PGP_SYM)_(?:en|de|EN|DE)(?:crypt|CRYPT)(?:_bytea)?|EncryptByPassPhrase|DecryptByPassPhrase)\((?:[^"'`()\n]{0,60},\s{0,40}|\s{0,40}[bru]?["'][\w./@: -]{1,60}["'],\s{0,40}){0,2}(?:\[\]byte\(|(?:\w+\.){1,4}[gG]et_?[bB]ytes\()?[bru]?["'`]([^"'`\n]{8,200})["'`]/g,
    accept: (secret) =>
      isRandom(secret) || (isCertainPassword(secret) && isNoWord(secret) && !/^(?:sha|aes|md|HS|RS)-?\d/i.test(secret)),
  },
  {
    kind: 'key as numbers',
    contains: [', 0x', ',0x', ', 1', ',1'],
    pattern:
      /[[{(]\s{0,40}((?:0x[\da-fA-F]{1,2}|\d{1,3})(?:\s{0,20},\s{0,20}(?:0x[\da-fA-F]{1,2}|\d{1,3})){15,300})\s{0,20},?\s{0,20}[\]})]/g,
    accept: (secret, { input, index }) =>
      ['token', 'password'].includes(contextOf(input, index)) &&
      new Set(secret.split(',').map((number) => number.trim())).size > 10,
  },
  {
    kind: 'AWS account',
    contains: ['ccount', 'CCOUNT'],
    pattern: /\baws_?account_?(?:id)?["']?\s{0,4}(?:=>|[:=])\s{0,4}["']?(\d{4}-?\d{4}-?\d{4})(?!\d)/gi,
    accept: isNoPlaceholder,
  },
  {
    kind: 'netrc',
    contains: 'password',
    pattern:
      /\b(?:machine[ \t]+\S+\s+(?:login\s+\S+\s+)?|default\s+login\s+\S+\s+)(?:account\s+\S+\s+)?password\s+([^\s"'\\]{4,200})/g,
    accept: isPasswordOrRandom,
  },
  {
    kind: 'pgpass',
    contains: ':',
    paths: /pgpass/i,
    pattern: /^[^:#\n]+:(?:\d+|\*):[^:\n]+:[^:\n]+:([^\n]{4,200})$/gm,
    accept: isNoPlaceholder,
  },
  {
    kind: 'pgpass line',
    contains: [':5432:', ':*:'],
    pattern: /^[\w.*-]+:(?:5432|\*):[\w*-]+:[\w*-]+:([^\s:]{6,100})$/gm,
    accept: (secret) => isPassword(secret, { literal: true }),
  },
  {
    kind: 'password hash',
    contains: ['$apr1$', '$2y$', '$2a$', '$2b$', '{SHA}', '$6$', '$5$', '$1$', '{SSHA}', '$y$', '$argon2'],
    pattern: /^[ \t>"']*[\w.@-]{1,64}:((?:\$(?:apr1|2[aby]|[156y]|argon2\w*)\$|\{S?SHA\d*\})[^\s:"']{20,200})/gm,
  },
  {
    kind: 'SQL password',
    contains: ['DENTIFIED', 'dentified', 'PASSWORD', 'password', 'Password'],
    pattern:
      /\b(?:IDENTIFIED\s+(?:WITH\s+\w+\s+)?(?:BY|AS)|(?:WITH|ENCRYPTED|SET)\s+(?:LOGIN\s+)?PASSWORD(?:\s+FOR\s+\S+(?=\s))?|PASSWORD)(?:\s*=)?(?:\s*\()?\s*N?\\*["']([^"'\n\\]{4,120})\\*["']/gi,
    accept: (secret) => isCertainPassword(secret),
  },
  {
    kind: 'PuTTY key',
    contains: 'Private-Lines:',
    pattern: /Private-Lines: \d+\r?\n((?:[A-Za-z\d+/=]{1,80}\r?\n?){1,100})/g,
  },
  { kind: 'key of a JSON web key', contains: '"kty"', pattern: /"(?:d|p|q|dp|dq|qi|k)"\s*:\s*"([\w-]{20,1000})"/g },
];
