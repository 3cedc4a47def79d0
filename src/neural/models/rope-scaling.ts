// Scalings of the rotary frequencies for longer contexts in config.json, one row for each kind that is supported.
// Source: transformers' modeling_rope_utils.py.
import type { ModelConfig } from '../architecture/config.ts';

type Json = Readonly<Record<string, unknown>>;
type Shape = Pick<ModelConfig, 'headDim' | 'ropeTheta' | 'contextLength'>;

/** Divisors of the frequencies; undefined if the numbers are unusable. */
const KINDS: Readonly<Record<string, (scaling: Json, shape: Shape) => readonly number[] | undefined>> = {
  default: () => [],
  linear: ({ factor }, { headDim }) => {
    return isPositive(factor) ? Array.from({ length: headDim / 2 }, () => factor) : undefined;
  },
  llama3: (scaling, { headDim, ropeTheta }) => {
    const { factor, low_freq_factor: low, high_freq_factor: high, original_max_position_embeddings: before } = scaling;
    if (!isPositive(factor) || !isPositive(low) || !isPositive(high) || !isPositive(before) || high <= low)
      return undefined;
    return Array.from({ length: headDim / 2 }, (_, i) => {
      const turns = before / (2 * Math.PI * ropeTheta ** (i / (headDim / 2)));
      const share = Math.min(1, Math.max(0, (turns - low) / (high - low)));
      return 1 / ((1 - share) / factor + share);
    });
  },
  /** Only with the same divisors for short and long texts, as we write them. */
  longrope: ({ short_factor: short, long_factor: long, attention_factor: attention }, { headDim }) => {
    const same = JSON.stringify(short) === JSON.stringify(long) && attention === 1;
    return same && Array.isArray(short) && short.length === headDim / 2 && short.every(isPositive) ? short : undefined;
  },
};

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}

function scalingIn(json: Json): Json {
  const scaling = json.rope_scaling ?? json.rope_parameters;
  return typeof scaling === 'object' && scaling !== null ? (scaling as Json) : {};
}

/** The kind's name in config.json. */
export function ropeKind(json: Json): unknown {
  const { rope_type: kind, type } = scalingIn(json);
  return kind ?? type ?? 'default';
}

export function isRopeKind(kind: unknown): kind is string {
  return typeof kind === 'string' && Object.hasOwn(KINDS, kind);
}

/** Undefined if nothing is scaled. `json` has a known kind. */
export function ropeDivisorsOf(json: Json, shape: Shape): readonly number[] | undefined | 'unusable' {
  const divisors = KINDS[ropeKind(json) as string]?.(scalingIn(json), shape);
  if (divisors === undefined) return 'unusable';
  return divisors.length === 0 ? undefined : divisors;
}

/** The scaling as keys of config.json. */
export function ropeScalingOf({ ropeDivisors, contextLength }: ModelConfig): Json {
  if (!ropeDivisors) return {};
  const factors = { short_factor: ropeDivisors, long_factor: ropeDivisors, factor: 1, attention_factor: 1 };
  return {
    rope_scaling: { rope_type: 'longrope', ...factors, original_max_position_embeddings: contextLength },
  };
}
