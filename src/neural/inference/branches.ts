// A tree of tokens behind a prompt, in the prompt's cache, with the logits after each token. Each token sees the prompt
// and its own ancestors (tree attention, Miao et al. 2024). No token is run twice, in one search or in the next one at
// the same position.

import type { Network } from './network.ts';
import type { KeyValueCache } from './passes.ts';

/** A token's place in the tree: all tokens from the prompt's end up to it. */
export type Path = readonly number[];

/** Limit for nodes that stay between two searches: each holds a row of logits and a step of the cache. */
const MOST_KEPT = 64;
const NONE = new Float32Array(0);

interface Node {
  readonly token: number;
  /** Absent: the prompt's end. */
  parent: Node | undefined;
  readonly children: Map<number, Node>;
  /** Its step in the cache. */
  slot: number;
  logits: Float32Array;
  /** Number of the last search that asked for it. */
  lastSearch: number;
}

export class Branches {
  private readonly network: Pick<Network, 'forward'>;
  private readonly cache: KeyValueCache;
  private top = new Map<number, Node>();
  /** In the order of their steps, which follow the prompt without a gap: a parent precedes its children. */
  private nodes: Node[] = [];
  private searches = 0;
  /** Logits after the prompt, [vocabulary]; undefined if unknown. */
  logits: Float32Array | undefined;

  /** @param cache holds the prompt and nothing else */
  constructor(network: Pick<Network, 'forward'>, cache: KeyValueCache) {
    this.network = network;
    this.cache = cache;
  }

  /** Tokens of the prompt. */
  get root(): number {
    return this.cache.length - this.nodes.length;
  }

  /**
   * Logits after each path, [vocabulary] each; the empty path is the prompt's end. All unknown paths are run together
   * in one pass.
   * @param ahead paths that are probably asked for next, each after its beginning: the pass runs them too. Called only
   * if there is a pass
   */
  async run(paths: readonly Path[], ahead: () => readonly Path[] = () => []): Promise<Float32Array[]> {
    const isKnown = (path: Path) => path.length === 0 || this.find(path) !== undefined;
    if (!paths.every(isKnown)) await this.pass([...paths, ...ahead()]);
    return paths.map((path) => {
      if (path.length === 0) return this.logits as Float32Array;
      const node = this.find(path) as Node;
      for (let at: Node | undefined = node; at; at = at.parent) at.lastSearch = this.searches;
      return node.logits;
    });
  }

  private async pass(paths: readonly Path[]): Promise<void> {
    const { root } = this;
    const first = this.cache.length;
    const newNodes = new Map<string, Node>();
    for (const path of paths) {
      if (path.length === 0 || this.find(path) || newNodes.has(path.join())) continue;
      const beginning = path.slice(0, -1);
      const parent = this.find(beginning) ?? newNodes.get(beginning.join());
      if (path.length > 1 && !parent) throw new Error('a path is run after its beginning');
      const slot = first + newNodes.size;
      const token = path.at(-1) as number;
      newNodes.set(path.join(), { token, parent, children: new Map(), slot, logits: NONE, lastSearch: -1 });
    }
    const nodes = [...newNodes.values()];
    const logits = await this.network.forward(this.cache, {
      ids: nodes.map(({ token }) => token),
      rows: nodes.map((_, i) => i),
      tree: {
        root,
        nodes: nodes.map(({ parent }) => {
          const visible = lineage(parent).map(({ slot }) => slot);
          return { position: root + visible.length, visible };
        }),
      },
    });
    const size = logits.length / nodes.length;
    for (const [i, node] of nodes.entries()) {
      node.logits = logits.slice(i * size, (i + 1) * size);
      (node.parent?.children ?? this.top).set(node.token, node);
      this.nodes.push(node);
    }
  }

  /** How many of the first tokens are a known path. */
  depthOf(tokens: Path): number {
    let depth = 0;
    for (let level = this.top; depth < tokens.length; depth++) {
      const node = level.get(tokens[depth] as number);
      if (!node) break;
      level = node.children;
    }
    return depth;
  }

  /** The path becomes part of the prompt; only its continuations stay in the tree. All of the path must be known. */
  advance(path: Path): void {
    if (path.length === 0) return;
    const end = this.find(path);
    if (!end) throw new Error('only what was run can become part of the prompt');
    const below = this.nodes.filter((node) => node !== end && lineage(node).includes(end));
    this.gather([...lineage(end), ...below]);
    for (const child of end.children.values()) child.parent = undefined;
    this.nodes = below;
    this.top = end.children;
    this.logits = end.logits;
  }

  /** Ends a search. Beyond MOST_KEPT nodes, those that it did not ask for are dropped first, then the latest ones. */
  settle(): void {
    if (this.nodes.length > MOST_KEPT) {
      const asked = this.nodes.filter((node) => node.lastSearch === this.searches);
      this.retain(new Set(asked.slice(0, MOST_KEPT)));
    }
    this.searches++;
  }

  /** Drops everything, the logits after the prompt included. */
  clear(): void {
    this.cache.truncate(this.root);
    this.top = new Map();
    this.nodes = [];
    this.logits = undefined;
  }

  private retain(kept: ReadonlySet<Node>): void {
    const nodes = this.nodes.filter((node) => kept.has(node));
    this.gather(nodes);
    for (const node of this.nodes) {
      if (!kept.has(node)) (node.parent?.children ?? this.top).delete(node.token);
    }
    this.nodes = nodes;
  }

  /** Moves the nodes' steps to follow the prompt without a gap; the cache ends with them. */
  private gather(nodes: readonly Node[]): void {
    const { root } = this;
    this.cache.gather(
      root,
      nodes.map(({ slot }) => slot),
    );
    for (const [i, node] of nodes.entries()) node.slot = root + i;
  }

  private find(path: Path): Node | undefined {
    let node: Node | undefined;
    for (const token of path) {
      node = (node?.children ?? this.top).get(token);
      if (!node) return undefined;
    }
    return node;
  }
}

/** The node and its ancestors, the first token's first. */
function lineage(node: Node | undefined): Node[] {
  const found: Node[] = [];
  for (let at = node; at; at = at.parent) found.push(at);
  return found.reverse();
}
