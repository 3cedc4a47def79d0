// How many secrets of each corpus redaction leaves, by group and by part of the split.

import { percent } from '../../src/common/format.ts';
import { type CorpusText, missed } from '../../test/safety/corpus-values.ts';
import { makeFresh } from '../../test/safety/fresh-corpus.ts';
import { makePlaces } from '../../test/safety/places-corpus.ts';
import { makeSecondCorpus } from '../../test/safety/second-corpus.ts';
import { makeVendorCorpus } from '../../test/safety/vendor-corpus.ts';
import type { Campaign, CampaignRow } from './campaign.ts';

export const vendorsCampaign: Campaign = {
  name: 'vendors',
  what: `tokens of vendors as their documents describe them, and syntaxes of tools, in texts of their own; 'unseen' is the third whose
  misses nobody had looked at when the first rules were measured: 107 of 924 stayed then`,
  run: async (show, { seed }) => showGroups(show, 'vendors', 'third', makeVendorCorpus(seed)),
};

export const secondCampaign: Campaign = {
  name: 'second',
  what: `credentials and passwords in a corpus whose author had not read the rules; arguments, prose and pieces were written before the
  rules for them; vendors and forms of its unseen third are its own`,
  run: async (show, { seed }) => showGroups(show, 'second corpus', 'third', makeSecondCorpus(seed)),
};

export const placesCampaign: Campaign = {
  name: 'places',
  what: 'places in which a password stands; the forms were written before the rules for them, and half of them was held out',
  run: async (show, { seed }) => showHalves(show, 'places', makePlaces(seed, 5)),
};

export const freshCampaign: Campaign = {
  name: 'fresh',
  what: `what earlier rules missed: more arguments, clients, SQL and settings, salts, values of several parts, phrases, rare forms;
  the forms were written before the rules for them, and half of them was held out`,
  run: async (show, { seed }) => showHalves(show, 'fresh', makeFresh(seed, 3)),
};

interface PlacedText extends CorpusText {
  readonly kind: string;
  readonly heldOut: boolean;
}

function showHalves(show: (row: CampaignRow) => void, corpus: string, items: readonly PlacedText[]): void {
  const grouped = items.map((item) => ({ ...item, group: item.kind, of: item.text, unseen: item.heldOut }));
  showGroups(show, corpus, 'half', grouped);
}

interface Item extends CorpusText {
  readonly group: string;
  readonly of: string;
  readonly unseen: boolean;
}

function showGroups(
  show: (row: CampaignRow) => void,
  corpus: string,
  part: 'third' | 'half',
  items: readonly Item[],
): void {
  for (const unseen of [false, true])
    for (const group of new Set(items.map((item) => item.group))) {
      const some = items.filter((item) => item.group === group && item.unseen === unseen);
      const left = missed(some);
      const examples = [...new Set(left.map(({ of }) => of.replace(/\s+/g, ' ')))].slice(
        0,
        unseen && part === 'half' ? 0 : 5,
      );
      show({
        group: unseen ? `${corpus}: the unseen ${part}` : `${corpus}: seen`,
        what: group,
        tried: some.length,
        held: some.length - left.length,
        failed: left.length,
        notes: [`${percent(left.length / some.length)} stay`, ...examples],
      });
    }
}
