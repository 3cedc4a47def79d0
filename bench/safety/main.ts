// The campaign against the extension: what is promised, how often it was attacked, how often it held.
// A campaign is a file of this folder and a row below; its short form is a test in test/safety/.

import type { Benchmark, BenchOptions, Figures } from '../figures.ts';
import type { Campaign, CampaignRow } from './campaign.ts';
import { freshCampaign, placesCampaign, secondCampaign, vendorsCampaign } from './corpora.ts';
import { falsePositivesCampaign } from './false-positives.ts';

const campaigns: readonly Campaign[] = [
  vendorsCampaign,
  secondCampaign,
  placesCampaign,
  freshCampaign,
  falsePositivesCampaign,
];

const seed = 20261126;

export const safety: Benchmark = {
  name: 'safety',
  what: 'the campaign against the extension: what was tried, what held',
  takes: ['only'],
  run: campaign,
};

async function campaign({ only }: BenchOptions): Promise<Figures> {
  const wanted = only?.split(',') ?? campaigns.map(({ name }) => name);
  const unknown = wanted.find((name) => !campaigns.some((campaign) => campaign.name === name));
  if (unknown !== undefined) {
    throw new Error(`There is no section '${unknown}'. There are: ${campaigns.map(({ name }) => name).join(', ')}.`);
  }
  const figures: Record<string, Figures> = {};
  const sum = { tried: 0, held: 0, failed: 0 };
  for (const { name, what, run } of campaigns) {
    if (!wanted.includes(name)) continue;
    console.log(`\n${name}: ${what}`);
    const started = performance.now();
    const groups: Record<string, Record<string, Figures>> = {};
    let group: string | undefined;
    await run(
      (row) => {
        if (row.group !== group) console.log(`\n  ${row.group.padEnd(58)}   tried    held  failed`);
        group = row.group;
        printRow(row);
        groups[kebab(group)] ??= {};
        (groups[kebab(group)] as Record<string, Figures>)[kebab(row.what)] = figuresOf(row);
        sum.tried += row.tried;
        sum.held += row.held;
        sum.failed += row.failed;
      },
      { seed },
    );
    console.log(`  (${((performance.now() - started) / 1000).toFixed(0)} s)`);
    figures[name] = groups;
  }
  console.log(`\n${sum.tried} tried, ${sum.held} held, ${sum.failed} failed`);
  return { seed, ...sum, ...figures };
}

function printRow({ what, tried, held, failed, notes = [] }: CampaignRow): void {
  const numbers = [tried, held, failed].map((count) => String(count).padStart(8)).join('');
  console.log(`    ${what.padEnd(56)}${numbers}`);
  for (const note of notes) console.log(`        ${note}`);
}

function figuresOf({ tried, held, failed, notes }: CampaignRow): Figures {
  return { tried, held, failed, ...(notes === undefined ? {} : { notes: notes.join('\n') }) };
}

/** 'secrets: prompt' -> 'secrets-prompt' */
function kebab(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}
