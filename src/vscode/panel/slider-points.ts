// API share, hourly cost and gain at each slider position, from the folder's last adaptation and the user's typing.
import type { AdaptReport } from '../../adaptation/report/types.ts';
import type { PanelState } from '../webview/protocol.ts';

/**
 * @param usdAnHour cost of an hour in which this share of the completions goes to the API; undefined: there is no cost
 */
export function sliderPoints(
  report: Pick<AdaptReport, 'slider'> | undefined,
  usdAnHour: (share: number) => number | undefined,
): PanelState['slider'] {
  const points = report?.slider ?? [];
  const localOnlyRight = points.find(({ balance }) => balance === 0)?.right;
  return points.map(({ balance, apiShare, right }) => {
    const usd = usdAnHour(apiShare);
    return {
      balance,
      share: apiShare,
      ...(usd !== undefined && { usd }),
      ...(right !== undefined &&
        localOnlyRight !== undefined &&
        localOnlyRight > 0 && { gain: right / localOnlyRight - 1 }),
    };
  });
}
