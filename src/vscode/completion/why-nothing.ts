// Shows in the status bar why a manual request got no suggestion.
import * as vscode from 'vscode';
import { DisposableStore } from '../../common/disposable.ts';
import { EXITS, type Exit } from '../../suggest/exits.ts';
import { t, type UiText, withIcon } from '../editor/ui-text.ts';
import { type UiStatusBarItem, window } from '../editor/window.ts';
import type { PanelState } from '../webview/protocol.ts';

/** The reason is shown for this long, ms. */
const displayMs = 8_000;

export class WhyNothing extends DisposableStore {
  private readonly item: UiStatusBarItem;
  private timer: NodeJS.Timeout | undefined;

  constructor() {
    super();
    this.item = this.add(window.createStatusBarItem('easyAdaptation.whyNothing', vscode.StatusBarAlignment.Left));
    this.item.name = t('Easy Adaptation: why there is no suggestion');
  }

  show(exit: Exit, { status, statusText }: Pick<PanelState, 'status' | 'statusText'>): void {
    const text = sentenceFor(exit, statusText, status === 'starting');
    if (text === undefined) return;
    // Created each time, because screen readers announce a new item but not a plain status bar message.
    this.item.hide();
    this.item.text = withIcon('sparkle', text);
    this.item.accessibilityInformation = { label: text, role: 'alert' };
    this.item.show();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.item.hide(), displayMs);
  }

  override dispose(): void {
    clearTimeout(this.timer);
    super.dispose();
  }
}

function sentenceFor(exit: Exit, statusText: string, isStarting: boolean): UiText | undefined {
  if (isStarting && exit === 'held back') return t('No suggestion yet: {0}. Ask again in a moment.', statusText);
  const sentence = EXITS[exit];
  return sentence === '' ? undefined : t(sentence, statusText);
}
