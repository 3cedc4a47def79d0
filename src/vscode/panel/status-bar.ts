// The status bar item: the state, or model and latency of the last answer. The tooltip has the notices; a click opens
// the menu.
import * as vscode from 'vscode';
import { DisposableStore } from '../../common/disposable.ts';
import { wholePercent } from '../../common/format.ts';
import type { Activity } from '../completion/activity.ts';
import { lines, safeSentence, safeText, sentences, t, type UiText, withIcon } from '../editor/ui-text.ts';
import { type UiStatusBarItem, window } from '../editor/window.ts';
import { type PanelRow, shortModel } from '../webview/protocol.ts';
import type { Status, StatusSnapshot } from './status.ts';

export class StatusBar extends DisposableStore {
  private readonly item: UiStatusBarItem;

  constructor(status: Status, activity: Activity) {
    super();
    this.item = this.add(window.createStatusBarItem('easyAdaptation.status', vscode.StatusBarAlignment.Right, 100));
    this.item.name = t('Easy Adaptation');
    this.item.command = 'easyAdaptation.showMenu';
    const draw = (snapshot: StatusSnapshot) => this.draw(snapshot, activity);
    this.add(status.onDidChange(draw));
    this.add(activity.listen(() => status.changed()));
    draw(status.snapshot());
    this.item.show();
  }

  private draw(snapshot: StatusSnapshot, activity: Activity): void {
    const text = itemText(snapshot, activity.last);
    if (this.item.text !== text) this.item.text = text;
    this.item.tooltip = tooltip(snapshot);
    const withoutIcons = text.replace(/\$\([^)$]*\)\s*/g, '');
    this.item.accessibilityInformation = {
      label: t('{0}, {1}', withoutIcons, snapshot.statusText),
      role: 'button',
    };
  }
}

function itemText(snapshot: StatusSnapshot, last: PanelRow | undefined): UiText {
  const { status, statusText, progress, notices, model } = snapshot;
  const hasWarning = notices.some((notice) => notice.kind === 'warning');
  const loading = (text: UiText) =>
    withIcon('loading~spin', sentences(text, progress?.share === undefined ? '' : wholeShare(progress.share)));
  switch (status) {
    case 'off':
      return withIcon('circle-slash', t('Easy Adaptation: off'));
    case 'snoozed':
      return withIcon('bell-slash', t('Easy Adaptation: {0}', statusText));
    case 'starting':
      return loading(
        progress
          ? t('Easy Adaptation: indexing')
          : model.kind === 'starting'
            ? t('Easy Adaptation: model starting')
            : t('Easy Adaptation: starting'),
      );
    case 'busy':
      return loading(t('Easy Adaptation: adapting'));
    case 'ready': {
      const icon = hasWarning ? 'warning' : last?.source === 'api' ? 'cloud' : 'sparkle';
      const answering = last?.source === 'api' ? shortModel(last.model) : t('local');
      return withIcon(
        icon,
        last ? t('Easy Adaptation: {0}, {1}', answering, latency(last)) : t('Easy Adaptation: Ready'),
      );
    }
  }
}

function wholeShare(share: number): UiText {
  return safeText(wholePercent(share));
}

function latency(row: PanelRow): string {
  if (row.cached) return t('cached');
  return row.latencyMs < 1000
    ? `${Math.max(1, Math.round(row.latencyMs))} ms`
    : `${(row.latencyMs / 1000).toFixed(1)} s`;
}

function tooltip({ statusText, model, notices }: StatusSnapshot): UiText {
  const texts = [statusText, `${shortModel(model.name)}: ${model.detail}`, ...notices.map(({ text }) => text)];
  return lines(t('Easy Adaptation'), ...texts.map(safeSentence), t('Click for the menu.'));
}
