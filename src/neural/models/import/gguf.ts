// Reads the header of a GGUF file that llama.cpp serves, and its tokenizer. @huggingface/gguf parses it; every claim
// in it is compared with the file.

import { open, stat } from 'node:fs/promises';
import { CodedError, messageOf } from '../../../common/errors.ts';
import { plainLine, quoted } from '../../../common/plain-text.ts';
import { isInByteAlphabet } from '../../../text/tokenizer/bpe.ts';
import { DEEPSEEK_PATTERNS, gpt4Pattern } from '../../../text/tokenizer/splits.ts';

/** Advice for a file that cannot be used. */
const ADVICE = 'Choose another file, or download it again.';

export const corrupt = (what: string, cause?: unknown) =>
  new CodedError('corrupt', `The model cannot be used: ${what}. ${ADVICE}`, { cause });
export const unsupported = (what: string, advice = 'Choose another one.') =>
  new CodedError('unsupported', `The model cannot be used: ${what}. ${advice}`);

/** Advice for a file that only our tokenizer cannot read. */
const SERVE_IT =
  "Choose another one, or run it in llama.cpp's server and choose that with 'Easy Adaptation: Choose the Large Model…'.";

/** For models with a SentencePiece tokenizer ('llama' in a GGUF): CodeLlama, CodeGemma, Mistral. */
export const KNOWN_KIND =
  "byte-pair encodings over bytes are read ('gpt2' in a GGUF), which Qwen2.5-Coder, StarCoder2, DeepSeek-Coder, Granite, Llama 3 and SmolLM2 have, and not SentencePiece's";

// What loadTokenizer reads of a tokenizer.json.

/** Maps bytes to the alphabet and back. @param useRegex also split words by GPT-2's pattern */
export const byteLevelStep = (useRegex: boolean) => ({ type: 'ByteLevel', use_regex: useRegex });

/** A pre-tokenizer step that makes each match a word. */
export const splitStep = (regex: string) => ({ type: 'Split', pattern: { Regex: regex } });

/** A pre-tokenizer step that makes each digit a word. */
const digitsStep = { type: 'Digits' };

/** `special`: true: the token represents no text; false: this text is one token wherever it occurs. */
interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
}

interface TokenizerParts {
  /** Entries in the byte-level alphabet. */
  readonly vocab: Readonly<Record<string, number>>;
  /** Each is 'a b' or ['a', 'b']; best first. */
  readonly merges: readonly (string | readonly string[])[];
  readonly added: readonly AddedToken[];
  /** The steps that split a text into words; the last is a ByteLevel. */
  readonly steps: readonly object[];
  readonly normalizer?: object;
  /** Whether a word in the vocabulary is always one token, without merges. */
  readonly ignoresMerges?: boolean;
}

export function tokenizerJson({ vocab, merges, added, steps, normalizer, ignoresMerges }: TokenizerParts) {
  return {
    added_tokens: added,
    normalizer: normalizer ?? null,
    pre_tokenizer: { type: 'Sequence', pretokenizers: steps },
    model: { vocab, merges, ignore_merges: ignoresMerges === true },
  };
}

type Metadata = Readonly<Record<string, unknown>>;

// Converts a GGUF's tokenizer to Hugging Face's tokenizer.json. A GGUF only names the rule that splits text into words;
// each known name has a row. Source: llama.cpp's llama-vocab.cpp, and the models' own tokenizer.json.

/** How text is split into words. */
type WordSplitting = Pick<TokenizerParts, 'steps' | 'normalizer' | 'ignoresMerges'>;

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
    steps: [...DEEPSEEK_PATTERNS.map(splitStep), digitsStep, byteLevelStep(false)],
  },
};

/** token_type of GGUF. */
const [NORMAL, TEXT, UNUSED] = [1, 4, 5] as const;

interface ImportedTokenizer {
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
  const added: AddedToken[] = [];
  for (let id = 0; id < used; id++) {
    const content = tokens[id] as string;
    if (kinds[id] === NORMAL && isInByteAlphabet(content)) vocabulary[content] = id;
    else {
      // Unused tokens may share one name.
      const name = kinds[id] === UNUSED ? `<|unused ${id}|>` : content;
      // A user-defined token (TEXT) is not special.
      added.push({ id, content: name, special: kinds[id] !== TEXT });
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

interface Header {
  readonly metadata: Metadata;
  readonly tensorInfos: readonly {
    readonly name: string;
    /** The dimension whose index changes fastest comes first. */
    readonly shape: readonly bigint[];
    readonly offset: bigint;
  }[];
  readonly tensorDataOffset: bigint;
  readonly littleEndian: boolean;
}

/** Facts in the header of a GGUF that llama.cpp serves. */
export interface GgufFacts {
  /** The name in the metadata; '' if there is none. */
  readonly name: string;
  /** The licence that the file states. A distributor may have changed it. */
  readonly licence: string | undefined;
  readonly architecture: string;
  readonly contextLength: number;
  /** Number of tokens in the vocabulary. */
  readonly vocabulary: number;
  readonly parameters: number;
  /** Size of the file. */
  readonly bytes: number;
  /** In the layout of Hugging Face's tokenizer.json. */
  readonly tokenizer: unknown;
  /** Names of the tokens that end a text. */
  readonly ends: readonly string[];
}

/**
 * Throws CodedError 'unreadable', 'corrupt' or 'unsupported'. Whether llama.cpp knows the architecture is not checked.
 */
export async function readGgufFacts(path: string): Promise<GgufFacts> {
  const bytes = await sizeOf(path);
  const { metadata, tensorInfos, tensorDataOffset, littleEndian } = await readHeader(path);
  if (!littleEndian) throw unsupported('its numbers are big-endian');
  const parts = number(metadata['split.count']);
  if (parts !== undefined && parts > 1)
    throw unsupported(`it is one of ${parts} parts: join them with llama.cpp's llama-gguf-split --merge`);
  const architecture = text(metadata['general.architecture']);
  const own = (key: string) => metadata[`${architecture}.${key}`];
  const contextLength = number(own('context_length'));
  const embedding = tensorInfos.find(({ name }) => name === 'token_embd.weight');
  if (architecture === undefined || !embedding || !isCount(contextLength)) throw corrupt('it is no language model');
  if (own('attention.causal') === false) throw unsupported('it does not predict the next token');
  const last = tensorInfos.reduce((most, { offset }) => Math.max(most, Number(offset)), 0);
  if (Number(tensorDataOffset) + last >= bytes) throw corrupt('its file was cut off');
  const vocabulary = Number(embedding.shape[1]);
  const parameters = tensorInfos.reduce(
    (sum, { shape }) => sum + shape.reduce((size, each) => size * Number(each), 1),
    0,
  );
  if (!isCount(vocabulary) || !isCount(parameters)) throw corrupt('its tensors have no usable shapes');
  return {
    ...tokenizerFromGguf(metadata, vocabulary),
    name: text(metadata['general.name']) ?? text(metadata['general.basename']) ?? '',
    licence: text(metadata['general.license']),
    architecture,
    contextLength,
    vocabulary,
    parameters,
    bytes,
  };
}

const isCount = (value: number | undefined): value is number => Number.isSafeInteger(value) && (value as number) > 0;

/** Opens regular files only: a pipe would block. Throws CodedError 'unreadable'. */
async function sizeOf(path: string): Promise<number> {
  try {
    const file = await stat(path);
    if (!file.isFile()) throw new Error('it is no plain file');
    await (await open(path, 'r')).close();
    return file.size;
  } catch (cause) {
    throw new CodedError('unreadable', `${path} cannot be read: ${messageOf(cause)}. ${ADVICE}`, { cause });
  }
}

async function readHeader(path: string): Promise<Header> {
  // Loaded on the first import only.
  const { gguf } = await import('@huggingface/gguf');
  try {
    return (await gguf(path, { allowLocalFile: true })) as unknown as Header;
  } catch (cause) {
    throw corrupt(`its header is damaged or not a GGUF header (${plainLine(messageOf(cause), 200)})`, cause);
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 200) : undefined;
}

/** Any of GGUF's integers and reals. */
function number(value: unknown): number | undefined {
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'number' ? value : undefined;
}
