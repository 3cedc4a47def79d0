// What the status says about a folder's session: the result of its adaptation until it is read, why it has no
// index, or does not use its adaptation or a grammar.

import { t } from '../editor/ui-text.ts';
import type { UnusedReason } from '../folder/active-adaptation.ts';
import type { FolderSession } from '../folder/folder-session.ts';
import type { PanelNotice } from '../webview/protocol.ts';

type SessionState = Pick<FolderSession, 'problem' | 'unreadResult' | 'isUnparsed'> & {
  readonly adaptation: Pick<FolderSession['adaptation'], 'unusedBecause'>;
  readonly ngram: Pick<FolderSession['ngram'], 'isPaused'>;
};

/**
 * @param path of the active document in the folder; undefined: none is active
 * @param isTooBig whether nothing is learned from that document because of its size
 */
export function sessionNotices(session: SessionState, path: string | undefined, isTooBig = false): PanelNotice[] {
  const { problem, unreadResult, ngram } = session;
  const { unusedBecause } = session.adaptation;
  const notices: PanelNotice[] = [];
  if (unreadResult !== undefined)
    notices.push({ kind: 'info', text: unreadResult, action: { label: t('Show Report'), command: 'showReport' } });
  const warn = (text: string) =>
    notices.push({ kind: 'warning', text, action: { label: t('Show Log'), command: 'showLog' } });
  if (problem) warn(problem);
  // Several times: it waits before it starts again.
  if (ngram.isPaused)
    warn(t('The index of your files stopped several times; it starts again by itself within minutes.'));
  if (path !== undefined && session.isUnparsed(path))
    warn(t('{0} is completed without its grammar until you reload the window, because parsing it failed twice.', path));
  if (path !== undefined && isTooBig)
    notices.push({
      kind: 'info',
      text: t('{0} is too big to learn from: suggestions there come from the text near the cursor.', path),
    });
  if (unusedBecause) {
    const text = unusedTexts[unusedBecause]();
    notices.push({ kind: 'info', text, action: { label: t('Adapt to This Repo'), command: 'adapt' } });
  }
  return notices;
}

const unusedTexts: Readonly<Record<UnusedReason, () => string>> = {
  'earlier-base': () => t('The adaptation of this folder was made for an earlier base model. It is kept but not used.'),
  'other-base': () =>
    t(
      'The adaptation of this folder was made for another base model. It is kept, and used again with that base model.',
    ),
};
