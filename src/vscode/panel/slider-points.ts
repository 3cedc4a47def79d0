// API share, hourly cost and gain at each slider position, from the folder's last adaptation and the user's typing.
import type { AdaptReport, ApiReport } from '../../adapt/report/adapt-report.ts';
import type { PanelState } from '../webview/protocol.ts';

type Measured = Pick<AdaptReport, 'slider'> & {
  readonly api?: Pick<ApiReport, 'compared'> | undefined;
};

/** @param usdAnHour cost of an hour in which this share of the completions goes to the API */
export function sliderPoints(report: Measured | undefined, usdAnHour: (share: number) => number): PanelState['slider'] {
  const points = report?.slider ?? [];
  const localOnlyRight = report?.api?.compared?.specialist.exactMatch;
  return points.map(({ balance, apiShare, right }) => {
    return {
      balance,
      share: apiShare,
      usd: usdAnHour(apiShare),
      ...(right !== undefined &&
        localOnlyRight !== undefined &&
        localOnlyRight > 0 && { gain: right / localOnlyRight - 1 }),
    };
  });
}
