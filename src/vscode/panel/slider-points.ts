// What each place of the slider comes to in this folder: calls, money and lines right, as its last adaptation measured them and as the user types.
import { isDeepStrictEqual } from 'node:util';
import type { AdaptReport } from '../../adaptation/report/types.ts';
import type { RiskBound } from '../../routing/types.ts';
import type { PanelState } from '../webview/protocol.ts';

/**
 * Nothing where it was measured under another bound on the risk than the one that is set.
 * @param usdAnHour what an hour comes to where this share of the completions goes to the API; undefined: nobody is there to be paid
 */
export function sliderPoints(
  report: Pick<AdaptReport, 'slider' | 'risk'> | undefined,
  risk: RiskBound | undefined,
  usdAnHour: (share: number) => number | undefined,
): PanelState['slider'] {
  const points = isDeepStrictEqual(report?.risk, risk) ? (report?.slider ?? []) : [];
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
