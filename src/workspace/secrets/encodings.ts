// Lists the forms of a secret: escaped, percent-encoded, in base64, or as a part of the found value.

/**
 * In base64, a value begins at one of three byte offsets. Only the characters that do not depend on neighbouring bytes
 * are searched for.
 */
const offsets = [0, 1, 2];
/** Fewer base64 characters could match anything. */
const minBase64Length = 10;
/** Longer values are not searched for in base64 or escaped, because files wrap them into lines. */
const maxEncodedLength = 400;
/** Minimum length of a single line of a secret (a key's body) to be searched for by itself. */
const minLineLength = 20;

export interface EncodedSecret {
  readonly text: string;
  /** The form may occur in the middle of a run of letters and digits. */
  readonly isInsideWord: boolean;
}

/**
 * The forms without duplicates, the value itself first. `decoded.ts` handles nested base64, UTF-16,
 * hexadecimal digits, entities and joined literals.
 */
export function encodingsOf(value: string): EncodedSecret[] {
  const forms = new Map<string, EncodedSecret>();
  const add = (text: string, isInsideWord = false) => {
    if (!forms.has(text)) forms.set(text, { text, isInsideWord });
  };
  for (const plain of plainTextsOf(value)) {
    add(plain);
    add(JSON.stringify(plain).slice(1, -1));
    if (plain.length > maxEncodedLength) continue;
    for (const escaped of escapes) add(escaped(plain));
    for (const encoded of base64Of(plain)) add(encoded, true);
  }
  return [...forms.values()];
}

const jsonString = (text: string) => JSON.stringify(text).slice(1, -1);

/** Escapes of settings, shells, queries and pages. They do not change a text without special characters. */
const escapes: readonly ((text: string) => string)[] = [
  // JSON in JSON.
  (text) => jsonString(jsonString(text)),
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
  // URLs: in both cases, with optional characters escaped too, as form data, and each of these encoded twice.
  ...[percentEncoded, percentOfAll, formEncoded].flatMap((encode) => [
    encode,
    (text: string) => encode(text).replace(/%../g, lower),
    (text: string) => percentEncoded(encode(text)),
    (text: string) => percentEncoded(encode(text)).replace(/%../g, lower),
  ]),
  // The UTF-8 bytes as characters, as `decoded.ts` reads them.
  (text) => Buffer.from(text).toString('latin1'),
];

function lower(text: string): string {
  return text.toLowerCase();
}

/** The value, its lines and parts, the password in it if it is a URL, and the decoded text of each. */
function plainTextsOf(value: string): string[] {
  const inUrl = /:\/\/[^\s/@]*:([^\s/@]{6,})@/.exec(value)?.[1];
  const lines = value
    .split(/\r?\n|\\r?\\n|\\n/)
    .map((line) => line.trim())
    .filter((line) => line.length >= minLineLength && !line.startsWith('-----'));
  // Each part of a token with parts (a JSON web token), except its header, which is public.
  const parts = value.split('.').filter((part) => part.length >= minLineLength && /^(?!eyJ)[\w-]+$/.test(part));
  const texts = [value, ...(inUrl === undefined ? [] : [inUrl]), ...(lines.length > 1 ? lines : []), ...parts];
  return [...texts, ...texts.flatMap((text) => [percentDecoded(text), base64Decoded(text)])].filter(
    (text) => text !== undefined,
  );
}

function percentEncoded(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    // The text contains half of a surrogate pair.
    return text;
  }
}

/** Also encodes the characters that `encodeURIComponent` keeps. */
function percentOfAll(text: string): string {
  return percentEncoded(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Form encoding, in which a space is a plus. */
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

/** Decodes base64 of readable text, as in a Kubernetes Secret. A random token decodes to noise and is ignored. */
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
    if (core.length < minBase64Length) return [];
    return /[+/]/.test(core) ? [core, core.replaceAll('+', '-').replaceAll('/', '_')] : [core];
  });
}
