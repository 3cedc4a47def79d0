// Damaged files and messages for every loader, more of them than `npm test` tries.
import { runFuzz } from '../../test/safety/fuzz-run.ts';
import type { Campaign } from './campaign.ts';

/** Over all loaders. */
const inputs = 24_000;

export const fuzzCampaign: Campaign = {
  name: 'fuzz',
  what: `damaged files and messages: held is what was used, or refused with a code and advice
  In a process of 300 MB, by which a size that a file only claims would be found.`,
  run: async (show, { seed }) => {
    const { rows, grownBytes } = runFuzz(seed, inputs);
    for (const { target, tried, failures, used, refused } of rows) {
      const failed = failures.length;
      const notes = [`${used} used, ${refused} refused`, ...failures.slice(0, 3)];
      show({ group: 'damaged input', what: target, tried, held: tried - failed, failed, notes });
    }
    const most = 500e6;
    const held = grownBytes < most ? 1 : 0;
    const notes = [`the process grew by ${Math.round(grownBytes / 1e6)} MB`];
    show({ group: 'damaged input', what: 'memory within 500 MB', tried: 1, held, failed: 1 - held, notes });
  },
};
