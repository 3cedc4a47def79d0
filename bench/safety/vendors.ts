// How many secrets of vendors, and in the syntaxes of many tools, redaction leaves: by group, and in the third that was unseen.

import { percent } from '../../src/common/format.ts';
import { makeVendorCorpus, missed } from '../../test/safety/vendor-corpus.ts';
import type { Campaign } from './campaign.ts';

export const vendorsCampaign: Campaign = {
  name: 'vendors',
  what: `tokens of vendors as their documents describe them, and syntaxes of tools, in texts of their own; 'unseen' is the third whose
  misses nobody had looked at when the first rules were measured: 107 of 924 stayed then`,
  run: async (show, { seed }) => {
    const items = makeVendorCorpus(seed);
    for (const unseen of [false, true])
      for (const group of new Set(items.map((item) => item.group))) {
        const some = items.filter((item) => item.group === group && item.unseen === unseen);
        const left = missed(some);
        show({
          group: unseen ? 'vendors: the third that was unseen' : 'vendors: seen',
          what: group,
          tried: some.length,
          held: some.length - left.length,
          failed: left.length,
          notes: [
            `${percent(left.length / some.length)} stay`,
            ...[...new Set(left.map(({ of }) => of.replace(/\s+/g, ' ')))].slice(0, 5),
          ],
        });
      }
  },
};
