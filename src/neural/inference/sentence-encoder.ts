// Vectors of whole texts by a sentence encoder (models/encoder), in which texts of like meaning are near to each other.
// Source: Reimers & Gurevych 2019, Sentence-BERT, arXiv 1908.10084.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { Session, Tensor } from '../runtime/session.ts';

/** Values of a vector. */
export const VECTOR_WIDTH = 384;
/** Tokens that are read of a text; its makers trained it on texts up to here. */
const MAX_TOKENS = 256;
/** Characters from which tokens are made: more than `MAX_TOKENS` words of common texts have. */
const MAX_CHARACTERS = 4000;
/** Texts of a run, of like lengths: 390 short texts a second on two cores, instead of 300 one by one. */
const BATCH = 16;

export class SentenceEncoder {
  private readonly tokenizer: Tokenizer;
  private readonly session: Session;

  private constructor(tokenizer: Tokenizer, session: Session) {
    this.tokenizer = tokenizer;
    this.session = session;
  }

  /** Throws CodedError 'unsupported' where onnxruntime does not run. @param folder of `model.onnx` and `tokenizer.json` */
  static async load(folder: string, threads: number): Promise<SentenceEncoder> {
    const session = await Session.load(
      { bytes: readFileSync(join(folder, 'model.onnx')) },
      { device: 'cpu', threads, unpooled: true },
    );
    return new SentenceEncoder(
      new Tokenizer(JSON.parse(readFileSync(join(folder, 'tokenizer.json'), 'utf8')), {}),
      session,
    );
  }

  /**
   * Yields the index of a text and its vector, f32 [VECTOR_WIDTH] of length one. A text's vector does not depend on the
   * other texts. Short texts come first.
   */
  async *vectors(texts: readonly string[], signal?: AbortSignal): AsyncGenerator<readonly [number, Float32Array]> {
    const tokenized = texts.map((text, at) => ({ at, ids: this.idsOf(text) }));
    tokenized.sort((a, b) => a.ids.length - b.ids.length || a.at - b.at);
    for (let from = 0; from < tokenized.length; from += BATCH) {
      signal?.throwIfAborted();
      const batch = tokenized.slice(from, from + BATCH);
      const vectors = await this.run(batch.map(({ ids }) => ids));
      yield* batch.map(({ at }, i) => [at, vectors[i] as Float32Array] as const);
    }
  }

  dispose(): Promise<void> {
    return this.session.dispose();
  }

  /** With the marks of beginning and end. */
  private idsOf(text: string): readonly number[] {
    const { ids } = this.tokenizer.encode(text.slice(0, MAX_CHARACTERS));
    return ids.length <= MAX_TOKENS ? ids : [...ids.slice(0, MAX_TOKENS - 1), ids.at(-1) as number];
  }

  private async run(batch: readonly (readonly number[])[]): Promise<Float32Array[]> {
    const width = Math.max(...batch.map(({ length }) => length));
    const input = () => new BigInt64Array(batch.length * width);
    const [ids, mask] = [input(), input()];
    batch.forEach((row, i) => {
      ids.set(row.map(BigInt), i * width);
      mask.fill(1n, i * width, i * width + row.length);
    });
    const shape = [batch.length, width];
    const outputs = await this.session.run({
      input_ids: Tensor.host(ids, shape),
      attention_mask: Tensor.host(mask, shape),
      token_type_ids: Tensor.host(input(), shape),
    });
    const states = outputs.last_hidden_state as Tensor;
    const vectors = batch.map(({ length }, i) => {
      const start = i * width * VECTOR_WIDTH;
      return meanOf(states.floats.subarray(start, start + length * VECTOR_WIDTH));
    });
    states.dispose();
    return vectors;
  }
}

/** The mean over tokens, of length one. @param states [tokens, VECTOR_WIDTH] */
function meanOf(states: Float32Array): Float32Array {
  const sums = new Float64Array(VECTOR_WIDTH);
  for (let i = 0; i < states.length; i++) {
    const column = i % VECTOR_WIDTH;
    sums[column] = (sums[column] as number) + (states[i] as number);
  }
  const length = Math.hypot(...sums);
  return Float32Array.from(sums, (sum) => sum / length);
}
