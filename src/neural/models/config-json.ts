// A decoder's shape as Hugging Face's config.json, read and written.

import * as v from 'valibot';
import { failed, ok, type Result } from '../../common/errors.ts';
import { quoted } from '../../common/plain-text.ts';
import { finite, isObject } from '../../common/schemas.ts';
import { REPAIR_ADVICE } from '../architecture/lora.ts';
import type { ModelConfig } from '../architecture/parameters.ts';

type Json = Readonly<Record<string, unknown>>;

const size = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most));
const positive = v.pipe(finite, v.gtValue(0));
const tokenId = v.fallback(v.optional(v.number()), undefined);
const headSize = size(1024);

/** The limits are far above every published model. Larger values mean damage, or an attempt to exhaust memory. */
const schema = v.object({
  vocab_size: size(2 ** 20),
  hidden_size: size(2 ** 15),
  intermediate_size: size(2 ** 17),
  num_hidden_layers: size(512),
  num_attention_heads: size(512),
  num_key_value_heads: v.nullish(size(512)),
  head_dim: v.nullish(headSize),
  max_position_embeddings: v.nullish(size(2 ** 24), 2048),
  rms_norm_eps: v.fallback(positive, 1e-6),
  rope_theta: v.fallback(v.nullish(positive), 10_000),
  initializer_range: v.fallback(positive, 0.02),
  bos_token_id: tokenId,
  eos_token_id: tokenId,
});

/** Fails with 'corrupt' if the config is unusable, and with 'unsupported' if this version cannot run the model. */
export function parseConfig(text: string): Result<ModelConfig> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return failed('corrupt', `config.json is not valid JSON. ${REPAIR_ADVICE}`);
  }
  if (!isObject(json)) return failed('corrupt', `config.json does not contain an object. ${REPAIR_ADVICE}`);
  const reason = unsupported(json);
  if (reason) return failed('unsupported', `The model uses ${reason}, which is not supported. ${REPAIR_ADVICE}`);

  const parsed = v.safeParse(schema, json);
  if (!parsed.success) {
    const fields = new Set(parsed.issues.map(({ path }) => path?.[0].key));
    return failed('corrupt', `config.json has no usable ${[...fields].join(', ')}. ${REPAIR_ADVICE}`);
  }
  const { output: read } = parsed;
  const heads = read.num_attention_heads;
  const headDim = read.head_dim ?? read.hidden_size / heads;
  if (!v.is(headSize, headDim)) return failed('corrupt', `config.json has no usable head_dim. ${REPAIR_ADVICE}`);
  const config: ModelConfig = {
    vocabSize: read.vocab_size,
    hiddenSize: read.hidden_size,
    intermediateSize: read.intermediate_size,
    layers: read.num_hidden_layers,
    heads,
    keyValueHeads: read.num_key_value_heads ?? heads,
    headDim,
    contextLength: read.max_position_embeddings,
    normEpsilon: read.rms_norm_eps,
    ropeTheta: read.rope_theta ?? 10_000,
    initializerRange: read.initializer_range,
    ...(read.bos_token_id === undefined ? {} : { bosTokenId: read.bos_token_id }),
    ...(read.eos_token_id === undefined ? {} : { eosTokenId: read.eos_token_id }),
  };
  if (config.heads % config.keyValueHeads !== 0 || config.headDim % 2 !== 0) {
    return failed(
      'corrupt',
      `config.json: heads must be a multiple of key/value heads, the head size even. ${REPAIR_ADVICE}`,
    );
  }
  return ok(config);
}

/** Only our own bases are in this layout. Folders of other makers' models are recognised by their architecture. */
function unsupported(json: Json): string | undefined {
  if (json.model_type !== 'llama') return `the architecture ${quoted(json.model_type)}`;
  if (json.tie_word_embeddings !== true) return 'an output matrix of its own';
  return undefined;
}
