// A `vscode` module whose lists, messages and notifications a script answers. Loaded in place of the real one; import
// it before what imports `vscode`.
import { l10n, loadAsVscode } from '../support/fake-vscode.ts';

interface Item {
  readonly label: string;
  readonly detail?: string;
  readonly buttons?: readonly object[];
}

/** What tests script and read. */
export const dialogs = {
  /** Called with the items of each list once its search has ended: the row to accept, or whose button to press. */
  pick: (_items: readonly Item[]): { readonly row?: string; readonly button?: string } | undefined => undefined,
  /** The button that is pressed in each message. */
  answer: undefined as string | undefined,
  /** The messages that were shown. */
  messages: [] as string[],
  /** Called with each text of a notification with progress. `cancel` presses its button. */
  onProgress: (_message: string, _cancel: () => void): void => {},
};

function createQuickPick() {
  const on = new Map<string, (event: unknown) => void>();
  const listen = (name: string) => (listener: (event: unknown) => void) => void on.set(name, listener);
  return {
    items: [] as readonly Item[],
    activeItems: [] as readonly Item[],
    isBusy: true,
    onDidAccept: listen('accept'),
    onDidTriggerItemButton: listen('button'),
    onDidHide: listen('hide'),
    show() {},
    dispose() {},
    get busy() {
      return this.isBusy;
    },
    /** The list is no longer busy: its last items follow in the same turn. */
    set busy(isBusy: boolean) {
      this.isBusy = isBusy;
      if (!isBusy) queueMicrotask(() => this.press());
    },
    press() {
      const { row, button } = dialogs.pick(this.items) ?? {};
      const item = this.items.find(({ label }) => label.includes(row ?? button ?? '\0'));
      if (item === undefined) return on.get('hide')?.(undefined);
      this.activeItems = [item];
      on.get(row === undefined ? 'button' : 'accept')?.({ item });
    },
  };
}

async function showMessage(message: string, ...rest: readonly unknown[]): Promise<string | undefined> {
  dialogs.messages.push(message);
  return rest.find((item) => item === dialogs.answer) as string | undefined;
}

interface Bar {
  report(update: { readonly message: string }): void;
}
interface Token {
  onCancellationRequested(listener: () => void): void;
}

loadAsVscode({
  MarkdownString: class {},
  ThemeIcon: class {},
  QuickPickItemKind: { Separator: -1 },
  ProgressLocation: { Notification: 15 },
  l10n,
  workspace: { getConfiguration: () => ({ inspect: () => undefined }) },
  window: {
    createQuickPick,
    showInformationMessage: showMessage,
    showWarningMessage: showMessage,
    showErrorMessage: showMessage,
    withProgress<T>(_options: object, task: (bar: Bar, token: Token) => Promise<T>): Promise<T> {
      let cancel = () => {};
      const report = ({ message }: { readonly message: string }) => dialogs.onProgress(message, cancel);
      return task(
        { report },
        {
          onCancellationRequested: (listener) => {
            cancel = listener;
          },
        },
      );
    },
  },
});
