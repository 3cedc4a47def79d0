// The graph that decodes: any batch, any number of new tokens after any number of past ones; weights are constants inside.
//
// Keys and values are laid out [time, batch, head, width]: past ones go in as the front of a longer array, without a copy, and
// only the new tokens' come out ("delta" cache).
import { Builder } from '../autodiff/builder.ts';
import type { Value } from '../onnx/graph.ts';
import { type WrittenModel, writeModel } from '../onnx/write.ts';
import type { ModelConfig } from './config.ts';
import { Constants } from './constants.ts';
import type { Model } from './model.ts';
import { headLayer, type LayerParameters, type LinearLayer } from './parameters.ts';
import type { Precision } from './precision.ts';
import { forwardPass, type Pieces } from './recipe.ts';
import { rotateHalf } from './rope.ts';

/** 'key' or 'value' of a layer: inputs are past_*, outputs new_*. */
export function cacheNames(config: ModelConfig): string[] {
  return Array.from({ length: config.layers }, (_, layer) => [`key_${layer}`, `value_${layer}`]).flat();
}

/** Constants of at least this size stay outside the model's bytes. */
const EXTERNAL_FROM = 4096;

/**
 * Inputs: ids i32 [tokens, batch]; cos, sin f32 [tokens, batch, 1, headDim] of each token's position; mask f32
 * [batch, 1, heads/keyValueHeads*tokens, past+tokens], added to the scores; rows i32 [rows], the new tokens whose logits are
 * wanted, and row_mask, the part of the mask that is theirs; past_* f32 [past, batch, keyValueHeads, headDim]. Outputs: logits f32
 * [rows, batch, vocabulary]; new_*.
 *
 * The last layer makes keys and values of all tokens, and all else of the wanted rows alone: nothing reads the others.
 */
export function serveGraph(model: Model, precision: Precision): WrittenModel {
  const b = new Builder(`serve-${precision}`);
  const constants = new Constants(b, model, precision);
  const hidden = forwardPass(b, model.config, new ServingPieces(b, model.config, constants));
  b.graph.output('logits', constants.linear(hidden, [headLayer(model.config)]));
  return writeModel(b.graph, { externalFrom: EXTERNAL_FROM });
}

/** Queries and keys come out of one product next to each other and are turned in one go, but in the last layer. */
interface Heads {
  /** [tokens or rows, batch, heads, headDim], query heads first. */
  readonly turning: readonly Value[];
  /** [tokens, batch, keyValueHeads, headDim]. */
  readonly value: Value;
}

/** Activations are [tokens, batch, hidden], after attention in the last layer [rows, batch, hidden]. */
class ServingPieces implements Pieces<Heads> {
  private readonly b: Builder;
  private readonly config: ModelConfig;
  private readonly constants: Constants;
  private readonly group: number;
  private readonly ids: Value;
  private readonly cos: Value;
  private readonly sin: Value;
  private readonly mask: Value;
  private readonly rows: Value;
  private readonly rowMask: Value;
  private readonly half: Value;

  constructor(b: Builder, config: ModelConfig, constants: Constants) {
    this.b = b;
    this.config = config;
    this.constants = constants;
    this.group = config.heads / config.keyValueHeads;
    this.ids = b.graph.input('ids', 'i32', ['tokens', 'batch']);
    this.cos = b.graph.input('cos', 'f32', ['tokens', 'batch', 1, config.headDim]);
    this.sin = b.graph.input('sin', 'f32', ['tokens', 'batch', 1, config.headDim]);
    this.mask = b.graph.input('mask', 'f32', ['batch', 1, this.scored('tokens'), 'past+tokens']);
    this.rows = b.graph.input('rows', 'i32', ['rows']);
    this.rowMask = b.graph.input('row_mask', 'f32', ['batch', 1, this.scored('rows'), 'past+tokens']);
    this.half = rotateHalf(b, config.headDim);
  }

  /** Rows of the scores: the query heads of one key/value head are more rows of one product. */
  private scored(count: string): string {
    return this.group === 1 ? count : `${this.group}*${count}`;
  }

  private isLast({ index }: LayerParameters): boolean {
    return index + 1 === this.config.layers;
  }

  embed(): Value {
    return this.constants.embed(this.ids, this.config);
  }

  norm(x: Value, weight: string): Value {
    const attributes = { axis: -1, epsilon: this.config.normEpsilon };
    return this.b.op('SimplifiedLayerNormalization', [x, this.constants.vector(weight)], attributes)[0] as Value;
  }

  addNorm(x: Value, delta: Value, weight: string) {
    const sum = this.b.add(x, delta);
    return { sum, normed: this.norm(sum, weight) };
  }

  linear(x: Value, layer: LinearLayer): Value {
    return this.constants.linear(x, [layer]);
  }

  heads(x: Value, layer: LayerParameters): Heads {
    const { b } = this;
    const { heads, keyValueHeads, headDim } = this.config;
    // The attention's 1/sqrt(d) is in the query's rows.
    const scale = headDim ** -0.5;
    const apart = (y: Value, rows: string, count: number) => b.reshape(y, [rows, 'batch', count, headDim]);
    if (this.isLast(layer)) {
      const keysValues = this.constants.linear(x, [layer.key, layer.value]);
      const both = apart(keysValues, 'tokens', 2 * keyValueHeads);
      const query = this.constants.linear(b.gather(x, this.rows), [layer.query], [scale]);
      return {
        turning: [apart(query, 'rows', heads), b.slice(both, 2, 0, keyValueHeads)],
        value: b.slice(both, 2, keyValueHeads, 2 * keyValueHeads),
      };
    }
    const product = this.constants.linear(x, [layer.query, layer.key, layer.value], [scale]);
    const all = apart(product, 'tokens', heads + 2 * keyValueHeads);
    return {
      turning: [b.slice(all, 2, 0, heads + keyValueHeads)],
      value: b.slice(all, 2, heads + keyValueHeads, heads + 2 * keyValueHeads),
    };
  }

  rotate({ turning, value }: Heads, layer: LayerParameters): Heads {
    const { b } = this;
    const turn = (x: Value, cos: Value, sin: Value) => b.add(b.mul(x, cos), b.mul(b.matmul(x, this.half), sin));
    const [first, ...rest] = turning as readonly [Value, ...Value[]];
    const byRows = (table: Value) => (this.isLast(layer) ? b.gather(table, this.rows) : table);
    const turned = turn(first, byRows(this.cos), byRows(this.sin));
    return { turning: [turned, ...rest.map((x) => turn(x, this.cos, this.sin))], value };
  }

  attend({ turning, value }: Heads, layer: LayerParameters): Value {
    const { b, group } = this;
    const { heads, keyValueHeads, headDim } = this.config;
    const last = this.isLast(layer);
    const count = last ? 'rows' : 'tokens';
    const [first, second] = turning as readonly [Value, Value?];
    const query = b.slice(first, 2, 0, heads);
    const key = second ?? b.slice(first, 2, heads, heads + keyValueHeads);
    const keys = this.remembered(`key_${layer.index}`, key);
    const values = this.remembered(`value_${layer.index}`, value);
    const apart = b.reshape(query, [count, 'batch', keyValueHeads, group, headDim]);
    const rows = ['batch', keyValueHeads, this.scored(count), headDim];
    const grouped = b.reshape(b.transpose(apart, [1, 2, 0, 3, 4]), rows);
    const scores = b.add(b.matmul(grouped, b.transpose(keys, [1, 2, 3, 0])), last ? this.rowMask : this.mask);
    const mixed = b.matmul(b.softmax(scores), b.transpose(values, [1, 2, 0, 3]));
    const split = b.reshape(mixed, ['batch', keyValueHeads, count, group, headDim]);
    return b.reshape(b.transpose(split, [2, 0, 1, 3, 4]), [count, 'batch', heads * headDim]);
  }

  /** The past and the new tokens' of one cached array; the new ones become an output. */
  private remembered(name: string, fresh: Value): Value {
    const { keyValueHeads, headDim } = this.config;
    const past = this.b.graph.input(`past_${name}`, 'f32', ['past', 'batch', keyValueHeads, headDim]);
    const all = this.b.concat([past, fresh], 0);
    this.b.graph.output(`new_${name}`, fresh);
    return all;
  }

  gated(x: Value, { gate, up }: LayerParameters): Value {
    const { b } = this;
    const both = this.constants.linear(x, [gate, up]);
    const open = b.slice(both, 2, 0, gate.out);
    return b.mul(b.mul(open, b.sigmoid(open)), b.slice(both, 2, gate.out, gate.out + up.out));
  }

  wanted(x: Value, layer: LayerParameters): Value {
    return this.isLast(layer) ? this.b.gather(x, this.rows) : x;
  }
}
