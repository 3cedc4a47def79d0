// How many secrets of the second corpus stay, by group and by part of its split.

import { percent } from '../../src/common/format.ts';
import { makeSecondCorpus, missedSecond } from '../../test/safety/second-corpus.ts';
import type { Campaign } from './campaign.ts';

export const secondCampaign: Campaign = {
  name: 'second',
  what: `credentials and passwords in a corpus whose author had not read the rules; arguments, prose and pieces were written before the
  rules for them; vendors and forms of its unseen third are its own`,
  run: async (show, { seed }) => {
    const items = makeSecondCorpus(seed);
    for (const unseen of [false, true])
      for (const group of new Set(items.map((item) => item.group))) {
        const some = items.filter((item) => item.group === group && item.unseen === unseen);
        const left = missedSecond(some);
        show({
          group: unseen ? 'second corpus: the unseen third' : 'second corpus: seen',
          what: group,
          tried: some.length,
          held: some.length - left.length,
          failed: left.length,
          notes: [`${percent(left.length / some.length)} stay`],
        });
      }
  },
};
