// An API key in whatever form a server repeats it: a server that was sent a key must not have it printed, logged or stored.

const replacement = '[key]';
/** A shorter one is replaced in messages as it is, and not in answers: it may be any word. */
const shortest = { message: 4, encoded: 8 } as const;
/** A key without a digit is a placeholder ('lm-studio', 'EMPTY') unless it is this long. */
const longestPlaceholder = 20;

/** Takes the key out of what a server wrote. @param what an answer keeps a word that merely is the key of a server of one's own */
export function withoutKey(text: string, apiKey: string, what: 'message' | 'answer'): string {
  if (apiKey.length < shortest.message) return text;
  const isSecret = apiKey.length >= shortest.encoded && (/\d/.test(apiKey) || apiKey.length >= longestPlaceholder);
  if (what === 'answer' && !isSecret) return text;
  if (apiKey.length < shortest.encoded) return text.replaceAll(apiKey, replacement);
  return text.replace(formsOf(apiKey), replacement);
}

/** The key in either case, base64, base64url and hex, its characters escaped for URLs, HTML and source text. */
function formsOf(apiKey: string): RegExp {
  if (last?.apiKey !== apiKey) {
    const bytes = Buffer.from(apiKey);
    const forms = [escapedForm(apiKey), hexForm(bytes), ...[0, 1, 2].map((offset) => base64Form(bytes, offset))];
    last = { apiKey, forms: new RegExp(forms.join('|'), 'giu') };
  }
  return last.forms;
}

/** There is one key at a time, and its forms are looked for in every piece of an answer. */
let last: { readonly apiKey: string; readonly forms: RegExp } | undefined;

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

/** The characters that hang on the key alone, where so many bytes stand before it. */
function base64Form(bytes: Buffer, offset: number): string {
  const all = Buffer.concat([Buffer.alloc(offset), bytes]);
  const text = all.toString('base64').replace(/=+$/, '');
  const end = all.length % 3 === 0 ? text.length : text.length - 1;
  const own = text.slice(Math.ceil((offset * 8) / 6), end);
  return [...own]
    .map((character) => (character === '+' ? '[+\\-]' : character === '/' ? '[\\/_]' : character))
    .join('\\s?');
}

const hexOf = (byte: number) => byte.toString(16).padStart(2, '0');
