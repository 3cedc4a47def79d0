// A small model of our own, with another tokenizer than the n-grams, in place of llama.cpp's.
import { logTotal, TOP, type TopTokens } from '../../../src/neural/inference/passes.ts';
import type { NextTokenScores } from '../../../src/specialist/decoding/next-token-scores.ts';
import { type OnnxModel, onnxScores } from '../../../src/specialist/decoding/served-model.ts';

/** The likeliest tokens of the model's logits. */
export function topScores(model: OnnxModel): NextTokenScores<TopTokens> {
  const scores = onnxScores(model);
  const { tokenizer, vocabularySize, contextLength, dialect } = scores;
  return {
    ...{ tokenizer, vocabularySize, contextLength, dialect },
    open: (prompt) => {
      const opened = scores.open(prompt);
      return {
        freshTokens: opened.freshTokens,
        room: opened.room,
        ready: (signal) => opened.ready(signal),
        depthOf: (path) => opened.depthOf(path),
        run: async (paths, signal) => (await opened.run(paths, signal)).map(topTokens),
        close: () => opened.close(),
      };
    },
  };
}

export function topTokens(logits: Float32Array): TopTokens {
  const sum = logTotal(logits);
  const ids = [...logits.keys()].sort((a, b) => (logits[b] as number) - (logits[a] as number)).slice(0, TOP);
  return { ids, logs: ids.map((id) => (logits[id] as number) - sum) };
}
