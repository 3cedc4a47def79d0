// How many planted secrets reach what is kept and sent: the corpus of test/safety/, by stage, by carrier and by kind.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { percent } from '../../src/common/format.ts';
import { makeCorpus } from '../../test/safety/corpus.ts';
import type { Planted } from '../../test/safety/corpus-types.ts';
import { plant, runProduct, type Stage, stages } from '../../test/safety/reach.ts';
import { Survivors } from '../../test/safety/survivors.ts';
import type { Campaign } from './campaign.ts';

/** Values of each kind: with those that stand twice, and those in paths, about 1,970. */
const each = 7;

export const secretsCampaign: Campaign = {
  name: 'secrets',
  what: `planted secrets, made up from a seed, that survive in what is kept and sent
  Cursors: behind the secret's line, in the middle of it, and before it in a new file that goes like the open one. N-grams alone.`,
  run: async (show, { seed }) => {
    const corpus = makeCorpus({ seed, each });
    const { planted, innocent } = corpus;
    const survivors = new Survivors(planted);
    const found = new Map(stages.map((stage): [Stage, Set<Planted>] => [stage, new Set()]));
    const texts: string[] = [];
    const base = mkdtempSync(join(tmpdir(), 'easy-adaptation-safety-'));
    try {
      const root = join(base, 'folder');
      plant(corpus, root);
      const reached = await runProduct(corpus, root, join(base, 'storage'), (stage, text) => {
        if (stage === 'harvest') texts.push(text);
        for (const item of survivors.in(text)) found.get(stage)?.add(item);
      });
      const notes = [
        `${reached.read} of ${reached.files} files read, ${reached.prompts} prompts, ${reached.drafts} local drafts in them`,
      ];
      for (const [stage, items] of found) {
        const share = `${percent(items.size / planted.length)} survive`;
        const more = stage === 'harvest' ? [share, ...notes] : [share];
        show({ group: 'secrets by stage', what: stage, ...counts(planted, items), notes: more });
      }
    } finally {
      rmSync(base, { recursive: true, force: true });
    }
    const anywhere = new Set([...found.values()].flatMap((items) => [...items]));
    for (const by of ['carrier', 'kind'] as const) {
      for (const [what, items] of grouped(planted, by)) {
        const left = items.filter((item) => anywhere.has(item));
        const notes = left.slice(0, 3).map(({ kind, carrier, path }) => `${by === 'kind' ? carrier : kind} (${path})`);
        show({ group: `secrets by ${by}`, what, ...counts(items, left), ...(left.length > 0 && { notes }) });
      }
    }
    const harvested = texts.join('\n');
    for (const [what, items] of grouped(innocent, 'what')) {
      const lost = items.filter(({ text }) => !harvested.includes(text));
      const notes = lost.slice(0, 2).map(({ text }) => text);
      const failed = lost.length;
      show({
        group: 'no secrets, kept',
        what,
        tried: items.length,
        held: items.length - failed,
        failed,
        ...(failed > 0 && { notes }),
      });
    }
  },
};

function counts(all: readonly unknown[], failed: Iterable<unknown>): { tried: number; held: number; failed: number } {
  const count = [...failed].length;
  return { tried: all.length, held: all.length - count, failed: count };
}

function grouped<K extends string, T extends Readonly<Record<K, unknown>>>(
  items: readonly T[],
  by: K,
): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = String(item[by]);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
