// Scores texts longer than a model's context: windows that overlap by half, each headed by the file's name, each token scored once.

import { physicalCores } from '../../src/common/threads.ts';
import type { Precision } from '../../src/neural/architecture/precision.ts';
import { Network } from '../../src/neural/inference/network.ts';
import { loadModel } from '../../src/neural/models/model-folder.ts';
import { loadLibrary } from '../../src/neural/runtime/library.ts';
import type { Tokenizer } from '../../src/text/tokenizer/types.ts';
import { likeliest } from '../common/greedy/generate.ts';

/** Tokens [start, end) of a file are shown to the model, those from `from` on are scored. */
export interface Window {
  readonly start: number;
  readonly from: number;
  readonly end: number;
}

/** Tokens of a window at most, whatever the model could see: more is not what it is asked with. */
const longestWindow = 1024;

/** Tokens of a file's name that a window repeats at most, as in pretraining. */
const longestHead = 64;

/**
 * @param count tokens of the file
 * @param room tokens of a window
 * @returns windows in which every scored token has at least half of `room` before it, or all of the file's beginning
 */
export function windowsOf(count: number, room: number): Window[] {
  const windows: Window[] = [];
  const step = Math.max(1, Math.floor(room / 2));
  for (let from = 0; from < count; ) {
    const end = Math.min(count, from === 0 ? room : from + step);
    windows.push({ start: Math.max(0, end - room), from, end });
    from = end;
  }
  return windows;
}

export interface TextLoss {
  /** Sum of negative log-likelihoods, nats. */
  readonly nats: number;
  readonly tokens: number;
}

/** The file's name is given, and not counted. */
export async function textLoss(network: Network, tokenizer: Tokenizer, path: string, text: string): Promise<TextLoss> {
  const marker = tokenizer.special('<|file|>');
  if (marker === undefined) throw new Error('The tokenizer has no <|file|>.');
  const head = [marker, ...tokenizer.encode(`${path}\n`)].slice(0, longestHead);
  const ids = tokenizer.encode(text);
  const room = Math.min(longestWindow, network.config.contextLength);
  let nats = 0;
  for (const { start, from, end } of windowsOf(ids.length, room - head.length)) {
    const losses = await lossesOf(network, [...head, ...ids.subarray(start, end)]);
    for (let at = from; at < end; at++) nats += losses[head.length + at - start] as number;
  }
  return { nats, tokens: ids.length };
}

/** Tokens of a pass. */
const CHUNK = 128;

/** Negative log-likelihood of each token given those before it, nats; NaN for the first, which nothing predicts. */
async function lossesOf(network: Network, tokens: readonly number[]): Promise<Float32Array> {
  const { vocabSize } = network.config;
  const losses = new Float32Array(tokens.length).fill(Number.NaN);
  const cache = network.cache();
  for (let at = 0; at < tokens.length - 1; at += CHUNK) {
    const part = tokens.slice(at, Math.min(tokens.length - 1, at + CHUNK));
    const logits = await network.forward(cache, { ids: part, rows: part.map((_, i) => i) });
    const logitOf = (i: number, id: number) => logits[i * vocabSize + id] as number;
    for (let i = 0; i < part.length; i++) {
      const best = likeliest(logits, i * vocabSize, vocabSize);
      losses[at + i + 1] = logitOf(i, best.id) - logitOf(i, tokens[at + i + 1] as number) - best.logProbability;
    }
  }
  return losses;
}

/** Mean loss on whole files, nats a token. */
export async function lossOf(
  model: string,
  files: readonly { readonly path: string; readonly text: string }[],
  {
    precision,
    tokenizer,
    base = model,
  }: { readonly precision: Precision; readonly tokenizer: Tokenizer; readonly base?: string },
): Promise<number> {
  const network = await loadNetwork(model, precision, base);
  try {
    const sum = { nats: 0, tokens: 0 };
    for (const { path, text } of files) {
      const { nats, tokens } = await textLoss(network, tokenizer, path, text);
      sum.nats += nats;
      sum.tokens += tokens;
    }
    return sum.nats / sum.tokens;
  } finally {
    await network.dispose();
  }
}

/** On all cores. @param base what `model` is laid over, where it is an adapter */
export async function loadNetwork(model: string, precision: Precision, base = model): Promise<Network> {
  await loadLibrary();
  return Network.load(loadModel(model, { base }), { device: 'cpu', threads: physicalCores(), precision });
}
