// What each place of the slider comes to in this folder: calls, money and lines right, as its last adaptation measured them and as the user types.
import type { PanelState } from '../../panel/protocol.ts';
import type { AdaptReport } from '../../report/types.ts';
import { usualStops } from '../api/an-hour.ts';

/** Moments in an hour of typing at which a call could be made: by how this user has typed so far, else as one types as a rule. */
export function stopsAnHour(
  report: Pick<AdaptReport, 'slider'> | undefined,
  callsAnHour: number | undefined,
  balance: number,
): number {
  const now = report?.slider?.find((point) => Math.abs(point.balance - balance) < 0.025)?.apiShare ?? 0;
  return callsAnHour === undefined || now === 0 ? usualStops : callsAnHour / now;
}

/** @param usdAnHour what an hour comes to where this share of the completions goes to the API; undefined: nobody is there to be paid */
export function sliderPoints(
  report: Pick<AdaptReport, 'slider'> | undefined,
  usdAnHour: (share: number) => number | undefined,
): PanelState['slider'] {
  const points = report?.slider ?? [];
  const alone = points.find(({ balance }) => balance === 0)?.right;
  return points.map(({ balance, apiShare, right }) => {
    const usd = usdAnHour(apiShare);
    return {
      balance,
      share: apiShare,
      ...(usd !== undefined && { usd }),
      ...(right !== undefined && alone !== undefined && alone > 0 && { gain: right / alone - 1 }),
    };
  });
}
