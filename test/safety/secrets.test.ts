// One planted secret of every kind: at most 2 % of them survive in any kind of stored or sent text, and other text
// stays.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tree } from '../support/tree.ts';
import { makeCorpus } from './corpus.ts';
import { runProduct, type Stage, stages } from './reach.ts';
import { type Planted, Survivors } from './survivors.ts';

const most = 0.02;

test('at most 2 % of planted secrets survive in harvest, index, samples, prompts, hints, paths, store or log', async () => {
  const corpus = makeCorpus({ seed: 7, share: 0.08 });
  const { planted, innocent } = corpus;
  assert.ok(planted.length >= 200);
  const survivors = new Survivors(planted);
  const found = new Map(stages.map((stage): [Stage, Set<Planted>] => [stage, new Set()]));
  const seen = new Map<Stage, number>();
  const harvested: string[] = [];
  const folder = new Tree(corpus.files);
  const reached = await runProduct(corpus, folder.root, new Tree().at('storage'), (stage, text) => {
    seen.set(stage, (seen.get(stage) ?? 0) + text.length);
    if (stage === 'harvest') harvested.push(text);
    for (const item of survivors.in(text)) found.get(stage)?.add(item);
  });
  // A file that is not read cannot leak, so nearly all files have to be read.
  assert.ok(reached.read > 0.85 * reached.files, `${reached.read} of ${reached.files} files were read`);
  assert.ok(reached.prompts > planted.length && reached.drafts > planted.length / 4);
  for (const [stage, items] of found) {
    assert.ok((seen.get(stage) ?? 0) > 1000, `nothing was seen of ${stage}`);
    const left = [...items].map(({ group, path }) => `${group} (${path})`);
    assert.ok(items.size <= most * planted.length, `${stage}: ${items.size} of ${planted.length}\n${left.join('\n')}`);
  }
  const all = harvested.join('\n');
  const lost = innocent.filter(({ text }) => !all.includes(text)).map(({ path, text }) => `${path}: ${text}`);
  assert.deepEqual(lost, []);
});

test('the check finds a whole secret, the second half of a long one, and one line of a key', () => {
  const item = (secrets: string[]): Planted => ({ group: 'g', path: 'p', secrets });
  const items = [
    item(['Tiger2024!']),
    item([`prefix_${'a1b2c3d4'.repeat(5)}`]),
    item(['line one of it', 'line two of it']),
  ];
  const survivors = new Survivors(items);
  assert.deepEqual([...survivors.in('x Tiger2024! y')], [items[0]]);
  assert.deepEqual([...survivors.in(`*******${'a1b2c3d4'.repeat(5).slice(17)}`)], [items[1]]);
  assert.deepEqual([...survivors.in('* line two of it *')], [items[2]]);
  assert.equal(survivors.in('Tiger2024 line one prefix_ ****').size, 0);
});
