// Finds passwords in the arguments of calls that log in or connect: `connect("h", "sa", "x")`, `auth=("joe", "x")`.

import type { Found, SearchedText } from './searched-text.ts';
import { isNoWord, isPassword } from './values.ts';

const loginCall =
  /(?:Credentials?|Client|\b(?:PasswordAuthentication|UsernamePasswordAuthenticationToken|(?:HTTP)?(?:[Bb]asic|Digest)_?[Aa]uth(?:entication)?|SetBasicAuth|PlainTextAuth\w{0,20}|PlainAuth|setCredentials|(?:auth|AUTH|creds|CREDS|credentials|CREDENTIALS|login|LOGIN)[ ]?=[ ]?|(?<=[.:])auth|database|(?:ldap|ftp)_(?:login|bind)|simple_bind(?:_s)?|sp_addlogin|FTP|Login|login|sign_?[Ii]n|logIn|authenticate|getConnection|PDO|mysqli(?:_connect|_real_connect)?|mysql_connect|pg_connect|WiFi(?:Multi)?\.(?:begin|addAP)|db[cC]onnect|[cC]onnect|createConnection|Sequelize|create_(?:super)?user|keyring_set_with_value|set_password|(?<=\.)(?:basic|digest|ntlm)))[ ]?(\(|[ ](?=["']))/g;
const literalArgument =
  /\s{0,20}(?:Some\(|[bru]|new \w{1,30}\()?(?:"([^"\n]{0,120})"|'([^'\n]{0,120})'|`([^`\n]{0,120})`)\)?(?:\.\w{1,20}\(\))?\s{0,20}(,?)/y;
const otherArgument = /\s{0,20}[\w.$:]{1,60}(?:\([^()"'\n]{0,60}\))?\s{0,20}(,)/y;
const maxArguments = 6;
/** Host names, URLs, e-mail addresses and file names, which are not passwords. */
const address = /^[\w-]+(?:\.[\w-]+)+(?::\d+)?$|[/@]\w+\.\w|^dbi:|^\w+:\w+=/;

export function findCalls({ text }: SearchedText): Found[] {
  const found: Found[] = [];
  for (const match of text.matchAll(loginCall)) {
    let at = match.index + match[0].length;
    for (let index = 0; index < maxArguments; index++) {
      literalArgument.lastIndex = at;
      const argument = literalArgument.exec(text);
      otherArgument.lastIndex = at;
      const next = argument ?? otherArgument.exec(text);
      if (next === null) break;
      const value = argument?.[1] ?? argument?.[2] ?? argument?.[3];
      if (index > 0 && value !== undefined && isPasswordArgument(value, takesCredentials.test(match[0]))) {
        const start = at + next[0].indexOf(value);
        found.push({ start, end: start + value.length, value });
      }
      at += next[0].length;
      if (!next[0].endsWith(',') && !/,\s*$/.test(next[0])) break;
    }
  }
  return found;
}

/** Calls whose only arguments are a user and a password. */
const takesCredentials = /auth|basic|digest|ntlm|Credential|login/i;

function isPasswordArgument(value: string, certain: boolean): boolean {
  return (
    isPassword(value, { literal: true, certain }) && (isNoWord(value) || value.length >= 12) && !address.test(value)
  );
}
