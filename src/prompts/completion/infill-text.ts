// The prompt for a model trained to fill in the middle: with its special tokens, or as two fields if its server accepts
// them.
import type { Snippet } from '../../common/completion.ts';
import type { Infill } from '../../llm/protocol/infill.ts';

export interface InfillText {
  /** The text before the cursor; the whole prompt if `suffix` is undefined. */
  readonly prompt: string;
  readonly suffix: string | undefined;
  readonly stop: readonly string[];
}

const MOST_STOPS = 3;

/** Pure. Snippets precede the file if the model's form has several files. */
export function infillText(
  { family, endpoint }: Infill,
  position: { readonly path: string; readonly prefix: string; readonly suffix: string },
  snippets: readonly Snippet[],
): InfillText {
  const { prefix, suffix, middle, file, suffixFirst, ends } = family;
  if (endpoint.form === 'fields') return { prompt: position.prefix, suffix: position.suffix, stop: [] };
  const tokens = [prefix, suffix, middle, file ?? '', ...ends].map((each) => each.trim()).filter((each) => each !== '');
  // Special tokens in the text would be read as marks.
  const plain = (text: string) => tokens.reduce((kept, token) => kept.replaceAll(token, ''), text);
  const others = file === undefined ? [] : snippets.map(({ path, text }) => `${file}${path}\n${plain(text)}\n`);
  const head = file === undefined ? '' : `${others.join('')}${file}${plain(position.path)}\n`;
  const before = `${prefix}${plain(position.prefix)}`;
  const after = suffix === '' ? '' : `${suffix}${plain(position.suffix)}`;
  const prompt = suffixFirst ? `${head}${after}${before}${middle}` : `${head}${before}${after}${middle}`;
  // Together with the line end: some servers accept at most four.
  return { prompt, suffix: undefined, stop: ends.slice(0, MOST_STOPS) };
}
