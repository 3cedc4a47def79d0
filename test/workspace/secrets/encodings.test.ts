// A secret that is known of a folder is redacted in each of the forms that `forms.ts` lists.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redactText, SecretValues } from '../../../src/workspace/secrets/secrets.ts';
import { noise } from '../files/samples.ts';

const base64 = (text: string, encoding: BufferEncoding = 'utf8') => Buffer.from(text, encoding).toString('base64');
const utf16 = (text: string) => base64(text, 'utf16le');
const hex = (text: string) => Buffer.from(text).toString('hex');
const pairs = (text: string) => hex(text).match(/../g) ?? [];

/** Put together here, so that no scanner takes them for real. */
const values = [
  ['it\'s$uper"', '<T0p>&9%'].join(''),
  ['Tr0ub4dor', '&3$x'].join(''),
  noise(40),
  `https://deploy:${['pa55/', "w0rd'$"].join('')}@host.example.org/db`,
];

const hexOf = (sign: string) => sign.charCodeAt(0).toString(16);

/** What of a written form must be gone; the text that holds it. */
const forms: readonly (readonly [form: string, write: (value: string) => string])[] = [
  ['hex', hex],
  ['hex in capitals', (value) => hex(value).toUpperCase()],
  ['hex with colons', (value) => pairs(value).join(':')],
  ['hex with spaces', (value) => pairs(value).join(' ').toUpperCase()],
  [
    'hex escapes',
    (value) =>
      pairs(value)
        .map((pair) => `\\x${pair}`)
        .join(''),
  ],
  [
    'unicode escapes',
    (value) =>
      pairs(value)
        .map((pair) => `\\u00${pair}`)
        .join(''),
  ],
  ['base64', (value) => base64(value)],
  ['base64 of UTF-16', utf16],
  ['double base64', (value) => base64(base64(value))],
  ['double base64 with an end of line', (value) => base64(`${base64(value)}\n`)],
  ['base64url', (value) => Buffer.from(value).toString('base64url')],
  ['Compose', (value) => value.replaceAll('$', '$$$$')],
  ['shell', (value) => `'${value.replaceAll("'", "'\\''")}'`],
  ["shell with '\"'\"'", (value) => `'${value.replaceAll("'", `'"'"'`)}'`],
  ['shell with backslashes', (value) => value.replace(/[^\w\-./:@%]/g, '\\$&')],
  ['shell in double quotes', (value) => `"${value.replace(/[$"`\\]/g, '\\$&')}"`],
  ['SQL', (value) => `'${value.replaceAll("'", "''")}'`],
  ['CSV', (value) => `"${value.replaceAll('"', '""')}"`],
  ['PowerShell', (value) => `"${value.replace(/[$"`]/g, '`$&')}"`],
  ['named entities', (value) => value.replace(/[&<>"']/g, (sign) => named[sign] as string)],
  ['decimal entities', (value) => value.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)],
  ['decimal entities of Python', (value) => value.replace(/[&<>"']/g, (sign) => python[sign] as string)],
  ['hexadecimal entities', (value) => value.replace(/[&<>"']/g, (sign) => `&#x${sign.charCodeAt(0).toString(16)};`)],
  ['decimal entities of every character', (value) => [...value].map((sign) => `&#${sign.charCodeAt(0)};`).join('')],
  ['hexadecimal entities of every character', (value) => [...value].map((sign) => `&#x${hexOf(sign)};`).join('')],
  ['capital hexadecimal entities', (value) => [...value].map((sign) => `&#X${hexOf(sign).toUpperCase()};`).join('')],
  ['percent', encodeURIComponent],
  ['percent, every sign', (value) => encodeURIComponent(value).replace(/['()*!]/g, (s) => `%${hex(s).toUpperCase()}`)],
  ['percent twice', (value) => encodeURIComponent(encodeURIComponent(value))],
  ['a form', (value) => new URLSearchParams({ a: value }).toString().slice(2)],
  ['JSON', (value) => JSON.stringify(value)],
  ['JSON in JSON', (value) => JSON.stringify(JSON.stringify(value))],
  ['escapes of HTML in JSON', (value) => JSON.stringify(value).replace(/[<>&']/g, (s) => `\\u00${hex(s)}`)],
];
const named: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const python = { ...named, '"': '&#34;', "'": '&#x27;' } as Readonly<Record<string, string>>;

/** The longest run of a form that is left, in characters. */
function left(text: string, form: string): number {
  let longest = 0;
  for (let i = 0; i < form.length; i++)
    while (i + longest < form.length && text.includes(form.slice(i, i + longest + 1))) longest++;
  return longest;
}

for (const [form, write] of forms)
  test(`a known value is redacted as ${form}`, () => {
    for (const value of values) {
      const written = write(value);
      const known = [new SecretValues([value])];
      for (const text of [`run ${written}\n`, `x = f(${written});`]) {
        const redacted = redactText(text, 'a.txt', known).text;
        assert.equal(redacted.length, text.length);
        // The scheme, the user and the host of an address are no secrets; base64 shares signs with neighbours.
        if (value.includes('://')) {
          const inside = write(value.slice(15, -21)).replace(/^['"\\]+|['"\\]+$/g, '');
          if (!/base|double/.test(form)) assert.ok(!redacted.includes(inside), redacted);
        } else assert.ok(left(redacted, written) <= 5, redacted);
      }
    }
  });

test('redacts a known value beyond ASCII as JSON writers of Python and PHP escape it, and in other forms', () => {
  const value = ['Pässw', 'örd-2024!'].join('');
  const inAscii = value.replace(/[^\0-\x7f]/g, (sign) => `\\u${hexOf(sign).padStart(4, '0')}`);
  const entities = [...value].map((sign) => `&#${sign.charCodeAt(0)};`).join('');
  const named = inAscii.replaceAll('\\u00e4', '&#xe4;').replaceAll('\\u00f6', '&#xF6;');
  for (const form of [
    inAscii,
    inAscii.replaceAll('\\', '\\\\'),
    entities,
    named,
    hex(value),
    encodeURIComponent(value),
  ]) {
    const text = `{"a": "${form}", "b": 1}\n`;
    const redacted = redactText(text, 'a.json', [new SecretValues([value])]).text;
    assert.ok(left(redacted, form) <= 5, redacted);
    assert.ok(redacted.endsWith('", "b": 1}\n') && redacted.startsWith('{"a": "'), redacted);
  }
});

test('redacts a known value that is cut in the middle into two literals', () => {
  for (const value of values.slice(1))
    for (const joint of ['" + "', '" +\n  "', '"\n  + "', '"\n  "', '" \\\n  "', '" . "', '" .. "', '" & "', '" "']) {
      const [first, second] = [value.slice(0, value.length / 2), value.slice(value.length / 2)];
      const redacted = redactText(`x = f("${first}${joint}${second}");\n`, 'a.txt', [new SecretValues([value])]).text;
      for (const half of [first, second]) assert.ok(left(redacted, half) <= 5, redacted);
    }
});

test('redacts a known value in base64 that is wrapped at 64 or 76 columns', () => {
  const secret = values[1] as string;
  for (const filler of [38, 45, 47, 50, 53, 56])
    for (const columns of [64, 76])
      for (const joint of ['\n', '\r\n', '\n  ', '\\n', '\\n" +\n  "', '" \\\n  "'])
        for (const encode of [base64, utf16]) {
          const whole = encode(`${noise(filler)}${secret}${noise(60)}`);
          const text = (whole.match(new RegExp(`.{1,${columns}}`, 'g')) ?? []).join(joint);
          const redacted = redactText(`key: "${text}"\n`, 'a.txt', [new SecretValues([secret])]).text;
          const core = encode(`${noise(filler)}${secret}`)
            .replace(/=+$/, '')
            .slice(encode(noise(filler)).length, -2);
          for (let at = 0; at + 10 <= core.length; at++)
            assert.ok(
              !redacted.includes(core.slice(at, at + 10)),
              `${filler} ${columns} ${JSON.stringify(joint)}\n${redacted}`,
            );
        }
});

test('redacts a known value that is wrapped at 76 columns', () => {
  const secret = noise(120);
  const text = (`${'-'.repeat(20)} ${secret}`.match(/.{1,76}/g) ?? []).join('\n');
  assert.ok(left(redactText(text, 'a.txt', [new SecretValues([secret])]).text, secret) < 6);
});

test('redacts a text that contains only one form of a value', () => {
  const known = [new SecretValues([values[1] as string])];
  for (const text of ['54 72 30 75 62', 'VHIwdWI=', 'Tr0ub4', '$$x &3', 'ordinary text, 4f9c1e7ab2d8063594f0'])
    assert.equal(redactText(text, 'a.txt', known).text, text);
});
