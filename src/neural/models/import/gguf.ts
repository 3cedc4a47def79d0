// Reads the header of a GGUF file that llama.cpp serves. @huggingface/gguf parses it; every claim in it is compared with
// the file.

import { open, stat } from 'node:fs/promises';
import { CodedError, messageOf } from '../../../common/errors.ts';
import { plainLine } from '../../../common/plain-text.ts';
import { type Metadata, tokenizerFromGguf } from './gguf-tokenizer.ts';
import { ADVICE, corrupt, unsupported } from './refusals.ts';

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
