// Reads the report and the router of a folder's last finished adaptation from the store.

import { failed, ok, type Result } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import type { RouterModel } from '../../routing/router-model.ts';
import { openStore } from '../../storage/open.ts';
import { storedReport, storedRouter } from '../report/stored.ts';
import type { AdaptReport } from '../report/types.ts';
import type { AdaptRequest } from '../types.ts';

export function latestAdaptation(
  request: Pick<AdaptRequest, 'root' | 'storeFolder'>,
  log: Log,
): Result<{ readonly report: AdaptReport; readonly router: RouterModel; readonly finishedAt: number }> {
  const { store, notice } = openStore(request.storeFolder, { log });
  if (notice !== undefined) log.warn(notice);
  try {
    const row = store.latestAdaptation(request.root);
    if (row === undefined) {
      return failed('nothing-to-learn', `${request.root} has no adaptation yet. Run: npm start -- ${request.root}`);
    }
    const router = storedRouter(row.router);
    if (!router.ok) return router;
    const report = storedReport(row.report);
    if (report !== undefined) return ok({ report, router: router.value, finishedAt: row.finishedAt });
    return failed('corrupt', `The report on ${request.root} is damaged. Adapt again: npm start -- ${request.root}`);
  } finally {
    store.close();
  }
}
