// Finds values in a container or in a place that says what they are: `passwords: { joe: ... }`, `[secrets]`, a
// Kubernetes Secret; a table's column; the arguments of a call that logs in, as `connect("h", "sa", "x")`.

import { indentLength } from '../../text/lines.ts';
import { matchAt } from '../../text/match-at.ts';
import { isExpression } from './candidates.ts';
import { strengthOf } from './names.ts';
import { lineStartOf } from './read-value.ts';
import type { Found, SearchedText, Strength } from './searched-text.ts';
import { isStrong } from './shapes.ts';
import {
  isAlgorithm,
  isLongWord,
  isNoWord,
  isPassphrase,
  isPassword,
  isPlaceholder,
  isPublic,
  isSecretBeside,
  isUuid,
  randomness,
} from './values.ts';

const headerPattern =
  /(?:secrets|passwords|passwds|pwds|passphrases|credentials|creds|tokens|(?<=[a-z_-])keys)["'`]?\s{0,4}(?::=|=>|[:=])\s{0,4}(?:[A-Za-z][\w.<>[\], ]{0,30})?([{[(]|\r?\n)/gi;
const sectionPattern = /^[ \t]*\[([\w. "-]{0,40}(?:secrets?|passwords?|credentials?|tokens?))\][ \t]*\r?\n/gim;
const entryPattern =
  /(?:["'`]?([\w.-]{1,60})["'`]?[ \t]*(?::|=>?)[ \t]*|^[ \t]*-[ \t]+|[[({,][ \t]*(?![({])|^[ \t]*)(?:["'`]([^"'`\n]{6,200})["'`]|([^\s"'`,;{}[\]#]{6,200})(?=[ \t]*(?:#|$)))(?!["'`]?[ \t]*[:])/gm;
const maxBodyLength = 6000;

export function findContainers({ text }: SearchedText): Found[] {
  const found: Found[] = [];
  let searchedUntil = 0;
  for (const match of text.matchAll(headerPattern)) {
    if (match.index < searchedUntil) continue;
    let from = match.index;
    while (from > 0 && match.index - from < 40 && /[\w.-]/.test(text[from - 1] as string)) from--;
    const name = /^[\w.-]+/.exec(text.slice(from, match.index + 20))?.[0] ?? '';
    const start = match.index + match[0].length;
    const body = namesSecrets(name) ? bodyAt(text, match.index, start, match[1] ?? '') : '';
    found.push(...entriesIn(body, start, strengthOf(name)));
    searchedUntil = start + body.length;
  }
  if (text.includes('\n[') || text.startsWith('['))
    for (const match of text.matchAll(sectionPattern)) {
      const name = match[1]?.replace(/^.*[. "]/, '') ?? '';
      const start = match.index + match[0].length;
      if (namesSecrets(name)) found.push(...entriesIn(sectionAt(text, start), start, strengthOf(name)));
    }
  return found;
}

function namesSecrets(name: string): boolean {
  const strength = strengthOf(name);
  return strength === 'password' || strength === 'token';
}

function entriesIn(body: string, start: number, strength: Strength): Found[] {
  const found: Found[] = [];
  for (const item of body.matchAll(entryPattern)) {
    const value = item[2] ?? item[3] ?? '';
    if (item[1] !== undefined && strengthOf(item[1]) === 'not-secret') continue;
    if (isPublic(value) || (item[3] !== undefined && isExpression(value))) continue;
    const isUnusualPassword = isPassword(value, { literal: true }) && isNoWord(value);
    if (randomness(value) === 0 && !(strength === 'password' && isUnusualPassword)) continue;
    const at = start + item.index + item[0].lastIndexOf(value);
    found.push({ start: at, end: at + value.length, value });
  }
  return found;
}

/** The text up to the next section of an INI or TOML file. */
function sectionAt(text: string, start: number): string {
  const body = text.slice(start, start + maxBodyLength);
  const end = body.search(/^[ \t]*\[/m);
  return end === -1 ? body : body.slice(0, end);
}

/** The text up to the closing bracket, or the lines that are indented deeper than the header. */
function bodyAt(text: string, headerStart: number, start: number, opening: string): string {
  const body = text.slice(start, start + maxBodyLength);
  if (/[{[(]/.test(opening)) {
    let depth = 1;
    for (let i = 0; i < body.length; i++) {
      const unit = body[i] as string;
      if ('{[('.includes(unit)) depth++;
      else if ('}])'.includes(unit) && --depth === 0) return body.slice(0, i);
    }
    return body;
  }
  const lineStart = lineStartOf(text, headerStart);
  const indent = /^[ \t]*(?:- )?/.exec(text.slice(lineStart, headerStart))?.[0].length ?? 0;
  let end = 0;
  for (const line of body.split('\n')) {
    const depth = indentLength(line);
    if (line.trim() !== '' && depth <= indent && !(depth === indent && /^\s*- /.test(line))) break;
    end += line.length + 1;
  }
  return body.slice(0, end);
}

const secretKind = /\bkind["']?\s*:\s*["']?(?:Sealed)?Secret\b/;
const dataSection = /^([ \t]*)["']?(?:data|stringData)["']?\s*:\s*(?:\{\s*)?$/gm;
/** A value after its name, or a line of a block scalar. */
const dataValue =
  /^[ \t]*(?:["']?[\w.-]+["']?\s*:[ \t]*)?["']?(?![|>][-+\d]*[ \t]*$)([^\s"'](?:(?:(?![ \t]#)[^"'\n])*[^\s"',])?)["']?,?[ \t]*(?:[ \t]#[^\n]*)?$/gm;

export function findKubernetes({ text }: SearchedText): Found[] {
  if (!text.includes('Secret') || !secretKind.test(text)) return [];
  const found: Found[] = [];
  // Lines of dashes separate the objects of a file.
  let start = 0;
  for (const part of text.split(/^(?=---)/m)) {
    if (secretKind.test(part))
      for (const item of valuesOf(part)) found.push({ ...item, start: item.start + start, end: item.end + start });
    start += part.length;
  }
  return found;
}

function valuesOf(part: string): Found[] {
  return [...part.matchAll(dataSection)].flatMap((match) => {
    const start = match.index + match[0].length + 1;
    const body = bodyAt(part, match.index + (match[1]?.length ?? 0), start, match[0].includes('{') ? '{' : '');
    return [...body.matchAll(dataValue)].flatMap((line): Found[] => {
      const value = line[1] ?? '';
      const at = start + line.index + line[0].lastIndexOf(value);
      return value.length < 4 || isPlaceholder(value) ? [] : [{ start: at, end: at + value.length, value }];
    });
  });
}

/** Passwords and tokens in table columns, by the column names of the first line. */
export function findTables({ text, path }: SearchedText): Found[] {
  const found: Found[] = [];
  if (/\.(?:csv|tsv)$/i.test(path)) found.push(...secretsInRows(text, 0, csvCells), ...secretsInPairs(text));
  if (/\|[ \t]*:?-+:?[ \t]*\|/.test(text))
    for (const match of text.matchAll(
      /^[ \t]*\|[^\n]*\|[ \t]*\r?\n[ \t]*\|[ \t:|-]+\|[ \t]*\r?\n(?:[ \t]*\|[^\n]*\r?\n?){1,200}/gm,
    ))
      found.push(...secretsInRows(match[0], match.index, barCells));
  // Gherkin tables have no line of dashes.
  if (/\.(?:feature|story)$/.test(path))
    for (const match of text.matchAll(/(?:^[ \t]*\|[^\n]*\|[ \t]*\r?\n?){2,200}/gm))
      found.push(...secretsInRows(match[0], match.index, barCells));
  if (/\b(?:INSERT|REPLACE)\b/i.test(text))
    for (const match of text.matchAll(
      /\b(?:INSERT|REPLACE)\s+INTO\s+[\w."`[\]]+\s*\(([^()]{1,500})\)\s*VALUES\s*((?:\((?:'[^']*'|[^()']){1,2000}\)\s*,?\s*){1,200})/gi,
    )) {
      const [whole, columns = '', values = ''] = match;
      const at = match.index + whole.lastIndexOf(values);
      for (const tuple of values.matchAll(/\(((?:'[^']*'|[^()'])*)\)/g)) {
        const start = at + tuple.index + 1;
        found.push(...secretsInCells(columns.split(','), tupleCells(tuple[1] ?? ''), start));
      }
    }
  return found;
}

/** Finds secrets in lines with a name and its value. */
function secretsInPairs(text: string): Found[] {
  const found: Found[] = [];
  let start = 0;
  for (const line of text.split('\n')) {
    const [name, value] = csvCells(line);
    if (name !== undefined && value !== undefined) found.push(...secretsInCells([name.value], [value], start));
    start += line.length + 1;
  }
  return found;
}

interface Cell {
  readonly start: number;
  readonly value: string;
}

/** Finds secrets in lines of cells. The first line has the column names. */
function secretsInRows(text: string, offset: number, split: (line: string) => Cell[]): Found[] {
  const found: Found[] = [];
  const lines = text.split('\n');
  const columns = split(lines[0] ?? '').map(({ value }) => value);
  let start = offset;
  for (const [index, line] of lines.entries()) {
    if (index > 0) found.push(...secretsInCells(columns, split(line), start));
    start += line.length + 1;
  }
  return found;
}

function secretsInCells(columns: readonly string[], cells: readonly Cell[], offset: number): Found[] {
  return cells.flatMap(({ start, value }, column) => {
    const name = columns[column] ?? '';
    const isSecret = isSecretBeside(strengthOf(name), value, /phrase/i.test(name));
    return isSecret ? [{ start: offset + start, end: offset + start + value.length, value }] : [];
  });
}

/** Cells of a line in each format: the cell is the first group that matched. */
const cellsOf = (pattern: RegExp) => (line: string) =>
  [...line.matchAll(pattern)].map((match): Cell => {
    const value = match.slice(1).find((group) => group !== undefined) ?? '';
    return { start: match.index + match[0].indexOf(value), value };
  });
/** Without emphasis or code marks. */
const barCells = (line: string): Cell[] =>
  [...line.matchAll(/(?<=\|)[^|\n]*(?=\|)/g)].map(({ 0: cell, index }) => {
    const value = stripped(stripped(cell, ' \t'), '`*_');
    return { start: index + cell.indexOf(value), value };
  });

/** Without any of the characters at its ends. A loop: an expression for the end takes quadratic time. */
function stripped(text: string, characters: string): string {
  let [start, end] = [0, text.length];
  while (start < end && characters.includes(text[start] as string)) start++;
  while (end > start && characters.includes(text[end - 1] as string)) end--;
  return text.slice(start, end);
}

const tupleCells = cellsOf(/(?<=^|,)\s*(?:[NE]?'((?:[^']|'')*)'|"([^"]*)"|([^,]*))\s*(?=,|$)/g);
const csvCells = cellsOf(/(?<=^|[,;\t])(?:"((?:[^"]|"")*)"|([^,;\t\n\r"]*))/g);

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
const literalArgument =
  /\s{0,20}(?:Some\(|[bru]|new \w{1,30}\(|\([\w ]{1,20}\*?\) ?)?(?:"([^"\n]{0,120})"|'([^'\n]{0,120})'|`([^`\n]{0,120})`)\)?(?:\.\w{1,20}\(\))?\s{0,20}([,;]?)/y;
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
const statement =
  /["'`](?:INSERT|UPDATE|SELECT|REPLACE|CALL|CREATE|ALTER)\b(?=[^"'`\n]{0,400}(?:passw|pwd|secret|\bpass\b))[^"'`\n]{0,400}(?:\?|%s|\$\d|[:@]\w)[^"'`\n]{0,200}["'`],\s{0,20}[[(]?/gi;

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
