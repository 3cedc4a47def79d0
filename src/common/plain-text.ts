// Sanitizes foreign text: removes terminal control sequences, bidirectional controls and invisible characters.

const ESC = String.fromCharCode(0x1b);
const BEL = String.fromCharCode(0x07);
const ST = String.fromCharCode(0x9c);
/**
 * ECMA-48: control sequences, strings up to their terminator or the line's end, and two-character escapes; unfinished
 * ones too.
 */
const sequences = [
  `(?:${ESC}\\[|\\u009b)[0-?]*[ -/]*[@-~]?`,
  `(?:${ESC}[\\]PX^_]|[\\u0090\\u0098\\u009d-\\u009f])[^${BEL}${ESC}${ST}\\n]*(?:${BEL}|${ESC}\\\\|${ST})?`,
  `${ESC}[ -/]*[0-~]?`,
].join('|');
/** The flags of England, Scotland and Wales: the only legitimate use of tag characters. */
const flag = '\\u{1f3f4}[\\u{e0061}-\\u{e007a}]{5}\\u{e007f}';
/** Control characters except tab and line feed, invisible characters, bidirectional controls, and lone surrogates. */
const invisible =
  '(?![\\t\\n])[\\p{Cc}\\p{Default_Ignorable_Code_Point}\\p{Noncharacter_Code_Point}\\p{Cs}\\u2028\\u2029\\ufff9-\\ufffb]';

const removable = new RegExp(`${sequences}|${flag}|${invisible}`, 'gu');
const anyInvisible = new RegExp(invisible, 'gu');

const joining =
  /[\p{scx=Arab}\p{scx=Syrc}\p{scx=Mong}\p{scx=Nkoo}\p{scx=Deva}\p{scx=Beng}\p{scx=Guru}\p{scx=Gujr}\p{scx=Orya}\p{scx=Taml}\p{scx=Telu}\p{scx=Knda}\p{scx=Mlym}\p{scx=Sinh}\p{scx=Khmr}]/u;
const rightToLeft = /[\p{scx=Hebr}\p{scx=Arab}\p{scx=Syrc}\p{scx=Thaa}\p{scx=Nkoo}]/u;
const unspaced = /[\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}\p{scx=Tibt}]/u;

/** Invisible characters that belong to the spelling, each only directly after a character that it can modify. */
const spelling: readonly { readonly mark: RegExp; readonly behind: RegExp }[] = [
  { mark: /[\u200c\u200d]/, behind: joining },
  { mark: /\u200d/, behind: /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f/u },
  { mark: /[\ufe0e\ufe0f]/, behind: /[\p{Emoji}\p{Extended_Pictographic}]/u },
  { mark: /[\ufe00-\ufe02\u{e0100}-\u{e01ef}]/u, behind: /\p{scx=Han}/u },
  { mark: /[\u180b-\u180f]/, behind: /\p{scx=Mong}/u },
  { mark: /[\u200e\u200f\u061c]/, behind: rightToLeft },
  { mark: /\u200b/, behind: unspaced },
];

/**
 * The text without control characters, terminal sequences, bidirectional controls and invisible characters; line ends
 * become '\n'. Joiners, variation selectors and direction marks that words and emoji need stay.
 */
export function plainText(text: string): string {
  let end = 0;
  /** What stays before `end`. */
  let last = '';
  return text.replace(removable, (found: string, at: number) => {
    const before = at === end ? last : characterBefore(text, at);
    const kept = keptOf(found, before, text[at + found.length]);
    end = at + found.length;
    last = kept === '' ? before : characterBefore(kept, kept.length);
    return kept;
  });
}

/** @param before the character before it that stays */
function keptOf(found: string, before: string, next: string | undefined): string {
  if (found === '\r') return next === '\n' ? '' : '\n';
  if (found === '\u2028' || found === '\u2029') return '\n';
  if (found.startsWith('\u{1f3f4}')) return found;
  return spelling.some(({ mark, behind }) => mark.test(found) && behind.test(before)) ? found : '';
}

function characterBefore(text: string, at: number): string {
  const low = text.charCodeAt(at - 1);
  return text.slice(Math.max(0, at - (low >= 0xdc00 && low <= 0xdfff ? 2 : 1)), at);
}

/** As `plainText`, on one line of at most `most` characters: for names, paths and messages. */
export function plainLine(text: string, most = 300): string {
  // The text is cut first, because an error page may have megabytes.
  return plainText(text.slice(0, 16 * most))
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, most)
    .toWellFormed();
}

/**
 * Removes the marks so that none is left, although a removal may join the parts of another one. For all texts in
 * prompts. One pass, because a text of nested marks would need one for each.
 */
export function withoutAny(text: string, marks: readonly string[]): string {
  if (!marks.some((mark) => text.includes(mark))) return text;
  const kept = new Uint16Array(text.length);
  let length = 0;
  const endsWith = (mark: string) => {
    let at = mark.length;
    while (at > 0 && at <= length && kept[length - mark.length + at - 1] === mark.charCodeAt(at - 1)) at--;
    return at === 0;
  };
  for (let at = 0; at < text.length; at++) {
    kept[length++] = text.charCodeAt(at);
    length -= marks.find(endsWith)?.length ?? 0;
  }
  return Buffer.from(kept.buffer, 0, 2 * length).toString('utf16le');
}

const QUOTED = 60;

/** A value of a file or a server as a message quotes it: `'its beginning…'`, or what it is. It may be of any length. */
export function quoted(value: unknown): string {
  if (typeof value === 'string') {
    const line = plainLine(value, QUOTED);
    return `'${line}${line.length === QUOTED || value.length > 16 * QUOTED ? '…' : ''}'`;
  }
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  if (value === undefined) return 'nothing';
  return Array.isArray(value) ? 'a list' : `of type ${typeof value}`;
}

/** JSON with invisible characters escaped, so that a terminal can show it. Parses to the same value. */
export function plainJson(value: unknown, indent?: number): string {
  const escaped = (found: string) =>
    [...Array(found.length).keys()].map((at) => `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
  return JSON.stringify(value, null, indent).replace(anyInvisible, escaped);
}
