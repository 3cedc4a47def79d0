// A small neural model that has learned infilling samples of made-up code, and a drafter that uses it.
import type { CompletionQuery } from '../../../src/common/completion.ts';
import { Network } from '../../../src/neural/inference/network.ts';
import { Prefixes } from '../../../src/neural/inference/prefixes.ts';
import { DIALECT } from '../../../src/neural/models/manifest.ts';
import { loadLibrary } from '../../../src/neural/runtime/session.ts';
import type { PromptLimits } from '../../../src/prompts/completion/prompt-form.ts';
import type { JointDrafter } from '../../../src/specialist/decoding/joint-drafter.ts';
import { LineRescoringDrafter } from '../../../src/specialist/decoding/line-rescoring-drafter.ts';
import type { MixWeights } from '../../../src/specialist/decoding/mix-weights.ts';
import { initialMixWeights } from '../../../src/specialist/decoding/mix-weights.ts';
import { onnxScores } from '../../../src/specialist/decoding/served-model.ts';
import { TokenMixtureDrafter } from '../../../src/specialist/decoding/token-mixture-drafter.ts';
import type { NgramModel } from '../../../src/specialist/ngram/model.ts';
import type { Tokenizer } from '../../../src/text/tokenizer/bpe.ts';
import { files, smallTokenizer, trainedModel } from '../../neural/inference/trained.ts';
import { topScores } from './top-scores.ts';

export const tokenizer = smallTokenizer();
export const corpus = files().map((text, i) => ({ path: `src/part${i}.ts`, text }));

export async function trainedNetwork(networkTokenizer = tokenizer): Promise<Network> {
  await loadLibrary();
  const special = (name: string) => networkTokenizer.special(`<|${name}|>`) as number;
  // The beginning of a prompt without text after the cursor.
  const head = [special('file'), ...networkTokenizer.encode('src/new.ts\n'), special('suffix'), special('prefix')];
  return Network.load(await trainedModel(networkTokenizer, head), {
    device: 'cpu',
    threads: 1,
    precision: 'fp32',
  });
}

/** The small model has a short context, so the prompt is short. */
const prompt: PromptLimits = { prefix: 64, maxGrownPrefix: 96, suffix: 16, snippets: 30, head: 12 };

/**
 * A specialist that uses this neural model.
 * @param networkTokenizer the neural model's tokenizer, if the n-grams have another one
 */
export function specialistUsing(
  network: Network,
  ngram: NgramModel,
  weights: MixWeights = initialMixWeights(),
  networkTokenizer: Tokenizer = tokenizer,
): JointDrafter {
  const model = { network, prefixes: new Prefixes(network), tokenizer: networkTokenizer, dialect: DIALECT };
  return networkTokenizer === tokenizer
    ? new TokenMixtureDrafter('base', onnxScores(model), () => ngram, weights, { prompt })
    : new LineRescoringDrafter('base', topScores(model), () => ngram, weights, { prompt });
}

/** If the match is short or there is none, the neural model decides; else the n-grams. */
export function sensibleWeights(): MixWeights {
  const initial = initialMixWeights();
  return { ...initial, gate: initial.gate.map((_, i) => (i <= 2 ? 6 : i <= 10 ? -2 : 0)) };
}

/** A query with the cursor at the text's '|'. */
export function at(text: string, path = 'src/new.ts'): CompletionQuery {
  const bar = text.indexOf('|');
  return { path, languageId: 'typescript', prefix: text.slice(0, bar), suffix: text.slice(bar + 1) };
}

export const line = { multiline: false, maxTokens: 40 } as const;
