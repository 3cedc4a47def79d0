// `adapt`: makes an adaptation and prints its report.
import { basename, join } from 'node:path';
import { plainTextOf, reportDocument } from '../../adapt/report/report-document.ts';
import { type CommandLine, repository } from './command-line.ts';
import { apiAccess, requestFor } from './run-request.ts';
import { Runs, type Terminal } from './terminal.ts';

/** For the demonstration on our own sources; a named folder has the usual budget. */
const DEMONSTRATION_MINUTES = 2;

export async function adapt({ target, values }: CommandLine, terminal: Terminal): Promise<number> {
  const request =
    target === '' ? requestFor(join(repository, 'src'), values, DEMONSTRATION_MINUTES) : requestFor(target, values);
  const runs = new Runs(request, terminal);
  const api = apiAccess(values);
  const work = async () => {
    const result = await runs.run(api ? { api } : {});
    terminal.bar.clear();
    if (!result.ok) return terminal.fail(result.error);
    const { report, trouble, apiStopped } = result.value;
    terminal.print(report, plainTextOf(reportDocument(report, basename(report.folder), Date.now())));
    if (trouble !== undefined) return terminal.fail({ code: 'unwritable', message: trouble });
    return apiStopped ? terminal.fail(apiStopped) : 0;
  };
  return runs.within(work());
}
