// The tree of tokens after a prompt: every path has the same logits as when its tokens run alone, in any order of runs.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Branches } from '../../../src/neural/inference/branches.ts';
import type { Network } from '../../../src/neural/inference/network.ts';
import type { KeyValueCache } from '../../../src/neural/inference/passes.ts';
import { prefill } from '../../../src/neural/inference/prefill.ts';
import { Prefixes } from '../../../src/neural/inference/prefixes.ts';
import { relativeError } from '../architecture/golden.ts';
import { afresh, tinyNetwork } from './tiny.ts';

let network: Network;
let passes: number[] = [];

before(async () => {
  network = await tinyNetwork();
});
after(() => network.dispose());

/** The network, which records the number of tokens in each pass. */
const counted = {
  forward: (...[cache, pass]: Parameters<Network['forward']>) => {
    passes.push(pass.ids.length);
    return network.forward(cache, pass);
  },
};
/** Paths, written as '3 9, 5 9'. */
const paths = (text: string) => text.split(', ').map((path) => path.split(' ').map(Number));
const prompt = Array.from({ length: 40 }, (_, i) => (i * 7 + (i >> 2)) % 64);

let cache: KeyValueCache;

async function branchesBehind(tokens: readonly number[]): Promise<Branches> {
  cache = network.cache();
  const branches = new Branches(counted, cache);
  branches.logits = await prefill(network, cache, tokens, 0);
  passes = [];
  return branches;
}

async function assertAlone(branches: Branches, before: readonly number[], all: readonly (readonly number[])[]) {
  const found = await branches.run(all);
  for (const [i, path] of all.entries()) {
    const alone = await afresh(network, [...before, ...path]);
    const error = relativeError(found[i] as Float32Array, alone);
    assert.ok(error < 1e-5, `${path}: ${error}`);
  }
}

test('a path is run once, in one pass with the other unknown ones', async () => {
  const branches = await branchesBehind(prompt);
  await assertAlone(branches, prompt, [[3], [5]]);
  const second = paths('3 9, 5 9, 3 11');
  await assertAlone(branches, prompt, second);
  await assertAlone(branches, prompt, [[5], ...second, [6]]);
  await assertAlone(branches, prompt, second);
  assert.deepEqual(passes, [2, 3, 1]);
  assert.equal(branches.depthOf([3, 11, 2]), 2);
  assert.equal(branches.root, prompt.length);
  assert.equal((await branches.run([[]]))[0], branches.logits, 'the empty path is the end of the prompt');
  await assert.rejects(branches.run([[8, 8]]), /beginning/);
});

test('a pass runs probable next paths, which then need no pass', async () => {
  const branches = await branchesBehind(prompt);
  const ahead = paths('3 9, 3 9 4, 5 1, 3 9');
  await branches.run([[3], [5]], () => ahead);
  await assertAlone(branches, prompt, [...ahead, [3], [5]]);
  await branches.run([[3]], () => assert.fail('asked without a pass'));
  await assertAlone(branches, prompt, paths('3 9 4 1, 5 2'));
  assert.deepEqual(passes, [5, 2]);
});

test('settle bounds the tree in favour of the newest search', async () => {
  const branches = await branchesBehind(prompt);
  for (let first = 0; first < 60; first += 20) {
    await branches.run(Array.from({ length: 20 }, (_, i) => [first + i]));
    branches.settle();
  }
  await branches.run([[0], [7]]);
  await branches.run(paths('7 0, 7 1, 7 2'));
  branches.settle();
  assert.ok(cache.length - branches.root <= 64);
  passes = [];
  await assertAlone(branches, prompt, [[0], [7], [7, 1], [7, 2]]);
  assert.deepEqual(passes, []);
});

test('a prompt along a branch has its logits already, and any other prompt has a correct cache', async () => {
  const prefixes = new Prefixes(network, 1);
  const ask = async (tokens: readonly number[], all: readonly (readonly number[])[] = []) => {
    const { branches, cache, reused, finish } = prefixes.lease(tokens);
    branches.logits ??= await prefill(network, cache, tokens, reused);
    const alone = await afresh(network, tokens);
    const error = relativeError(branches.logits as Float32Array, alone);
    assert.ok(error < 1e-5, `${tokens.slice(40)}: ${error}`);
    for (const path of all) await assertAlone(branches, tokens, [path]);
    finish(tokens);
    return tokens.length - reused;
  };
  assert.equal(await ask(prompt, [[3], [3, 9], [5]]), 40);
  assert.equal(await ask(prompt, [[3], [8]]), 0);
  assert.equal(await ask([...prompt, 3], [[9], [10]]), 0);
  assert.equal(await ask([...prompt, 3, 10, 2], [[4]]), 1);
  assert.equal(await ask([...prompt, 3], [[9]]), 1);
});
