// Finds passwords in the arguments of calls that log in or connect: `connect("h", "sa", "x")`, `auth=("joe", "x")`.

import { matchAt } from '../../text/match-at.ts';
import { expression } from './expressions.ts';
import { isStrong } from './judges.ts';
import type { Found, SearchedText } from './searched-text.ts';
import { isAlgorithm, isLongWord, isNoWord, isPassphrase, isPassword, isUuid } from './values.ts';

/** Parts of the names of calls that log in, connect or make an account. */
const loginNames = [
  '[Aa]uth|AUTH|[Ll]og_?[Ii]n|[Ll]og_?[Oo]n|[Ss]ign_?[Ii]n(?!g)|[Ss]ign_?[Uu]p|[Cc]redential|CREDENTIAL|[Cc]reds|CREDS',
  '[Pp]assw(?:or)?d|[Cc]onnect|[Cc]onnection|Dialer|Jedis|DriverManager|PDO|mysqli|keyring_set',
  '(?:create|add|seed|register|Create|Add|Seed|Register)_?[Uu]ser|(?:create|Create|add|Add)_?[Aa]ccount',
  'create_superuser|change_user|[Vv](?:alidate|erify)_?(?:[Uu]ser|[Ll]ogin|[Cc]redentials)',
  '[Uu]ser(?:name)?_?(?:[Ii]nfo|pw)|Minio|MinIO|Redis|DirectoryEntry|gmail|imap_open|[Pp]kcs_?12',
  'Sequelize|twilio|MYSQL|MySQL|mysql|PostgreSQL|postgresql|OPENROWSET|sp_addlogin|WiFiMulti|WiFi|[Uu]ser_?[Mm]anager',
  '(?<=[._])[bB]ind|(?<=\\.)(?:dataSource|begin)|(?<=\\bURL\\.)create|(?<=\\.)(?:basic|digest|ntlm|database)',
  '(?:FTP|SMTP|IMAP4?|POP3|SSH|Sftp|Ftp|Smtp|Imap|Ssh|Sql)(?=[.:(_]|Client)',
].join('|');
const callEnd = String.raw`(?:\[\w{1,20}\])?[ ]?(?:\(|[ ](?=["']))`;
const loginPair = `(?:auth|AUTH|creds|CREDS|credentials|CREDENTIALS|login|LOGIN)["']?[ ]?(?:=>?|:)[ ]?[([]`;
const loginCall = new RegExp(
  String.raw`(?:(?:${loginNames})\w{0,40}(?:(?:\.|::)\w{1,30}){0,2}|Client(?:(?:\.|::)new)?)${callEnd}` +
    `|:(?:basic|digest),[ ]|${loginPair}`,
  'g',
);
const literalArgument = expression('literal argument', 'y');
const otherArgument = /\s{0,20}[\w.$:]{1,60}(?:\([^()"'\n]{0,60}\))?\s{0,20}([,;])/y;
const maxArguments = 8;
/** Host names, URLs, e-mail addresses and file names, which are not passwords. `Luna.Thyme4` is none of them. */
const address = /^(?!.*\.[A-Z]?[a-z]{3,}\d+$)[\w-]+(?:\.[\w-]+)+(?::\d+)?$|[/@]\w+\.\w|^dbi:|^\w+:\w+=/;

/** A literal argument that names an account: an address, a distinguished name, an e-mail address, a usual user. */
const accounts = [
  // An e-mail address, the address of a server or a database, a distinguished name.
  String.raw`[\w.+-]{1,60}@[\w-]{1,60}\.[\w.-]{2,60}`,
  String.raw`(?:[A-Za-z][\w+:.-]{1,40}:\/\/|(?:jdbc|dbi|mysql|pgsql|sqlsrv|oci|odbc):)[^\s"'${'`'}]{3,120}`,
  '(?:cn|uid|ou|dc|CN|UID|OU)=[^"\'`\\n]{1,120}',
  // A host that is no file, and usual users.
  String.raw`(?:[\w-]{1,60}\.){1,4}(?!(?:html?|[jt]sx?|css|py|txt|json|xml|md)\b)[a-z]{2,8}(?::\d{1,5})?`,
  String.raw`\d{1,3}(?:\.\d{1,3}){3}|root|sa|admin(?:istrator|_\w{1,20})?|postgres|guest|deploy\w{0,20}`,
  String.raw`svc[\w-]{1,20}|backup|\w{1,20}_(?:user|admin|rw|ro)`,
].join('|');
const accountArgument = new RegExp(
  String.raw`(?<=[(,]\s{0,20})(["'${'`'}])(?:${accounts})\1(?:\.\w{1,20}\(\))?\s{0,20},`,
  'g',
);
/** A statement with a parameter for a password: its arguments follow. */
const statement = expression('statement with a parameter for a password', 'g');

/** Passwords in the arguments of calls that log in or connect: `connect("h", "sa", "x")`, `auth=("joe", "x")`. */
export function findCalls({ text }: SearchedText): Found[] {
  return [
    ...[...text.matchAll(loginCall)].flatMap((match) =>
      passwordsIn(text, match, 1, (value) => isPasswordArgument(value, takesCredentials.test(match[0]))),
    ),
    ...[...text.matchAll(accountArgument)].flatMap((match) =>
      passwordsIn(text, match, 0, (value) => isStrong(value) && isPasswordArgument(value, false)),
    ),
    ...[...text.matchAll(statement)].flatMap((match) =>
      passwordsIn(
        text,
        match,
        0,
        (value) => (isNoWord(value) || isPassphrase(value)) && isPasswordArgument(value, true),
      ),
    ),
  ];
}

/** The passwords among the arguments after the match, without the first `skipped` arguments. */
function passwordsIn(
  text: string,
  match: RegExpExecArray,
  skipped: number,
  accepts: (value: string) => boolean,
): Found[] {
  const found: Found[] = [];
  let at = match.index + match[0].length;
  for (let index = 0; index < maxArguments; index++) {
    const argument = matchAt(literalArgument, text, at);
    const next = argument ?? matchAt(otherArgument, text, at);
    if (next === null) break;
    const value = argument?.slice(1, 4).find((group) => group !== undefined);
    if (index >= skipped && value !== undefined && accepts(value)) {
      const start = at + next[0].indexOf(value);
      found.push({ start, end: start + value.length, value });
    }
    at += next[0].length;
    if (!/[,;]\s*$/.test(next[0])) break;
  }
  return found;
}

/** Calls whose only arguments are a user and a password. */
const takesCredentials = /auth|basic|digest|ntlm|credential|log_?in|passw|twilio/i;

function isPasswordArgument(value: string, certain: boolean): boolean {
  return (
    isPassword(value, { literal: true, certain }) &&
    (isNoWord(value) || isPassphrase(value) || isLongWord(value) || /.{12}/.test(value.replace(/^[a-z]+$/i, ''))) &&
    !address.test(value) &&
    !/^[a-z]+(?:_[a-z]+){2,}$/.test(value) &&
    !isAlgorithm(value) &&
    (certain || !isUuid(value))
  );
}
