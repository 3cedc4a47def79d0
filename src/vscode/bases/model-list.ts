// A list of models to pick from: some rows at once, others after a search.
import * as vscode from 'vscode';
import type { FoundModel } from '../../neural/models/import/discover-models.ts';
import { joined, safeSentence, safeText, t, type UiText, withIcon } from '../editor/ui-text.ts';
import { type UiQuickPickItem, window } from '../editor/window.ts';
import { type ImportBaseDeps, importModel } from './import-base.ts';

export interface ModelRow extends UiQuickPickItem {
  readonly run?: () => Promise<unknown>;
  /** Called when the user presses the row's only button. */
  readonly remove?: () => Promise<unknown>;
}

export interface ModelList<T> {
  readonly title: UiText;
  readonly placeholder: UiText;
  /** @param found undefined while the search runs */
  readonly rows: (found: T | undefined) => readonly ModelRow[];
  /** The search ends when the list closes. It never rejects. */
  readonly search: (signal: AbortSignal) => Promise<T>;
}

/** Shows the list and runs the row or the button that the user picks. */
export async function showList<T>({ title, placeholder, rows, search }: ModelList<T>): Promise<void> {
  const pick = window.createQuickPick<ModelRow>();
  pick.title = title;
  pick.placeholder = placeholder;
  pick.matchOnDescription = true;
  pick.busy = true;
  pick.items = rows(undefined);
  const open = new AbortController();
  const chosen = await new Promise<(() => Promise<unknown>) | undefined>((resolve) => {
    pick.onDidAccept(() => resolve(pick.activeItems[0]?.run));
    pick.onDidTriggerItemButton(({ item }) => resolve(item.remove));
    pick.onDidHide(() => resolve(undefined));
    pick.show();
    void search(open.signal).then((found) => {
      if (open.signal.aborted) return;
      pick.busy = false;
      pick.items = rows(found);
    });
  });
  open.abort();
  pick.dispose();
  await chosen?.();
}

export const separator = (label: UiText): ModelRow => ({ label, kind: vscode.QuickPickItemKind.Separator });

export const megabytesText = (bytes: number) => t('{0} MB', Math.ceil(bytes / 1e6));

export function removeButton(): vscode.QuickInputButton {
  return { iconPath: new vscode.ThemeIcon('trash'), tooltip: t('Remove') };
}

/** Rows for models in the folders of other programs. If a model cannot be used, its row says why. */
export function foundRows(found: readonly FoundModel[], deps: ImportBaseDeps): ModelRow[] {
  return found.map(({ where, name, path, bytes, licence, problem }): ModelRow => {
    if (problem !== undefined) {
      const label = withIcon('circle-slash', safeText(name));
      return { label, description: safeText(where), detail: safeSentence(problem) };
    }
    const licenceText = licence === undefined ? t('no licence stated') : t('licence as stated: {0}', licence);
    return {
      label: safeText(name),
      description: joined([safeText(where), megabytesText(bytes), licenceText], ' · '),
      detail: safeText(path),
      run: () => importModel(path, name, deps),
    };
  });
}
