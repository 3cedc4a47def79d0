// The reports of the open folders' last adaptations, for the panel.
import { reportDocument } from '../../adaptation/report/report-document.ts';
import type { AdaptReport } from '../../adaptation/report/types.ts';
import type { PanelReport } from '../webview/protocol.ts';

/** The part of a folder's session that is used. */
export interface ReportedFolder {
  readonly folder: { readonly name: string };
  readonly report: { readonly report: AdaptReport; readonly finishedAt: number } | undefined;
}

export function reportsOf(sessions: readonly ReportedFolder[]): PanelReport[] {
  return sessions.flatMap(({ folder, report }) => {
    if (report === undefined) return [];
    const { sections } = reportDocument(report.report, folder.name, report.finishedAt);
    return [{ folder: folder.name, finishedAt: report.finishedAt, sections }];
  });
}
