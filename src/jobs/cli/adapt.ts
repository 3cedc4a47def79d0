// `adapt` runs an adaptation and prints its report; `report` prints the last one again.

import { basename, join } from 'node:path';
import { latestAdaptation } from '../../adaptation/models/latest-adaptation.ts';
import { plainTextOf } from '../../adaptation/report/markdown.ts';
import { reportDocument } from '../../adaptation/report/report-document.ts';
import type { AdaptReport } from '../../adaptation/report/types.ts';
import type { AskForTime } from '../../adaptation/types.ts';
import { readManifest } from '../../neural/models/manifest.ts';
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
    const { neural } = request;
    // For a GGUF base the mixture and the router are worth a run, and few processors train one in minutes.
    const manifest = neural && readManifest(neural.base);
    const isGguf = manifest?.ok === true && manifest.value?.gguf !== undefined;
    const askForTime: AskForTime = async (offer) => terminal.askForTime(offer, target === undefined || isGguf);
    const result = await runs.run(api ? { api } : {}, { askForTime });
    terminal.bar.clear();
    if (!result.ok) return terminal.fail(result.error);
    const { report, trouble } = result.value;
    const at = join(request.specialistFolder, 'report.md');
    terminal.print(report, `${textOf(report, Date.now())}\n\nAs Markdown, and as JSON beside it: ${at}`);
    return trouble === undefined ? 0 : terminal.fail({ code: 'unwritable', message: trouble });
  };
  return runs.within(work());
}

export async function report({ target = ownSource, values }: CommandLine, terminal: Terminal): Promise<number> {
  const latest = latestAdaptation(requestFor(target, values), terminal.log);
  if (!latest.ok) return terminal.fail(latest.error);
  terminal.print(latest.value.report, textOf(latest.value.report, latest.value.finishedAt));
  return 0;
}

function textOf(of: AdaptReport, finishedAt: number): string {
  return plainTextOf(reportDocument(of, basename(of.folder), finishedAt));
}
