// The decoder's forward pass, written once, over pieces that training (decoder.ts) and serving (serve.ts) implement.
import type { Builder } from '../autodiff/builder.ts';
import type { Value } from '../onnx/graph.ts';
import { FINAL_NORM, type LayerParameters, type LinearLayer, layerParameters, type ModelConfig } from './parameters.ts';

/**
 * The parts of a layer as a graph computes them. `x` is the residual stream or its norm, in the pieces' own layout.
 * `Heads` is the pieces' form of queries, keys and values, which the recipe only passes on.
 */
export interface DecoderLayers<Heads> {
  /** The tokens' rows of the embedding. */
  embed(): Value;
  /** x * weight / rms(x) along the last axis (Zhang & Sennrich 2019). */
  norm(x: Value, weight: string): Value;
  /** x + delta, and its norm. */
  addNorm(x: Value, delta: Value, weight: string): { readonly sum: Value; readonly normed: Value };
  /** x times the transpose of the matrix. */
  linear(x: Value, layer: LinearLayer): Value;
  /** Queries, keys and values of `x`. */
  heads(x: Value, layer: LayerParameters): Heads;
  /** Rotates queries and keys by their tokens' positions (decoder.ts). */
  rotate(heads: Heads, layer: LayerParameters): Heads;
  /** softmax(q k' / sqrt(headDim)) v over the tokens that each token may see, heads side by side. */
  attend(heads: Heads, layer: LayerParameters): Value;
  /** silu(gate x) * up x, the wide part of SwiGLU (Shazeer 2020). */
  feedForward(x: Value, layer: LayerParameters): Value;
  /** The rows of `x` that attention returns: all, or fewer in the last layer. */
  selectRows(x: Value, layer: LayerParameters): Value;
}

/**
 * Hidden states after the final norm.
 * @param onLayer called with the residual stream behind each layer
 */
export function forwardPass<Heads>(
  b: Builder,
  config: ModelConfig,
  parts: DecoderLayers<Heads>,
  onLayer?: (x: Value, layer: number) => void,
): Value {
  const layers = Array.from({ length: config.layers }, (_, index) => layerParameters(config, index));
  let x = parts.embed();
  let normed = parts.norm(x, layers[0]?.inputNorm ?? FINAL_NORM);
  for (const layer of layers) {
    b.graph.scope(`layer${layer.index}`, () => {
      const heads = parts.rotate(parts.heads(normed, layer), layer);
      const attended = parts.linear(parts.attend(heads, layer), layer.output);
      const middle = parts.addNorm(parts.selectRows(x, layer), attended, layer.middleNorm);
      const feedForwardOutput = parts.linear(parts.feedForward(middle.normed, layer), layer.down);
      const next = layers[layer.index + 1]?.inputNorm ?? FINAL_NORM;
      ({ sum: x, normed: normed } = parts.addNorm(middle.sum, feedForwardOutput, next));
    });
    onLayer?.(x, layer.index);
  }
  return normed;
}
