// The reports of the open folders' last adaptations, for the panel.
import { reportDocument } from '../../adaptation/report/report-document.ts';
import type { AdaptReport } from '../../adaptation/report/types.ts';
import { t } from '../editor/ui-text.ts';
import type { PanelReport } from '../webview/protocol.ts';

/** The part of a folder's session that is used. */
export interface ReportedFolder {
  readonly folder: { readonly name: string };
  readonly report: { readonly report: AdaptReport; readonly finishedAt: number } | undefined;
  /** The server that completes in this folder instead of this machine. */
  readonly servedBy?: string | undefined;
}

export function reportsOf(sessions: readonly ReportedFolder[]): PanelReport[] {
  return sessions.flatMap(({ folder, report, servedBy }) => {
    if (report === undefined) return [];
    const { sections } = reportDocument(report.report, folder.name, report.finishedAt);
    return [
      {
        folder: folder.name,
        finishedAt: report.finishedAt,
        ...(servedBy !== undefined && {
          note: t('{0} completes here now. The report is about the local model on this machine.', servedBy),
        }),
        // The tables show the same as the charts.
        sections: sections.map(({ chart: _, ...section }) => section),
      },
    ];
  });
}
