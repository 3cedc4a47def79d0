// VS Code's `window` with stricter types: every shown text must be `UiText`. The lint forbids `vscode.window`
// elsewhere.
import * as vscode from 'vscode';
import type { UiText } from './ui-text.ts';

type Shown = UiText | undefined;

/** `T` with the named members as `UiText`. Optional members stay optional. */
type Safe<T, K extends PropertyKey> = { [P in keyof T]: P extends K ? (T[P] extends string ? UiText : Shown) : T[P] };

export type UiMessageItem = Safe<vscode.MessageItem, 'title'>;
export type UiQuickPickItem = Safe<vscode.QuickPickItem, 'label' | 'description' | 'detail'>;
type UiMessageOptions = Safe<vscode.MessageOptions, 'detail'>;
export type UiQuickPickOptions = Safe<vscode.QuickPickOptions, 'title' | 'placeHolder' | 'prompt'>;
export type UiInputBoxOptions = Safe<
  Omit<vscode.InputBoxOptions, 'validateInput'>,
  'title' | 'prompt' | 'placeHolder'
> & {
  readonly validateInput?: (text: string) => Shown;
};
export type UiOpenOptions = Safe<vscode.OpenDialogOptions, 'title' | 'openLabel'>;
interface UiQuickPick<T extends UiQuickPickItem>
  extends Omit<
    vscode.QuickPick<vscode.QuickPickItem>,
    'title' | 'placeholder' | 'items' | 'activeItems' | 'onDidTriggerItemButton'
  > {
  title: Shown;
  placeholder: Shown;
  items: readonly T[];
  readonly activeItems: readonly T[];
  readonly onDidTriggerItemButton: vscode.Event<vscode.QuickPickItemButtonEvent<T & vscode.QuickPickItem>>;
}
export type UiStatusBarItem = Safe<vscode.StatusBarItem, 'text' | 'name' | 'tooltip'>;
export type UiProgress = vscode.Progress<{ message?: UiText; increment?: number }>;
type UiProgressOptions = Safe<vscode.ProgressOptions, 'title'>;

interface Messages {
  <T extends UiText | UiMessageItem>(message: UiText, ...items: T[]): Thenable<T | undefined>;
  <T extends UiText | UiMessageItem>(
    message: UiText,
    options: UiMessageOptions,
    ...items: T[]
  ): Thenable<T | undefined>;
}

/** Members that show no text of the extension, or only a document. The text of a decoration is not parsed. */
type UnchangedMembers = Pick<
  typeof vscode.window,
  | 'activeTextEditor'
  | 'createOutputChannel'
  | 'createTextEditorDecorationType'
  | 'onDidChangeActiveTextEditor'
  | 'onDidChangeTextEditorSelection'
  | 'onDidChangeTextEditorVisibleRanges'
  | 'registerWebviewViewProvider'
  | 'showTextDocument'
  | 'tabGroups'
  | 'visibleTextEditors'
>;

interface SafeWindow extends UnchangedMembers {
  readonly showInformationMessage: Messages;
  readonly showWarningMessage: Messages;
  readonly showErrorMessage: Messages;
  showQuickPick<T extends UiQuickPickItem>(
    items: readonly T[],
    options?: UiQuickPickOptions & { readonly canPickMany?: false },
  ): Thenable<T | undefined>;
  createQuickPick<T extends UiQuickPickItem>(): UiQuickPick<T>;
  showInputBox(options: UiInputBoxOptions): Thenable<string | undefined>;
  showOpenDialog(options: UiOpenOptions): Thenable<vscode.Uri[] | undefined>;
  withProgress<R>(
    options: UiProgressOptions,
    task: (progress: UiProgress, token: vscode.CancellationToken) => Thenable<R>,
  ): Thenable<R>;
  createStatusBarItem(id: string, alignment: vscode.StatusBarAlignment, priority?: number): UiStatusBarItem;
  createWebviewPanel(
    viewType: string,
    title: UiText,
    column: vscode.ViewColumn,
    options?: vscode.WebviewPanelOptions & vscode.WebviewOptions,
  ): UiWebviewPanel;
}

export type UiWebviewPanel = Safe<vscode.WebviewPanel, 'title'>;

/** The same object: only its types are stricter. */
export const window = vscode.window as unknown as SafeWindow;
