// A decoder's shape, read from Hugging Face's config.json.

import { join } from 'node:path';
import * as v from 'valibot';
import { failed, ok, type Result } from '../../common/errors.ts';
import { fitted, parseObject, readText } from '../../common/json.ts';
import { quoted } from '../../common/plain-text.ts';
import { finite } from '../../common/schemas.ts';
import type { ModelConfig } from '../architecture/parameters.ts';
import { CONFIG } from './manifest.ts';
import { REPAIR_ADVICE } from './unusable.ts';

const size = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most));
const positive = v.pipe(finite, v.gtValue(0));
const headSize = size(1024);

const SUBJECT = { name: CONFIG, advice: REPAIR_ADVICE };

/** The limits are far above every published model. Larger values mean damage, or an attempt to exhaust memory. */
const schema = v.object({
  vocab_size: size(2 ** 20),
  hidden_size: size(2 ** 15),
  intermediate_size: size(2 ** 17),
  num_hidden_layers: size(512),
  num_attention_heads: size(512),
  num_key_value_heads: size(512),
  head_dim: v.optional(headSize),
  max_position_embeddings: size(2 ** 24),
  rms_norm_eps: positive,
  rope_theta: positive,
});

/** Fails with 'corrupt' if the config is unusable, and with 'unsupported' if this version cannot run the model. */
export function parseConfig(text: string): Result<ModelConfig> {
  const object = parseObject(text, SUBJECT);
  if (!object.ok) return object;
  const reason = unsupported(object.value);
  if (reason) return failed('unsupported', `The model uses ${reason}, which is not supported. ${REPAIR_ADVICE}`);
  const read = fitted(object.value, schema, SUBJECT);
  if (!read.ok) return read;
  const { num_attention_heads: heads, num_key_value_heads: keyValueHeads } = read.value;
  const headDim = read.value.head_dim ?? read.value.hidden_size / heads;
  if (!v.is(headSize, headDim) || heads % keyValueHeads !== 0 || headDim % 2 !== 0) {
    return failed(
      'corrupt',
      `config.json: heads must be a multiple of key/value heads, the head size even. ${REPAIR_ADVICE}`,
    );
  }
  return ok({
    vocabSize: read.value.vocab_size,
    hiddenSize: read.value.hidden_size,
    intermediateSize: read.value.intermediate_size,
    layers: read.value.num_hidden_layers,
    heads,
    keyValueHeads,
    headDim,
    contextLength: read.value.max_position_embeddings,
    normEpsilon: read.value.rms_norm_eps,
    ropeTheta: read.value.rope_theta,
  });
}

/** The config of a folder. Fails as `parseConfig` does, and with 'unreadable'. */
export function readConfig(folder: string): Result<ModelConfig> {
  const text = readText(join(folder, CONFIG), { ...SUBJECT, name: `The model's ${CONFIG}` });
  return text.ok ? parseConfig(text.value) : text;
}

/** Only our own bases are in this layout. Folders of other makers' models are recognised by their architecture. */
function unsupported(json: Readonly<Record<string, unknown>>): string | undefined {
  if (json.model_type !== 'llama') return `the architecture ${quoted(json.model_type)}`;
  if (json.tie_word_embeddings !== true) return 'an output matrix of its own';
  return undefined;
}
