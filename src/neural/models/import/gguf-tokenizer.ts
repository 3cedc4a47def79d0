// Converts a GGUF's tokenizer to Hugging Face's tokenizer.json. A GGUF only names the rule that splits text into words;
// each known name has a row. Source: llama.cpp's llama-vocab.cpp, and the models' own tokenizer.json.
import { quoted } from '../../../common/plain-text.ts';
import { isInByteAlphabet } from '../../../text/tokenizer/bytes.ts';
import {
  addedToken,
  byteLevelStep,
  digitsStep,
  splitStep,
  type TokenizerParts,
  tokenizerJson,
} from '../../../text/tokenizer/json-file.ts';
import { gpt4Pattern } from '../../../text/tokenizer/splits.ts';
import { corrupt, KNOWN_KIND, SERVE_IT, unsupported } from './refusals.ts';

export type Metadata = Readonly<Record<string, unknown>>;

/** How text is split into words. */
type WordSplitting = Pick<TokenizerParts<string>, 'steps' | 'normalizer' | 'ignoresMerges'>;

const splitWith = (...pattern: Parameters<typeof gpt4Pattern>) => splitStep(gpt4Pattern(...pattern));

const gpt2: WordSplitting = { steps: [byteLevelStep(true)] };
const smollm: WordSplitting = { steps: [digitsStep, byteLevelStep(true)] };
const qwen2: WordSplitting = { steps: [splitWith('\\p{N}'), byteLevelStep(false)], normalizer: { type: 'NFC' } };
const dbrx: WordSplitting = { steps: [splitWith('\\p{N}{1,3}'), byteLevelStep(false)] };

/** By tokenizer.ggml.pre. */
const WORD_SPLITTINGS: Readonly<Record<string, WordSplitting>> = {
  'gpt-2': gpt2,
  default: gpt2,
  smollm,
  starcoder: smollm,
  refact: smollm,
  qwen2,
  'deepseek-r1-qwen': qwen2,
  dbrx,
  'llama-bpe': { ...dbrx, ignoresMerges: true },
  'seed-coder': { steps: [splitWith('\\p{N}{1}', ' ?[^\\s\\p{L}\\p{N}\\r\\n]+'), byteLevelStep(false)] },
  'deepseek-coder': {
    steps: [
      splitStep('[\\r\\n]'),
      splitStep('\\s?\\p{L}+'),
      splitStep('\\s?\\p{P}+'),
      splitStep('[\\u4e00-\\u9fa5\\u0800-\\u4e00\\uac00-\\ud7ff]+'),
      digitsStep,
      byteLevelStep(false),
    ],
  },
};

/** token_type of GGUF. */
const [NORMAL, TEXT, UNUSED] = [1, 4, 5] as const;

export interface ImportedTokenizer {
  readonly tokenizer: unknown;
  /** Names of the tokens that end a text. */
  readonly ends: readonly string[];
}

/** Throws CodedError 'corrupt' or 'unsupported'. @param size of the embedding */
export function tokenizerFromGguf(metadata: Metadata, size: number): ImportedTokenizer {
  const of = (key: string) =>
    Object.hasOwn(metadata, `tokenizer.ggml.${key}`) ? metadata[`tokenizer.ggml.${key}`] : undefined;
  if (of('model') !== 'gpt2') {
    throw unsupported(`its tokenizer is of the kind ${quoted(of('model'))}; ${KNOWN_KIND}`, SERVE_IT);
  }
  const pre = of('pre') ?? 'default';
  const words = typeof pre === 'string' && Object.hasOwn(WORD_SPLITTINGS, pre) ? WORD_SPLITTINGS[pre] : undefined;
  if (!words) {
    const known = Object.keys(WORD_SPLITTINGS).join(', ');
    throw unsupported(`its tokenizer splits words by the unknown rule ${quoted(pre)}; known are ${known}`, SERVE_IT);
  }
  const tokens = texts(of('tokens'), 'tokens');
  if (tokens.length === 0 || tokens.length > size) throw corrupt('its tokenizer has other tokens than its embedding');
  const kinds = of('token_type') ?? tokens.map(() => NORMAL);
  if (!Array.isArray(kinds) || kinds.length !== tokens.length) throw corrupt('its tokenizer has no usable token_type');
  let used = tokens.length;
  while (used > 0 && kinds[used - 1] === UNUSED) used--;
  // Without a prototype: a token may be called __proto__.
  const vocabulary: Record<string, number> = Object.create(null);
  const added: ReturnType<typeof addedToken>[] = [];
  for (let id = 0; id < used; id++) {
    const content = tokens[id] as string;
    if (kinds[id] === NORMAL && isInByteAlphabet(content)) vocabulary[content] = id;
    else {
      // Unused tokens may share one name.
      const name = kinds[id] === UNUSED ? `<|unused ${id}|>` : content;
      // A user-defined token (TEXT) is not special.
      added.push(addedToken(id, name, kinds[id] !== TEXT));
    }
  }
  const named = (key: string) => {
    const id = of(key);
    return typeof id === 'number' && tokens[id] !== undefined ? [tokens[id]] : [];
  };
  const tokenizer = tokenizerJson({ ...words, vocab: vocabulary, added, merges: texts(of('merges'), 'merges') });
  return { tokenizer, ends: [...new Set([...named('eos_token_id'), ...named('eot_token_id')])] };
}

function texts(value: unknown, what: string): readonly string[] {
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  throw corrupt(`its tokenizer has no ${what}`);
}
