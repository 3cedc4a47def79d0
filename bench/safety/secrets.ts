// How many planted secrets reach what is kept and sent: the corpus of test/safety/, by stage, by carrier and by kind.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { percent } from '../../src/common/format.ts';
import { makeCorpus } from '../../test/safety/corpus.ts';
import { plant, runProduct, type Stage, stages } from '../../test/safety/reach.ts';
import { type Planted, Survivors } from '../../test/safety/survivors.ts';
import type { Campaign } from './campaign.ts';

/** Of the corpora's values, about 1,900. */
const share = 0.6;

export const secretsCampaign: Campaign = {
  name: 'secrets',
  what: `planted secrets, made up from a seed, that survive in what is kept and sent
  Cursors: behind the secret's line, in the middle of it, and before it in a new file that goes like the open one. N-grams alone.`,
  run: async (show, { seed }) => {
    const corpus = makeCorpus({ seed, share });
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
    for (const [what, items] of Map.groupBy(planted, ({ group }) => group)) {
      const left = items.filter((item) => anywhere.has(item));
      const notes = left.slice(0, 3).map(({ path }) => path);
      show({ group: 'secrets by group', what, ...counts(items, left), ...(left.length > 0 && { notes }) });
    }
    const harvested = texts.join('\n');
    const lost = innocent.filter(({ text }) => !harvested.includes(text));
    const notes = lost.slice(0, 5).map(({ text }) => text);
    show({ group: 'no secrets', what: 'kept', ...counts(innocent, lost), ...(lost.length > 0 && { notes }) });
  },
};

function counts(all: readonly unknown[], failed: Iterable<unknown>): { tried: number; held: number; failed: number } {
  const count = [...failed].length;
  return { tried: all.length, held: all.length - count, failed: count };
}
