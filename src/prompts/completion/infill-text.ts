// The middle of a text, asked of a model that was trained to fill it in: in its own tokens, or in two fields where its server takes them.
import type { Snippet } from '../../common/completion.ts';
import type { Infill } from '../../llm/protocol/infill.ts';

export interface InfillText {
  /** Before the cursor, or all of it where `suffix` is undefined. */
  readonly prompt: string;
  readonly suffix: string | undefined;
  readonly stop: readonly string[];
}

const MOST_STOPS = 3;

/** Pure. Places of the repository come before the file, where the family knows more than one. */
export function infillText(
  { family, door }: Infill,
  place: { readonly path: string; readonly prefix: string; readonly suffix: string },
  snippets: readonly Snippet[],
): InfillText {
  const { prefix, suffix, middle, file, suffixFirst, ends } = family;
  if (door.form === 'fields') return { prompt: place.prefix, suffix: place.suffix, stop: [] };
  const tokens = [prefix, suffix, middle, file ?? '', ...ends].map((each) => each.trim()).filter((each) => each !== '');
  // In the text they would be read as what they mean.
  const plain = (text: string) => tokens.reduce((kept, token) => kept.replaceAll(token, ''), text);
  const others = file === undefined ? [] : snippets.map(({ path, text }) => `${file}${path}\n${plain(text)}\n`);
  const head = file === undefined ? '' : `${others.join('')}${file}${plain(place.path)}\n`;
  const before = `${prefix}${plain(place.prefix)}`;
  const after = suffix === '' ? '' : `${suffix}${plain(place.suffix)}`;
  const prompt = suffixFirst ? `${head}${after}${before}${middle}` : `${head}${before}${after}${middle}`;
  // Beside the line end: some servers take no more than four.
  return { prompt, suffix: undefined, stop: ends.slice(0, MOST_STOPS) };
}
