// Messages with one button, and lists whose rows run something.
import * as vscode from 'vscode';
import { t, type UiText } from './ui-text.ts';
import { type UiQuickPickItem, window } from './window.ts';

/** Asks a modal question. Whether the user presses the button. */
export async function confirms(question: UiText, button: UiText, detail?: UiText): Promise<boolean> {
  const options = { modal: true, ...(detail !== undefined && { detail }) };
  return (await window.showWarningMessage(question, options, button)) === button;
}

/** Shows a message with a button that runs a command. */
export async function offerCommand(
  kind: 'Information' | 'Warning' | 'Error',
  message: UiText,
  button: UiText,
  ...command: [id: string, ...args: unknown[]]
): Promise<void> {
  if ((await window[`show${kind}Message`](message, button)) === button)
    await vscode.commands.executeCommand(...command);
}

export interface ListRow extends UiQuickPickItem {
  readonly run?: () => unknown;
  /** Called when the user presses the row's only button. */
  readonly remove?: () => unknown;
}

export interface List<T> {
  readonly title: UiText;
  readonly placeholder: UiText;
  /** @param found undefined while the search runs */
  readonly rows: (found: T | undefined) => readonly ListRow[];
  /** The search ends when the list closes. It never rejects. Absent: all rows are there at once. */
  readonly search?: (signal: AbortSignal) => Promise<T>;
}

/** Shows the list and runs the row or the button that the user picks. */
export async function showList<T>({ title, placeholder, rows, search }: List<T>): Promise<void> {
  const pick = window.createQuickPick<ListRow>();
  pick.title = title;
  pick.placeholder = placeholder;
  pick.matchOnDescription = true;
  pick.busy = search !== undefined;
  pick.items = rows(undefined);
  const open = new AbortController();
  const { promise: chosen, resolve } = Promise.withResolvers<(() => unknown) | undefined>();
  pick.onDidAccept(() => resolve(pick.activeItems[0]?.run));
  pick.onDidTriggerItemButton(({ item }) => resolve(item.remove));
  pick.onDidHide(() => resolve(undefined));
  pick.show();
  void search?.(open.signal).then((found) => {
    if (open.signal.aborted) return;
    pick.busy = false;
    pick.items = rows(found);
  });
  const run = await chosen;
  open.abort();
  pick.dispose();
  await run?.();
}

export const separator = (label: UiText): ListRow => ({ label, kind: vscode.QuickPickItemKind.Separator });

export function removeButton(): vscode.QuickInputButton {
  return { iconPath: new vscode.ThemeIcon('trash'), tooltip: t('Remove') };
}
