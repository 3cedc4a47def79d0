// Processes: kills at random moments of an adaptation, and what is asked to end, alone, as a group, or with its engine stopped.

import { type Attack, KillGround, victims } from '../../test/safety/kills.ts';
import { StopGround, stopWays } from '../../test/safety/stops.ts';
import { type Campaign, Tally } from './campaign.ts';

const rounds = 8;
const stopsOfEach = 4;
/** What `npm start` promises, seconds. */
const promised = 5;

export const processesCampaign: Campaign = {
  name: 'processes',
  what: 'kills at random moments, and requests to end',
  run: async (show, { seed }) => {
    const ground = new KillGround(seed);
    try {
      await ground.begin();
      const kills = victims.map(() => new Tally());
      const ends = new Tally();
      const count = (tally: Tally | undefined, { held, note }: Attack) => tally?.try(held, note);
      for (let round = 0; round < rounds; round++) {
        for (const [i, victim] of victims.entries()) count(kills[i], await ground.kill(victim));
        count(ends, await ground.finish());
      }
      const group = 'processes: a kill damages nothing';
      for (const [i, victim] of victims.entries()) show((kills[i] as Tally).row(group, `SIGKILL to ${victim}`));
      show(ends.row(group, 'then to the end: the same outcome, nothing left over'));
    } finally {
      ground.remove();
    }
    const stopGround = new StopGround();
    try {
      for (const way of stopWays) {
        const tally = new Tally();
        for (let n = 0; n < stopsOfEach; n++) {
          const { seconds, left, lastLine, code } = await stopGround.stop(way);
          const held = seconds <= promised && left.length === 0 && way.says.test(lastLine) && code === way.code;
          tally.try(
            held,
            `${seconds.toFixed(2)} s, code ${code}, last line '${lastLine}', left ${left.join('; ') || 'nothing'}`,
          );
        }
        show(tally.row(`processes: npm start ends as one within ${promised} s`, way.name));
      }
    } finally {
      stopGround.remove();
    }
  },
};
