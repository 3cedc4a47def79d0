// One short item: the state, the model of the last answer and how long it took; the tooltip has the totals, a click the menu.
import * as vscode from 'vscode';
import { DisposableStore } from '../../common/disposable.ts';
import { thousands } from '../../common/format.ts';
import { type PanelRow, type PanelTotals, shortModel } from '../../panel/protocol.ts';
import type { Activity } from '../completion/activity.ts';
import type { Snapshot, Status } from './status.ts';

const { t } = vscode.l10n;

export class StatusBar extends DisposableStore {
  private readonly item: vscode.StatusBarItem;

  constructor(status: Status, activity: Activity) {
    super();
    this.item = this.add(
      vscode.window.createStatusBarItem('easyAdaptation.status', vscode.StatusBarAlignment.Right, 100),
    );
    this.item.name = 'Easy Adaptation';
    this.item.command = 'easyAdaptation.showMenu';
    const draw = (snapshot: Snapshot) => this.draw(snapshot, activity);
    this.add(status.onDidChange(draw));
    this.add(activity.listen({ onRow: () => status.changed(), onClear: () => status.changed() }));
    draw(status.snapshot());
    this.item.show();
  }

  private draw(snapshot: Snapshot, activity: Activity): void {
    const text = itemText(snapshot, activity.last);
    if (this.item.text !== text) this.item.text = text;
    this.item.tooltip = tooltip(snapshot, activity.totals());
    const spoken = text.replace(/\$\([^)]*\)\s*/g, '');
    this.item.accessibilityInformation = {
      label: t('Easy Adaptation: {0}, {1}', snapshot.statusText, spoken),
      role: 'button',
    };
  }
}

function itemText(snapshot: Snapshot, last: PanelRow | undefined): string {
  const { status, statusText, minutesLeft, progress, notices, model } = snapshot;
  const share = progress?.share === undefined ? '' : ` ${Math.round(progress.share * 100)}%`;
  const warned = notices.some((notice) => notice.kind === 'warning');
  switch (status) {
    case 'off':
      return `$(circle-slash) ${t('Off')}`;
    case 'snoozed':
      return `$(bell-slash) ${minutesLeft === undefined ? statusText : t('Snoozed: {0} min left', minutesLeft)}`;
    case 'starting':
      return `$(loading~spin) ${progress ? t('Indexing') : model.kind === 'starting' ? t('Model starting') : t('Starting')}${share}`;
    case 'busy':
      return `$(loading~spin) ${t('Adapting')}${share}`;
    case 'ready': {
      const icon = warned ? '$(warning)' : last?.source === 'api' ? '$(cloud)' : '$(sparkle)';
      return last ? `${icon} ${shortModel(last.model)} ${latency(last)}` : `${icon} ${t('Ready')}`;
    }
  }
}

function latency(row: PanelRow): string {
  if (row.cached) return t('cached');
  return row.latencyMs < 1000
    ? `${Math.max(1, Math.round(row.latencyMs))} ms`
    : `${(row.latencyMs / 1000).toFixed(1)} s`;
}

function tooltip(snapshot: Snapshot, totals: PanelTotals): vscode.MarkdownString {
  const text = new vscode.MarkdownString('', true);
  text.appendMarkdown(`**Easy Adaptation**\n\n`);
  text.appendText(snapshot.statusText);
  text.appendMarkdown('\n\n');
  if (snapshot.progress?.plan !== undefined) {
    text.appendText(snapshot.progress.plan);
    text.appendMarkdown('\n\n');
  }
  text.appendText(`${shortModel(snapshot.model.name)}: ${snapshot.model.detail}`);
  for (const notice of snapshot.notices) {
    text.appendMarkdown(`\n\n$(${notice.kind === 'warning' ? 'warning' : 'info'}) `);
    text.appendText(notice.text);
  }
  const { completions, accepted, typed, characters, localP50Ms, apiP50Ms } = totals;
  if (completions > 0) {
    const wait = (ms: number | undefined) => (ms === undefined ? '–' : `${Math.max(1, Math.round(ms))} ms`);
    const rows = [
      [t('Characters written for you'), thousands(characters)],
      [t('Taken with a key'), t('{0} of {1} shown', accepted, completions)],
      [t('Typed anyway'), `${typed}`],
      [t('Median wait'), wait(localP50Ms)],
      ...(totals.api > 0
        ? [
            [t('Answered by the API'), t('{0}, after {1}', totals.api, wait(apiP50Ms))],
            [t('Spent'), `$${totals.spentUsd.toFixed(4)}`],
            [t('Saved by answering here'), `$${totals.savedUsd.toFixed(4)}`],
          ]
        : []),
    ];
    text.appendMarkdown(`\n\n| ${t('This session')} | |\n|:--|--:|\n`);
    text.appendMarkdown(rows.map(([name, value]) => `| ${name} | ${value} |`).join('\n'));
  }
  text.appendMarkdown(`\n\n${t('Click for the menu.')}`);
  return text;
}
