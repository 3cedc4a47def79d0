// A race for what lies outside of the folder: harvests while another process swaps folders for links.
import { race } from '../../test/safety/race.ts';
import type { Campaign } from './campaign.ts';

const harvests = 800;

export const raceCampaign: Campaign = {
  name: 'race',
  what: 'harvests of a folder in which another process swaps a folder for a link to one outside, and back',
  run: async (show) => {
    for (const byPath of [false, true]) {
      const raced = await race(harvests, byPath);
      show({
        group: 'folder: nothing outside is read in a race',
        what: byPath ? 'as on systems without handles of folders' : 'each part of a path from the handle before it',
        tried: raced.harvests,
        held: raced.harvests - Math.min(raced.harvests, raced.outside),
        failed: Math.min(raced.harvests, raced.outside),
        notes: [`${raced.swaps} swaps, ${raced.read} texts of swapped folders, ${raced.outside} from outside`],
      });
    }
  },
};
