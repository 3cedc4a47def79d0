// Passwords beside names that can mean nothing else, in the syntax of any language, of settings, tables and prose.

import type { Found, Source } from './found.ts';
import { strengthOf } from './names.ts';
import { lineEndOf, lineStartOf, readBare, readBlock, readQuoted, type Value } from './read-value.ts';
import { isNoWord, isPassword, isSymbolic, randomness, reference } from './values.ts';

/** Part of every name whose value a person may have chosen. */
const hint =
  /passw|p(?:s|ass)?w(?:d|or[dt])|passphrase|passcode|p(?:ass|w)(?![a-z])|phrase|psk(?![a-z])|parol|secret|senha|salt(?![a-z])|salasana|credential|creds?(?![a-z])|conn(?:ection)?[_ -]?str|contrase|token(?![a-z])|(?<=[a-z_:-])keys?(?![a-z])|kennwort|dsn(?![a-z])|mnemonic|motdepasse|mot de passe|masterauth|identified by|wachtwoord|wif(?:i.?key|(?![a-z]))|has[lł]o|heslo|пароль|密码|口令|パスワード|비밀번호/gi;

const named = /[\w$.\u00c0-\u024f\u0400-\u04ff-]/;

export function findAssignments(source: Source): Found[] {
  const { text } = source;
  const found: Found[] = [];
  let after = 0;
  for (const match of text.matchAll(hint)) {
    if (match.index < after) continue;
    let start = match.index;
    if (!named.test(text[start] ?? '')) start++;
    let end = match.index + match[0].length;
    while (start > 0 && match.index - start < 60 && named.test(text[start - 1] as string)) start--;
    while (end < text.length && end - match.index < 80 && named.test(text[end] as string)) end++;
    // `rds.password:` in prose, `--password-`: what stands at the ends is no part of the name.
    const name = text
      .slice(start, end)
      .replace(/[.-]+$/, '')
      .replace(/(?<=\w)\.(?:equals\w*|compareTo|authenticate|thenReturn)$/, '');
    end = start + name.length;
    // 'Secret key = x': a name of several words.
    const more =
      /^(?: (?:key|token|password|secret|phrase|salt|base|code)\b)+/.exec(text.slice(end, end + 30))?.[0] ?? '';
    end += more.length;
    after = end;
    const cleaned = (name + more).replace(/^[-.$\d]+/, '');
    const escaped = text[start - 1] === '\\' && /^[nrt][A-Z]/.test(cleaned) ? cleaned.slice(1) : cleaned;
    const strength = strengthOf(escaped);
    if (strength === 'none' || strength === 'other') continue;
    const phrase = /phrase|mnemonic|seed|recovery|psk/i.test(escaped);
    for (const value of valuesAfter(source, start, end)) {
      const { literal } = value;
      const counts =
        strength === 'password'
          ? isPassword(value.text, { literal, phrase: phrase || isOption(text, start) }) ||
            (literal && isDrawn(value.text))
          : literal &&
            (isSymbolic(value.text) ||
              (isBroken(text, value) && randomness(value.text) > (strength === 'weak' ? 1 : 0)));
      if (!counts) continue;
      for (const [from, to] of value.pieces) found.push({ start: from, end: to, value: value.text, kind: 'password' });
      after = Math.max(after, value.next);
    }
  }
  return found;
}

/** `--password x`: what follows is one whatever it is. */
function isOption(text: string, start: number): boolean {
  return (
    /(?:^|\s)-{0,2}$/.test(text.slice(Math.max(0, start - 3), start)) && /^-|-$/.test(text.slice(start - 1, start + 1))
  );
}

function isDrawn(value: string): boolean {
  return !/\s/.test(value) && !reference.test(value) && randomness(value) > 0;
}

/** Written in pieces or over a line's end, so that no run of its characters is all of it. */
function isBroken(text: string, { pieces }: Value): boolean {
  return pieces.length > 1 || pieces.some(([start, end]) => text.slice(start, end).includes('\n'));
}

type Candidate = Value & { readonly literal: boolean };

/** Other attributes of the element that has the name, to its end. */
const attributes = /["']?(?:\s+[\w:.-]{1,30}\s*=\s*["'][^"'<>\n]{0,80}["']){1,5}\s*>/y;
const spaces = '[ \\t]';
/** What may close the name: quotes, brackets, the mark of optional or bold. */
const closers = /(?:\\{0,4}["'`]|&quot;|\]|\)|\*\*|__|\?(?=:)|!(?==)|\}(?=[ \t]*=[^=>])|\[\d{0,4}\]){0,8}/y;
/** A type between name and value: `: string =`, ` string =`, `: &'static str =`, ` VARCHAR(20) DEFAULT`. */
const typed = new RegExp(
  `(?:${spaces}*:${spaces}*(?:&'static )?[&\\w<>[\\]|., *?]{1,40}?|${spaces}+(?:string|str|text|\\*?char|\\[\\]byte|As${spaces}+\\w+)|${spaces}*\\{ ?get;[^{}\n]{0,30}\\})${spaces}*:?=(?![=>])${spaces}*`,
  'y',
);
const operator = new RegExp(
  `(?:${spaces}*\\r?\\n${spaces}*(?==[ \\t]*["'\`])|${spaces}*)(?::=|=>|->|<-|={1,3}|!={1,2}|\\|\\|=|\\?\\?=|\\?=|\\+=|<<<?${spaces}*|:{1,2}=?|,|\\|\\|?|\\?\\?|>)(?:\\*\\*|__)?${spaces}*(?:&\\w+[ ]+|!!str[ ]+|\\\\?\\r?\\n\\s*)?`,
  'y',
);
/** ` value="..."`, `", "value": "`, newline and `value: `: the value that goes with a name in another field. */
const companion =
  /[\s"'\\,/>:={}]*(?:[\w:]{1,30}=\\*["'][^"'<>\n]{0,80}\\*["']\s*){0,4}>?\s*(?:<\/[\w:-]{1,20}>\s*)?(?:<(?:[\w-]{1,20}-)?(?:[sS]tring|[vV]alue|[vV]al)\b[^>]{0,40}>|(?:\\*["']?(?:[tT]ype|[dD]escription|sensitive|nullable|ephemeral|NoEcho|M(?:in|ax)Length|AllowedPattern|ConstraintDescription)\\*["']?[ \t]*[=:][^\n,{}]*[,\n]\s*)*\\*["']?\b(?:value|val|[dD]efault|default_?[vV]alue|string_?value|Value|content)\b\\*["']?[ \t]*[:=][ \t]*)/y;
const words =
  /[ \t]*(?:\([^()\n]{1,30}\))?(?:[ \t]+(?!is\b|are\b|was\b)[\w@'.-]{1,24}){0,6}?[ \t]*(?:\(?\b(?:is|are|was|will be|set to|equals|to|from)\b|:(?!:)|→)[ \t]*(?:still|now|currently|always|just|set to|simply)?[ \t:]*(?:``)?/y;
const plainSpace = /[ \t]+(?:[057][ \t]+|--plaintext[ \t]+|\\\r?\n\s*)?/y;
/** `expect(x.password).toBe("y")`, `setPassword("y")`, `.password("y")`. */
const assertion =
  /(?:["'`\]):?;\s]|\\n){0,6}\.(?:toBe|toEqual|toStrictEqual|equals?|isEqualTo|eql?|(?:should|to)(?:\.\w+)+|fill|type|send_?[kK]eys|setValue|set_value|enter_?[tT]ext|typeText|sendline)\(\s*|(?:["'`\])]|\(\)){0,4}\.(?:thenReturn|mockReturnValue|mockResolvedValue|and_return|willReturn|returns)\(\s*(?=["'`])|["']?\)[ \t]*\{[ \t]*(?=["'])|(?:\(\)[^\n{}:;"']{0,40}[:{]|[ \t]+by[ \t]+lazy[ \t]*\{)\s*(?:return\b\s*)?(?=["'`])|["'`]?,\s*with:\s*(?=["'])|(?:["'`\])]){0,3}\.(?:unwrap_or(?:_else)?|getOrElse|or_else|or|orElse(?:Get)?)\(\s*(?:\|\w*\|\s*|\(\)\s*=>\s*)?(?=["'`])|["'`]?\s+(?:field\s+)?(?:with|as)\s+(?=["'])|["':;\s]{0,6}(?:\w{1,40}\.)?send(?:line)?[( ]\s*(?=["'])/y;
const call = /\??[({][ \t\n]*(?:Some\(|\[\]byte\()?(?=[bru@]{0,2}\\*["'`])/y;
/** A call or a construction that hands the literal on, or falls back to it. */
const wrapper =
  /(?:<%=?[ \t]*|!Sub[ \t]+|Just[ \t]+|\[\]byte\(|\{\{[^{}'"\n]{0,60}\|[ \t]*default\([ \t]*|\d+[ \t]*\[default[ \t]*=[ \t]*|[\w.:$]{1,60}\(\s*["'][\w.-]{0,60}["']\s*\)\s*(?:(?:\?:|\?\?|\|\||or\b)\s*|\.(?:unwrap_or(?:_else)?|orElse(?:Get)?|getOrElse|or_else)\(\s*(?:\|\w*\|\s*|\(\)\s*->\s*)?)(?=["'`])|\w{0,20}(?:Field|field|column|Column)\(\s*(?:default\s*=\s*)?(?=["'])|(?:new[ \t]+)?(?:Some|Ok|String(?:::from)?|std::string|SecretStr|SecretString|Secret|SecureString|Password|Buffer\.from|bytes|bytearray|str|b64decode|base64\.b64decode|atob|strdup|ref|literal|quote|TEXT|_T|L|toSecret|secret|sensitive|nonsensitive|Value|pulumi\.secret|pulumi\.String|aws\.String|to_?string|strings?\.TrimSpace|ptr|StringPtr)\(\s*|[\w.$]{0,60}?(?:getenv|environ\.get|env|getProperty|get_or|getOrDefault|get|fetch|Getenv|getEnv|lookup|optional|config|setdefault|setting)\(\s*\\*["'][\w.-]+\\*["']\s*,\s*(?:default\s*=\s*)?|[\w$.]{1,60}(?:\[\\*["']?\w{1,60}\\*["']?\])?[ \t]*(?:\|\||\?\?|\?:|\bor\b)[ \t]*|[\w.!()]{1,40}[ \t]+\?[ \t]*(?=["'`])|[([{]\s*(?=["'`\\bru@(])|\s*\.?orElse\([ \t]*|\$\{[\w.]+:-?(?=[^}\s]))/y;

function valuesAfter(source: Source, start: number, end: number): Candidate[] {
  const { text } = source;
  const lineStart = lineStartOf(text, start);
  const before = text.slice(Math.max(lineStart, start - 200), start);
  const closed = skip(closers, text, end);
  const isFlag =
    /(?:^|[\s"'`=(,[])--?$|^[^\w%]*%(?:set_)?env[ \t]+$/.test(before) || /^--?/.test(text.slice(start, start + 2));
  let at = skip(typed, text, closed);
  let kind = '';
  if (at === closed) {
    at = skip(operator, text, closed);
    kind = text.slice(closed, at).trim();
  } else kind = '=';
  const isPhrase = /phrase|mnemonic|seed|recovery|psk/i.test(text.slice(start, end));
  // `arn:aws:x:secret:name`: a part of an address.
  if (kind === ':' && text[at - 1] === ':' && /\w:$/.test(before)) return [];
  const place: Place = { source, start, lineStart, before, isFlag, isPhrase };

  // { "value": "x", "name": "DB_PASSWORD" }
  const earlier =
    /\bvalue\\*["']?\s*[:=]\s*\\*["']([^"'\n\\]{6,200})\\*["']\s*(?:,|\bWHERE\b)?\s*\\*["']?(?:name|key)\\*["']?\s*[:=]\s*\\*["']?$/i.exec(
      before,
    );
  if (earlier?.[1] !== undefined) {
    const from = start - before.length + earlier.index + earlier[0].indexOf(earlier[1]);
    const to = from + earlier[1].length;
    return [{ text: earlier[1], pieces: [[from, to]], quoted: true, next: end, literal: true }];
  }
  const commented = labelled(text, before, start, end);
  if (commented.length > 0) return commented;
  const nth = nthOf(before);
  if (nth > 0 && /^(?::?=)$/.test(kind)) {
    const value = nthLiteral(text, at, nth);
    if (value !== undefined) return [{ ...value, literal: true }];
  }
  const tag = /<[^<>]{0,200}$/.test(before) ? skip(attributes, text, end) : end;
  if (tag > end) {
    const values = literalOrBare(place, tag, true);
    if (values.length > 0) return values;
  }
  if (isFlag) {
    const item = skip(/["']?\r?\n[ \t]*-[ \t]+/y, text, end);
    if (item > end) return literalOrBare(place, item, false);
  }
  const asserted = skip(assertion, text, end);
  if (asserted > end) return literals(text, asserted);
  const other = skip(companion, text, end);
  if (other > end && /value|val|default|string|content/i.test(text.slice(end, other))) {
    const values = literalOrBare(place, other, true);
    if (values.length > 0) return values;
  }
  if (at > closed) {
    // `set("password", "x")`, `("password", "x")`; not `f(password, "x")` nor `f(password=p, other=x)`.
    if (kind === ',') {
      const isFirst =
        isFlag ||
        (closed > end
          ? /[({]\s*\\*["'`]?:?$|\.(?:fill|type|set\w{0,20}|send\w{0,20})\(\s*["'`][^"'`\n]{0,40}["']?$/.test(before)
          : /\{:?$|(?:^|[\s(]):$/.test(before));
      const isTested = /assert|expect|equal/i.test(before);
      if (closed === end && !isTested && !isFirst) return [];
      return literals(text, at).filter(
        ({ text: value }) => isFirst || isMixed(value) || (isTested && /\d/.test(value)),
      );
    }
    const values = literalOrBare(place, at, kind === '>' || kind === '|');
    if (values.length > 0 || kind !== '') return values;
  }
  const called = skip(call, text, end);
  if (called > end) {
    const isConstructed = text[end] === '{' && /[\w>][ \t*&]+$/.test(before);
    const isSetter = isConstructed || /^(?:set|with|add|use|put)|\.(?:set|with)/i.test(text.slice(start, end));
    return literals(text, called).filter(
      ({ text: value }) => isSetter || (isMixed(value) && (/\.$/.test(before) || text[end] === '{')),
    );
  }
  return prose(place, closed);
}

interface Place {
  /** Several words may be the value. */
  readonly isPhrase: boolean;
  readonly source: Source;
  readonly start: number;
  readonly lineStart: number;
  /** The line before the name. */
  readonly before: string;
  readonly isFlag: boolean;
}

/** Nothing that a name would be: two digits or a symbol, or letters that make no words. */
function isMixed(value: string): boolean {
  if (/^[A-Za-z]*[a-z][A-Z][a-z]+\d+$/.test(value)) return true;
  return (/\d.*\d|[!@#$%^&*?]/.test(value) && /[A-Za-z]/.test(value)) || (!/\d/.test(value) && isNoWord(value));
}

/** `/* password *\/ "x"`, `"x" /* password *\/`, `"x" // the password`: a comment beside the literal, to its end or its line's. */
function labelled(text: string, before: string, start: number, end: number): Candidate[] {
  if (/\/\*[ \t]*(?:\w+[ \t]+){0,2}$/.test(before)) {
    const literal = skip(/[ \t]*[:=]?[ \t]*\*\/[ \t]*/y, text, end);
    if (literal > end) {
      const values = literals(text, literal);
      if (values.length > 0) return values;
    }
  }
  const yoda =
    /(["'`])([^"'`\n]{6,200})\1(?:\.equals\w*\([ \t]*|[ \t]*[!=]==?[ \t]*|,[ \t]*(?:forKey|key|for):[ \t]*["']|[ \t]+as[ \t]+(?:the[ \t]+|my[ \t]+|a[ \t]+)?)$/.exec(
      before,
    );
  if (yoda?.[2] !== undefined) {
    const at = start - before.length + yoda.index + 1;
    return [{ text: yoda[2], pieces: [[at, at + yoda[2].length]], quoted: true, next: end, literal: true }];
  }
  if (!/^[ \t]*(?:\*\/|-->|\(|\r?\n|$)/.test(text.slice(end, end + 20))) return [];
  const behind = /(["'`])([^"'`\n]{6,200})\1[ \t;,)}\]]*(?:\/\/|#|--|\/\*|<!--)[ \t]*(?:[\w-]+,?[ \t]+){0,3}$/.exec(
    before,
  );
  const value = behind?.[2];
  if (behind === null || value === undefined) return [];
  const from = start - before.length + behind.index + 1;
  return [{ text: value, pieces: [[from, from + value.length]], quoted: true, next: end, literal: true }];
}

/** How many names stand before this one in `a, b = "x", "y"`. */
function nthOf(before: string): number {
  const names = /^[ \t]*(?:(?:const|let|var|my|local|val)[ \t]*\(?)?((?:[\w$.]{1,40}[ \t]*,[ \t]*){1,5})$/.exec(
    before,
  )?.[1];
  return names === undefined ? 0 : names.split(',').length - 1;
}

function nthLiteral(text: string, at: number, count: number): Value | undefined {
  let place = skip(/\(/y, text, at);
  for (let i = 0; ; i++) {
    const value = readQuoted(text, place);
    if (i === count || value === undefined) return value;
    const next = skip(/[ \t]*,[ \t]*/y, text, value.next);
    if (next === value.next) return undefined;
    place = next;
  }
}

function literals(text: string, at: number): Candidate[] {
  const value = readQuoted(text, at);
  return value === undefined ? [] : [{ ...value, literal: true }];
}

/** @param isText what stands there is a text in any case: between tags, in a table's cell */
function literalOrBare(
  { source, lineStart, before, isFlag, isPhrase }: Place,
  at: number,
  isText: boolean,
): Candidate[] {
  const { text, isSettings, isProse } = source;
  let from = at;
  for (let i = 0; i < 4; i++) {
    const wrapped = skip(wrapper, text, from);
    if (wrapped === from) break;
    from = wrapped;
  }
  const values: Candidate[] = [];
  // Several in brackets: all of them.
  for (let place = from, i = 0; i < 20; i++) {
    const value = readQuoted(text, place);
    if (value === undefined) break;
    values.push({ ...value, literal: true });
    if (from === at) break;
    place = skip(/\s*,\s*/y, text, value.next);
    if (place === value.next) break;
  }
  const last = values.at(-1);
  if (
    last !== undefined &&
    values.length > 1 &&
    /^\s*\]?\s*\)?\.join\(|^\s*\]\s*\)/.test(text.slice(last.next, last.next + 20))
  )
    return [joined(values)];
  if (values.length > 0) return values;
  if (from !== at && !/\$\{[\w.]+:-?$/.test(text.slice(at, from))) return [];
  const indent = text.slice(lineStart).search(/\S/);
  const block = readBlock(text, at, indent);
  // Keys in blocks are found by their own marks.
  if (block !== undefined) return /-----BEGIN|BEGIN PGP/.test(block.text) ? [] : [{ ...block, literal: true }];
  const found = [
    isText || isPhrase ? readCell(text, at) : undefined,
    isText ? undefined : readBare(text, from, isSettings || isFlag),
  ];
  // A value in the next line stands deeper than its name.
  const line = lineStartOf(text, from);
  if (line > lineStart && text.slice(line, from).length <= indent) return [];
  return found.flatMap((value) => {
    if (value === undefined || value.next === at) return [];
    // In a comment, a document or another string a word is a word.
    const said = isProse || isComment(before) || isInString(before);
    const literal =
      isText || isFlag || isSettings || isVariable(text, lineStart, from) || (said && isNoWord(value.text));
    return [{ ...value, literal: literal && !isExpression(value.text) }];
  });
}

/** `['abc', 'def'].join('')` */
function joined(values: readonly Candidate[]): Candidate {
  const last = values.at(-1) as Candidate;
  return { ...last, text: values.map(({ text }) => text).join(''), pieces: values.flatMap(({ pieces }) => pieces) };
}

/** `NAME=` alone before it in its line, as in a shell, whatever the file: a patch, a transcript. */
function isVariable(text: string, lineStart: number, at: number): boolean {
  return at - lineStart < 80 && /^[-+]?(?:export[ ]+)?[A-Z][A-Z\d_]+=$/.test(text.slice(lineStart, at));
}

/** Text up to the next tag or bar, or the end of the line. */
function readCell(text: string, at: number): Value | undefined {
  const cell =
    /[ \t]*(?:<!\[CDATA\[)?[*_`]*((?:[^\n|<>*`]|\*(?=[^\s*|])){1,200}?)[*_`]*[ \t]*(?:\]\]>)?(?=\||<|\r?\n|$)/y;
  cell.lastIndex = at;
  const match = cell.exec(text);
  const found = match?.[1];
  if (match === null || found === undefined) return undefined;
  const start = match.index + match[0].indexOf(found);
  return { text: found, pieces: [[start, start + found.length]], quoted: false, next: start + found.length };
}

/** Said before a name and a value with only a space between them. */
const spacedBefore =
  /(?:^|\s|\\n|[`#])(?:ENV|ARG|setenv|setx|set(?:[ \t]+-\w+)*|export|define|SetEnv|login[ \t]+\S+|\S{1,20}[ \t]passwd\/\S+|machine[ \t].*|default[ \t].*)[ \t]+$/i;
/** Of routers and balancers, where the line begins with whose it is. */
const spacedUser = /^[ \t]*(?:enable|user(?:name)?[ \t]+\S+(?:[ \t].{0,60})?)[ \t]+$/;
const spacedSql = /\b(?:with[ \t]+(?:encrypted[ \t]+)?password|identified[ \t]+by)$/i;

/** 'the password for staging is Xyz', `--password Xyz`, `ENV DB_PASSWORD Xyz`, `requirepass Xyz`, `:password "x"`. */
function prose(place: Place, closed: number): Candidate[] {
  const { source, before, isFlag } = place;
  const { text, isSettings, isProse } = source;
  const spaced = skip(plainSpace, text, closed);
  if (spaced > closed) {
    const said = before + text.slice(place.start, closed);
    const takes = isFlag || spacedBefore.test(before) || (!isProse && spacedUser.test(before));
    const quoted = literals(text, spaced);
    if (quoted.length > 0)
      return quoted.filter(
        ({ text: value }) => takes || isSettings || spacedSql.test(said) || /:$|^\s*$/.test(before) || isMixed(value),
      );
    const alone =
      isSettings && !isProse && /^[ \t]*$/.test(before) && !/\.(?:csv|json|ya?ml|xml|log)$/.test(source.path);
    const asks =
      /^[ \t]*$/.test(before) &&
      /^(?:requirepass|masterauth|bindpw|password|passwd|pass)$/i.test(text.slice(place.start, closed));
    const used = /\b(?:with|using|use|and)[ \t]+(?:the[ \t]+)?$|\([ \t]*$/i.test(before);
    const bare = takes || alone || used || asks ? readBare(text, spaced, takes || alone) : undefined;
    if (bare !== undefined && (takes || ((alone || used) && isNoWord(bare.text)) || isMixed(bare.text)))
      return [{ ...bare, literal: !isExpression(bare.text) }];
  }
  if (/["']/.test(text.slice(place.start, closed))) return [];
  const at = skip(words, text, closed);
  if (at === closed || lineEndOf(text, closed) < at) return [];
  const quoted = readQuoted(text, at);
  // 'change the password to x': a change's goal is as often a noun.
  const isChange = /\b(?:to|from)[ \t]*$/.test(text.slice(closed, at));
  if (quoted !== undefined)
    return !isChange || (isMixed(quoted.text) && !/\s/.test(quoted.text)) ? [{ ...quoted, literal: true }] : [];
  const bare = readBare(text, at, false);
  if (bare === undefined || !isNoWord(bare.text) || !/[A-Za-z]/.test(bare.text)) return [];
  return [{ ...bare, literal: !isExpression(bare.text) }];
}

/** `a.b.c`, `foo_bar`, `a[0]`, `f(x)`: code, where it is not in quotes. */
function isExpression(text: string): boolean {
  return (
    /^[A-Za-z_$][\w$]*(?:(?:\.|::|->)[A-Za-z_$][\w$]*)+$/.test(text) || /^[\w.$]+\(|[\w)]\[|^[A-Z][A-Z\d_]+$/.test(text)
  );
}

function isComment(before: string): boolean {
  return /(?:^|\s)(?:\/\/|\/\*|#|--|\*|;|%|<!--|REM\b|rem\b)/.test(before);
}

/** An odd number of some quote stands before it in the line. */
function isInString(before: string): boolean {
  let open = '';
  for (let i = 0; i < before.length; i++) {
    const unit = before[i] as string;
    if (unit === '\\') i++;
    else if (open === unit) open = '';
    else if (open === '' && (unit === '"' || unit === "'" || unit === '`')) open = unit;
  }
  return open !== '';
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
