// How one secret may be written elsewhere: escaped, as entities, percent-encoded, in base64, or inside a longer value
// that was found.

/**
 * Base64 has a value's bytes at one of three offsets; of each only the characters that no neighbour changes are looked
 * for.
 */
const offsets = [0, 1, 2];
/** Fewer characters of base64 could be anything. */
const leastBase64 = 10;
/** Longer values are not looked for in base64: a file that carries one so carries it in lines. */
const mostEncoded = 400;
/** A line of a secret of several lines (a key's body) that is worth looking for alone. */
const leastLine = 20;

export interface SecretForm {
  readonly text: string;
  /** It may stand in the middle of a run of letters and digits. */
  readonly inside: boolean;
}

/** The value itself first; each text once. Base64 of base64, of UTF-16, base32 and hexadecimal digits: `decoded.ts`. */
export function formsOf(value: string): SecretForm[] {
  const forms = new Map<string, SecretForm>();
  const add = (text: string, inside = false) => {
    if (!forms.has(text)) forms.set(text, { text, inside });
  };
  for (const plain of plainOf(value)) {
    add(plain);
    add(JSON.stringify(plain).slice(1, -1));
    if (plain.length > mostEncoded) continue;
    for (const escaped of escapes) add(escaped(plain));
    for (const encoded of base64Of(plain)) add(encoded, true);
  }
  return [...forms.values()];
}

const jsonString = (text: string) => JSON.stringify(text).slice(1, -1);
const hexOf = (unit: string, digits: number) => unit.charCodeAt(0).toString(16).padStart(digits, '0');

/** How settings, shells, queries and pages write a text. Without signs that need it, all are the text itself. */
const escapes: readonly ((text: string) => string)[] = [
  // JSON in JSON, and with the signs that pages escape in it.
  (text) => jsonString(jsonString(text)),
  (text) => jsonString(text).replace(/[<>&']/g, (sign) => `\\u${hexOf(sign, 4)}`),
  (text) => jsonString(text).replaceAll('/', '\\/'),
  // Compose, Make.
  (text) => text.replaceAll('$', '$$$$'),
  // Shells: in single quotes in two ways, without quotes, in double quotes.
  (text) => text.replaceAll("'", "'\\''"),
  (text) => text.replaceAll("'", `'"'"'`),
  (text) => text.replace(/[^\w\-./:@%+=,]/g, '\\$&'),
  (text) => text.replace(/[^\w\-./:@%]/g, '\\$&'),
  (text) => text.replace(/["$`\\]/g, '\\$&'),
  // SQL and single quotes of YAML and PowerShell, CSV, double quotes of PowerShell, literals in single quotes.
  (text) => text.replaceAll("'", "''"),
  (text) => text.replaceAll('"', '""'),
  (text) => text.replace(/["$`]/g, '`$&'),
  (text) => text.replace(/['\\]/g, '\\$&'),
  // Entities: by name, as Python, Go and browsers write them, and every sign by its number.
  (text) => text.replace(/[&<>"']/g, (sign) => entities[sign] as string),
  (text) => text.replace(/[&<>"']/g, (sign) => (sign === "'" ? '&#39;' : (entities[sign] as string))),
  (text) => text.replace(/[&<>"']/g, (sign) => (sign === "'" ? '&#x27;' : (entities[sign] as string))),
  (text) => text.replace(/[&<>"']/g, (sign) => ({ '"': '&#34;', "'": '&#39;' })[sign] ?? (entities[sign] as string)),
  (text) => text.replace(/[&<>"']/g, (sign) => ({ '"': '&#34;', "'": '&#x27;' })[sign] ?? (entities[sign] as string)),
  (text) => text.replace(/[&<>"']/g, decimal),
  (text) => text.replace(/[&<>"']/g, hexadecimal),
  (text) => text.replace(/[^A-Za-z\d]/g, decimal),
  (text) => text.replace(/[^A-Za-z\d]/g, hexadecimal),
  // Addresses: in both cases, also with the signs that only some escape, as a form's, and all of it twice.
  ...[percentEncoded, percentOfAll, formEncoded].flatMap((encode) => [
    encode,
    (text: string) => encode(text).replace(/%../g, lower),
    (text: string) => percentEncoded(encode(text)),
    (text: string) => percentEncoded(encode(text)).replace(/%../g, lower),
  ]),
  // The bytes of its UTF-8, as `decoded.ts` reads them.
  (text) => Buffer.from(text).toString('latin1'),
];

const decimal = (sign: string) => `&#${sign.charCodeAt(0)};`;
const hexadecimal = (sign: string) => `&#x${hexOf(sign, 2)};`;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

function lower(text: string): string {
  return text.toLowerCase();
}

/** The value, its lines, the password in it where it is a URL, and what it stands for where it is itself encoded. */
function plainOf(value: string): string[] {
  const inUrl = /:\/\/[^\s/@]*:([^\s/@]{6,})@/.exec(value)?.[1];
  const lines = value
    .split(/\r?\n|\\r?\\n|\\n/)
    .map((line) => line.trim())
    .filter((line) => line.length >= leastLine && !line.startsWith('-----'));
  // Of a token with parts (a JSON web token) each; its head is no secret.
  const parts = value.split('.').filter((part) => part.length >= leastLine && /^(?!eyJ)[\w-]+$/.test(part));
  const seen = [value, ...(inUrl === undefined ? [] : [inUrl]), ...(lines.length > 1 ? lines : []), ...parts];
  return [...seen, ...seen.flatMap((text) => [percentDecoded(text), base64Decoded(text)])].filter(
    (text) => text !== undefined,
  );
}

function percentEncoded(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    // Half a surrogate pair.
    return text;
  }
}

/** Also the signs that `encodeURIComponent` leaves. */
function percentOfAll(text: string): string {
  return percentEncoded(text).replace(/[!'()*]/g, (sign) => `%${hexOf(sign, 2).toUpperCase()}`);
}

/** Of a form: a space is a plus. */
function formEncoded(text: string): string {
  return percentOfAll(text).replaceAll('%20', '+').replaceAll('~', '%7E').replaceAll('%2A', '*');
}

function percentDecoded(text: string): string | undefined {
  if (!/%[0-9a-f]{2}/i.test(text)) return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Text that somebody has put into base64, as in a Secret of Kubernetes; not a random token, which decodes to noise. */
function base64Decoded(text: string): string | undefined {
  if (text.length < 12 || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  const decoded = Buffer.from(text, 'base64').toString('latin1');
  return /^[\x20-\x7e]{8,}$/.test(decoded) && /[^A-Za-z_-]/.test(decoded) ? decoded : undefined;
}

function base64Of(text: string): string[] {
  const bytes = Buffer.from(text);
  return offsets.flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    const core = encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
    if (core.length < leastBase64) return [];
    return /[+/]/.test(core) ? [core, core.replaceAll('+', '-').replaceAll('/', '_')] : [core];
  });
}
