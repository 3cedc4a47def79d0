// `adapt` runs an adaptation and prints its report; `report` prints the last one again.

import { join } from 'node:path';
import { latestAdaptation } from '../../adaptation/models/latest-adaptation.ts';
import { renderReport } from '../../adaptation/report/text.ts';
import { type CommandLine, repository } from './command-line.ts';
import { apiAccess, requestFor } from './run-request.ts';
import { Runs } from './runs.ts';
import type { Terminal } from './terminal.ts';

const ownSource = join(repository, 'src');
/** For the demonstration on our own sources; a named folder has the usual budget. */
const DEMONSTRATION_MINUTES = 2;
/** Seconds from the start of a run to the end of its first look, so that it is printed within a minute. */
const FIRST_LOOK = 45;

export async function adapt({ target, values }: CommandLine, terminal: Terminal): Promise<number> {
  const request = {
    ...(target === undefined ? requestFor(ownSource, values, DEMONSTRATION_MINUTES) : requestFor(target, values)),
    firstLookSeconds: FIRST_LOOK,
  };
  const runs = new Runs(request, values, terminal);
  const api = apiAccess(values);
  const work = async () => {
    const result = await runs.run(api ? { api } : {});
    terminal.bar.clear();
    if (!result.ok) return terminal.fail(result.error);
    const { report, trouble } = result.value;
    const at = join(request.specialistFolder, 'report.md');
    terminal.print(report, `${renderReport(report)}\nAs Markdown, and as JSON beside it: ${at}`);
    return trouble === undefined ? 0 : terminal.fail({ code: 'unwritable', message: trouble });
  };
  return runs.within(work());
}

export async function report({ target = ownSource, values }: CommandLine, terminal: Terminal): Promise<number> {
  const latest = latestAdaptation(requestFor(target, values), terminal.log);
  if (!latest.ok) return terminal.fail(latest.error);
  terminal.print(latest.value.report, renderReport(latest.value.report));
  return 0;
}
