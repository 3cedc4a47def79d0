// Shows in the status bar why a manual request got no suggestion.
import * as vscode from 'vscode';
import { DisposableStore } from '../../common/disposable.ts';
import { t, type UiText, withIcon } from '../editor/ui-text.ts';
import { type UiStatusBarItem, window } from '../editor/window.ts';
import type { PanelState } from '../webview/protocol.ts';

/** The reason is shown for this long, ms. */
const displayMs = 8_000;

/** Why a manual request got no suggestion. */
export type NoSuggestionReason = 'document' | 'no-document' | 'off' | 'list' | 'changed' | 'excluded' | 'nothing';

export class WhyNothing extends DisposableStore {
  private readonly item: UiStatusBarItem;
  private timer: NodeJS.Timeout | undefined;

  constructor() {
    super();
    this.item = this.add(window.createStatusBarItem('easyAdaptation.whyNothing', vscode.StatusBarAlignment.Left));
    this.item.name = t('Easy Adaptation: why there is no suggestion');
  }

  show(reason: NoSuggestionReason, { status, statusText }: Pick<PanelState, 'status' | 'statusText'>): void {
    const text = sentence(reason, statusText, status === 'starting');
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

function sentence(reason: NoSuggestionReason, statusText: string, isStarting: boolean): UiText {
  switch (reason) {
    case 'document':
      return t('No suggestion: this is output or an old version of a file. Click into a document that you edit.');
    case 'no-document':
      return t('No suggestion: extensions see no text document here. Click into one of at most 50 MB.');
    case 'off':
      return t('No suggestion: {0}. "Enable or Disable Here…" changes it.', statusText);
    case 'list':
      return t('No suggestion: the selected entry of the list does not continue the text. Esc closes the list.');
    case 'changed':
      return t('Not inserted: the text has changed since. Ask again.');
    case 'excluded':
      return t(
        'No suggestion: this file is ignored, excluded or a file for secrets. The setting "exclude" names such.',
      );
    case 'nothing':
      return isStarting
        ? t('No suggestion yet: {0}. Ask again in a moment.', statusText)
        : t('No suggestion: the models found no continuation. Type a word and ask again.');
  }
}
