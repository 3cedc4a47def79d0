// Redacts an API key in every form in which a server may repeat it, so that it is never shown, logged or stored.

const replacement = '[key]';
/**
 * Minimum key lengths. A key shorter than `encoded` may be an ordinary word. It is redacted only in messages, and only
 * where it stands literally.
 */
const minLength = { message: 4, encoded: 8 } as const;
/** A shorter key without a digit is a placeholder ('lm-studio', 'EMPTY'). */
const maxPlaceholderLength = 20;

/**
 * Redacts the key in a server's text.
 * @param kind in an 'answer' a placeholder key is not redacted, because it may be an ordinary word
 */
export function withoutKey(text: string, apiKey: string, kind: 'message' | 'answer'): string {
  if (apiKey.length < minLength.message) return text;
  const isSecret = apiKey.length >= minLength.encoded && (/\d/.test(apiKey) || apiKey.length >= maxPlaceholderLength);
  if (kind === 'answer' && !isSecret) return text;
  if (apiKey.length < minLength.encoded) return text.replaceAll(apiKey, replacement);
  return text.replace(formsOf(apiKey), replacement);
}

/** Matches the key in either case, escaped for URLs, HTML and source text, and in base64, base64url and hex. */
function formsOf(apiKey: string): RegExp {
  if (cached?.apiKey !== apiKey) {
    const bytes = Buffer.from(apiKey);
    const forms = [escapedForm(apiKey), hexForm(bytes), ...[0, 1, 2].map((offset) => base64Form(bytes, offset))];
    cached = { apiKey, forms: new RegExp(forms.join('|'), 'giu') };
  }
  return cached.forms;
}

/** Cache of one key, because its forms are searched for in every piece of an answer. */
let cached: { readonly apiKey: string; readonly forms: RegExp } | undefined;

function escapedForm(apiKey: string): string {
  return [...apiKey]
    .map((character) => {
      const bytes = [...Buffer.from(character)].map((byte) => `%(?:25)*${hexOf(byte)}`).join('');
      const code = character.codePointAt(0) as number;
      const hex = code.toString(16);
      const html = `&#(?:0*${code}|x0*${hex});`;
      const source = code < 0x10000 ? `|\\\\u${hex.padStart(4, '0')}` : '';
      const short = code < 0x100 ? `|\\\\x${hexOf(code)}` : '';
      return `(?:\\u{${hex}}|${bytes}|${html}${source}${short})`;
    })
    .join('');
}

function hexForm(bytes: Buffer): string {
  return [...bytes].map(hexOf).join('(?:[\\s:,\\-]{0,2}(?:0x|\\\\x)?)');
}

/** The base64 characters that depend only on the key, if `offset` bytes precede it. */
function base64Form(bytes: Buffer, offset: number): string {
  const all = Buffer.concat([Buffer.alloc(offset), bytes]);
  const text = all.toString('base64').replace(/(?<!=)=+$/, '');
  const end = all.length % 3 === 0 ? text.length : text.length - 1;
  const keyCharacters = text.slice(Math.ceil((offset * 8) / 6), end);
  return [...keyCharacters]
    .map((character) => (character === '+' ? '[+\\-]' : character === '/' ? '[\\/_]' : character))
    .join('\\s?');
}

const hexOf = (byte: number) => byte.toString(16).padStart(2, '0');
