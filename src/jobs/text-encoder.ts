// Vectors of a task's texts, by the sentence encoder in this process, each read once (storage/text-vectors.ts).
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { yieldToEvents } from '../adapt/cancellation.ts';
import { CodedError } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { threadCount } from '../common/threads.ts';
import { SentenceEncoder } from '../neural/inference/sentence-encoder.ts';
import { type EncoderFiles, TextVectors } from '../storage/text-vectors.ts';
import type { EncodeTexts } from '../text-tasks/label-reader.ts';
import { keyOf } from '../text-tasks/labels/extract.ts';

export interface TextEncoder {
  readonly encode: EncodeTexts;
  close(): Promise<void>;
}

/** Undefined where onnxruntime does not run: the log says why. */
export async function openTextEncoder(
  { encoder: folder, vectors: file }: EncoderFiles,
  log: Log,
  signal: AbortSignal,
): Promise<TextEncoder | undefined> {
  let encoder: SentenceEncoder;
  try {
    encoder = await SentenceEncoder.load(folder, threadCount('auto'));
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    log.warn(error.message);
    return undefined;
  }
  const hash = createHash('sha256')
    .update(readFileSync(join(folder, 'model.onnx')))
    .digest('hex');
  const stored = new TextVectors(file, hash, log);
  return {
    encode: async (texts, onRead) => {
      const keys = texts.map(keyOf);
      const found = stored.find(keys);
      const unread = new Map(keys.flatMap((key, i) => (found.has(key) ? [] : [[key, texts[i] as string]])));
      const [openKeys, openTexts] = [[...unread.keys()], [...unread.values()]];
      const read = new Map<number, Float32Array>();
      try {
        for await (const [i, vector] of encoder.vectors(openTexts, signal)) {
          read.set(openKeys[i] as number, vector);
          onRead?.(texts.length - openTexts.length + read.size);
          await yieldToEvents(signal);
        }
      } finally {
        // Also what was read before a cancellation.
        if (read.size > 0) stored.add(read);
      }
      return keys.map((key) => (read.get(key) ?? found.get(key)) as Float32Array);
    },
    close: async () => {
      stored.close();
      await encoder.dispose();
    },
  };
}
