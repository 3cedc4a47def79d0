// A `vscode` module whose lists, messages, input boxes and notifications a script answers. Loaded in place of the real
// one; import it before what imports `vscode`.
import { l10n, loadAsVscode } from '../support/fake-vscode.ts';

interface Item {
  readonly label: string;
  readonly detail?: string;
  readonly buttons?: readonly object[];
}

interface Message {
  readonly text: string;
  readonly detail: string;
  readonly buttons: readonly string[];
}

/** What tests script and read. */
export const dialogs = {
  /** Called with the items of each list once its search has ended: the row to accept, or whose button to press. */
  pick: (_items: readonly Item[]): { readonly row?: string; readonly button?: string } | undefined => undefined,
  /** The button that is pressed in each message, and those that are pressed before it, in their order. */
  answer: undefined as string | undefined,
  presses: [] as string[],
  /** The text of every input box. */
  input: '',
  shown: [] as Message[],
  /** The commands that were run, with their arguments. */
  commands: [] as unknown[][],
  /** Called with each text of a notification with progress. `cancel` presses its button. */
  onProgress: (_message: string, _cancel: () => void): void => {},
  /** The texts of the messages that were shown. */
  get messages(): string[] {
    return dialogs.shown.map(({ text }) => text);
  },
  reset(): void {
    dialogs.shown.length = 0;
    dialogs.commands.length = 0;
    dialogs.presses = [];
    Object.assign(dialogs, { pick: () => undefined, answer: undefined, onProgress: () => {} });
  },
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

type Button = string | { readonly title: string };

/** @param rest buttons, perhaps behind options */
async function showMessage(text: string, ...rest: readonly (Button | { readonly detail?: string })[]) {
  const isButton = (item: Button | object): item is Button => typeof item === 'string' || 'title' in item;
  const titleOf = (item: Button) => (typeof item === 'string' ? item : item.title);
  const [options] = rest.filter((item) => !isButton(item)) as { readonly detail?: string }[];
  const buttons = rest.filter(isButton);
  dialogs.shown.push({ text, detail: options?.detail ?? '', buttons: buttons.map(titleOf) });
  const pressed = dialogs.presses.shift() ?? dialogs.answer;
  return buttons.find((item) => titleOf(item) === pressed);
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
  commands: { executeCommand: async (...call: unknown[]) => void dialogs.commands.push(call) },
  workspace: { getConfiguration: () => ({ inspect: () => undefined }) },
  window: {
    createQuickPick,
    showInformationMessage: showMessage,
    showWarningMessage: showMessage,
    showErrorMessage: showMessage,
    showInputBox: async () => dialogs.input,
    showQuickPick: async (items: readonly Item[]) => {
      const { row } = dialogs.pick(items) ?? {};
      return items.find(({ label }) => row !== undefined && label.includes(row));
    },
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
