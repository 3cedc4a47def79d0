// Finds passwords among the words of a command that speaks of a login or a secret: `bw unlock x`, `cmd user add joe x`.

import type { Found, SearchedText } from './searched-text.ts';
import { isStrong } from './shapes.ts';
import { randomness } from './values.ts';

/** Scripts. */
const isScript = /\.(?:sh|bash|zsh|ksh|fish|bats|bat|cmd|ps1|mk)$|(?:Docker|Make|Just)file/i;
const aboutLogins = [
  'log-?[io]n|sign-?in|unlock|join|auth|passw|passphrase|pwd?|useradd|user|credential|secret|keystore',
  'keychain|keyring|vault|vnc|wlan|wi-?fi|wpa|snmp|smb|cifs|ldap|rdp|luks|crypt|protect',
].join('|');
/** A command has a program, a word of logins and further words; a sentence has an article or a point at its end. */
const command = new RegExp(`^[ \\t]*(?:[-$>#] +|RUN +)?[a-z./][^\\n]{0,200}?(?<![A-Za-z])(?:${aboutLogins})`, 'i');
const sentence = /\b(?:the|an?|is|are|with|your|you|this|that|and|of|if|when)[ ]|[.:,][ ]*$/i;
const maxLine = 400;
/** An option, a variable, a path, an address, an assignment, a file, a version, or code. */
const noPassword =
  /^[-$/~.<>|]|[/\\@=(){}<>`]|:\/\/|\.[a-z]\w{1,4}$|^v?\d+(?:\.\d+)+|^[A-Z\d_]+$|\$\w|::|^(?:\w+\.){2,}\w|^["']?\w+["']?:/;

export function findCommandWords({ text, path }: SearchedText): Found[] {
  if (!isScript.test(path)) return [];
  const found: Found[] = [];
  let start = 0;
  for (const line of text.split('\n')) {
    if (line.length > 8 && line.length <= maxLine && command.test(line) && !sentence.test(line))
      for (const { 0: word, index } of line.matchAll(/(?<=\s["']?)[^\s"',;]{8,80}(?=["']?(?:\s|$))/g))
        if (!noPassword.test(word) && (isStrong(word) || isKey(word)))
          found.push({ start: start + index, end: start + index + word.length, value: word });
    start += line.length + 1;
  }
  return found;
}

/** Hexadecimal digits are often an id or a hash. */
function isKey(word: string): boolean {
  return randomness(word) === 2 && !/^[\da-f]+$/.test(word);
}
