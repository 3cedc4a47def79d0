// Trains a small byte-level BPE in memory, in the layout of models/small/tokenizer.json, so that tests need no model.

import { byteLevelStep, splitStep, tokenizerJson } from '../../../src/neural/models/import/gguf.ts';
import { byteOfCharacter } from '../../../src/text/tokenizer/bpe.ts';
import { OWN_PATTERN } from '../../../src/text/tokenizer/splits.ts';

const characterOfByte: string[] = [];
byteOfCharacter.forEach((byte, code) => {
  if (byte >= 0) characterOfByte[byte] = String.fromCharCode(code);
});

/** @returns the content of a tokenizer.json with at most `size` tokens; the last one is special */
export function trainTokenizer(text: string, size: number, pattern = OWN_PATTERN) {
  const counts = new Map<string, number>();
  for (const word of text.match(new RegExp(pattern, 'gu')) ?? []) counts.set(word, (counts.get(word) ?? 0) + 1);
  const words = [...counts].map(([word, count]) => ({
    count,
    parts: [...new TextEncoder().encode(word)].map((byte) => characterOfByte[byte] as string),
  }));
  // A Map, because an object already has a property 'constructor', which is also a token.
  const vocab = new Map(characterOfByte.map((character, id) => [character, id]));
  const merges: [string, string][] = [];
  let total = characterOfByte.length;
  while (total < size - 1) {
    const pairs = new Map<string, number>();
    for (const { parts, count } of words) {
      for (let i = 0; i + 1 < parts.length; i++) {
        const pair = `${parts[i]} ${parts[i + 1]}`;
        pairs.set(pair, (pairs.get(pair) ?? 0) + count);
      }
    }
    let best: string | undefined;
    for (const [pair, count] of pairs) {
      const record = best === undefined ? 1 : (pairs.get(best) as number);
      if (count > record || (count === record && best !== undefined && pair < best)) best = pair;
    }
    if (best === undefined) break;
    const [left, right] = best.split(' ') as [string, string];
    merges.push([left, right]);
    if (!vocab.has(left + right)) vocab.set(left + right, total++);
    for (const { parts } of words) {
      for (let i = 0; i + 1 < parts.length; i++) {
        if (parts[i] === left && parts[i + 1] === right) parts.splice(i, 2, left + right);
      }
    }
  }
  const json = tokenizerJson({
    vocab: Object.fromEntries(vocab),
    merges,
    added: [{ id: total, content: '<|file|>', special: true }],
    steps: [splitStep(pattern), byteLevelStep(false)],
  });
  // Wider types, because tests replace these two parts.
  return { ...json, normalizer: null as unknown, pre_tokenizer: json.pre_tokenizer as unknown };
}
