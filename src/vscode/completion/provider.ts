// Ghost text: from VS Code's request to one item, or nothing.
import * as vscode from 'vscode';
import type { Exit } from '../../suggest/exits.ts';
import { type EditInLine, isNothing, type Shown } from '../../suggest/suggestion.ts';
import { listOpensAt } from '../../text/line-state.ts';
import { fromLineFeeds } from '../../text/lines.ts';
import { boundaryBefore } from '../../text/windows.ts';
import { Document } from '../editor/document.ts';
import { indentUnit } from '../editor/document-query.ts';
import { placeOf } from '../editor/folder-of-document.ts';
import type { FolderRef } from '../editor/folder-ref.ts';
import { window } from '../editor/window.ts';
import type { Documents } from '../folder/documents.ts';
import type { Folders } from '../folder/folders.ts';
import { type DocumentPosition, LIST_PAUSE_MS, Unanswered } from './unanswered.ts';

/** What next edits know of a position. */
export interface NextEditsAt {
  /**
   * The edit that Tab belongs to: it is offered in its line, or announced there.
   * @param mayInsert whether its text may be shown as ghost text
   */
  inLine(document: vscode.TextDocument, position: vscode.Position, mayInsert: boolean): EditInLine | undefined;
  /** See CompletionRequest.replaced. */
  wordReplacedAt(document: vscode.TextDocument, position: vscode.Position): string | undefined;
}

/** Next edits, which share lines and keys with ghost text. */
export interface LineOwner extends NextEditsAt {
  /** Told whether one of our suggestions is probably visible. */
  onGhostText(isShown: boolean): void;
  /** Told whether the editor's list of suggestions has an entry selected. */
  onList(isOpen: boolean): void;
  /** Applies an edit whose lines are ghost text. False: none is. */
  applyLines(): Promise<boolean>;
  /** Whether the accepted text was an edit's. */
  accepted(id: string): boolean;
  addImports(inserted: InsertedSuggestion): void;
}

/** Without next edits. */
export const noLineOwner: LineOwner = {
  inLine: () => undefined,
  wordReplacedAt: () => undefined,
  onGhostText() {},
  onList() {},
  applyLines: async () => false,
  accepted: () => false,
  addImports() {},
};

export interface ProviderDeps {
  readonly folders: Folders;
  readonly lastSuggestion: LastSuggestion;
  /** Whether completions are enabled for this folder and language, and not snoozed. */
  readonly isOn: (folder: FolderRef, languageId: string) => boolean;
  readonly documents: Documents;
  /** Called for each request that may be answered, to ask for consent. */
  readonly onRequest: (folder: FolderRef) => void;
  /** Called for each request. */
  readonly onRequested: (document: vscode.TextDocument) => void;
  /** Called with whether one of our suggestions is probably visible. */
  readonly onShown: (isShown: boolean) => void;
  readonly nextEdits: LineOwner;
  /** Called if a manual request got no suggestion. */
  readonly onNoSuggestion: (reason: Exit) => void;
}

/** A suggestion that was inserted: where, and its text with the document's line ends. */
export interface InsertedSuggestion {
  readonly document: vscode.TextDocument;
  readonly start: vscode.Position;
  readonly text: string;
}

/** The suggestion that was shown last. */
export class LastSuggestion {
  private shown: (InsertedSuggestion & { readonly id: string }) | undefined;

  set(id: string, suggestion: InsertedSuggestion): void {
    this.shown = { id, ...suggestion };
  }

  /** Undefined if it has another id. */
  withId(id: string): InsertedSuggestion | undefined {
    return this.shown?.id === id ? this.shown : undefined;
  }

  /** Whether a text that was inserted is the suggestion, or a part of it. */
  contains(document: vscode.TextDocument, text: string): boolean {
    return this.shown?.document === document && text !== '' && this.shown.text.includes(text);
  }
}

/** An idle editor sends a manual request within this time, or not at all, ms. */
const NO_REQUEST_MS = 500;
/** On a busy machine the editor takes longer, in the same way for its command: so many times as long is waited. */
const NO_REQUEST_FACTOR = 20;
/** The item replaces so much of the line before the cursor, UTF-16 units: a line may be a whole file. */
const MAX_BEFORE = 1000;
/** The editor sends its request 50 ms after a key. */
const AFTER_EDIT_MS = 150;

/** Run by VS Code after it has inserted an item of ours. Not in the palette. */
export const acceptedCommand = 'easyAdaptation.accepted';

export class GhostTextProvider implements vscode.InlineCompletionItemProvider {
  private readonly deps: ProviderDeps;
  private readonly unanswered = new Unanswered(() => performance.now());
  private lastRequestAt = 0;
  private requestCount = 0;

  constructor(deps: ProviderDeps) {
    this.deps = deps;
  }

  /** Call when a better answer may be available. Repeats an unanswered request if the cursor is still there. */
  async repeat(folder: FolderRef): Promise<void> {
    const editor = window.activeTextEditor;
    if (!editor || placeOf(editor.document.uri).folder.key !== folder.key) return;
    const { document, selection } = editor;
    const remainingMs = LIST_PAUSE_MS - (performance.now() - this.lastRequestAt);
    if (remainingMs > 0 && opensList(document, selection.active)) {
      setTimeout(() => void this.repeat(folder), remainingMs);
      return;
    }
    if (!this.unanswered.repeat(folder.key, positionOf(document, selection.active), document.isDirty)) return;
    await this.trigger();
  }

  /** Requests ghost text at the editor's cursor, as typing would. */
  async request({ document }: vscode.TextEditor): Promise<void> {
    if (!this.deps.isOn(placeOf(document.uri).folder, document.languageId)) return;
    this.unanswered.announce();
    await this.trigger();
  }

  /** Hides ghost text from a line in which a next edit is offered. The suggestion was not rejected. */
  async giveWay({ uri }: vscode.TextDocument): Promise<void> {
    this.deps.folders.peek(placeOf(uri).folder)?.service.withdrawn();
    this.showing(false);
    await vscode.commands.executeCommand('editor.action.inlineSuggest.hide');
  }

  private showing(isShown: boolean): void {
    this.deps.onShown(isShown);
    this.deps.nextEdits.onGhostText(isShown);
  }

  /** A manual request: shows a suggestion, or the reason why there is none. */
  async requestManually(): Promise<void> {
    const { requestCount } = this;
    this.unanswered.withdraw();
    if (window.activeTextEditor === undefined) return this.deps.onNoSuggestion('no document');
    const startedAt = performance.now();
    await this.trigger();
    const waitMs = Math.max(NO_REQUEST_MS, NO_REQUEST_FACTOR * (performance.now() - startedAt));
    setTimeout(
      () => this.requestCount === requestCount && this.deps.onNoSuggestion('the editor asks for none'),
      waitMs,
    );
  }

  /** Repeats a request whose document was changed by something else than a key, unless the editor sends one itself. */
  private repeatAfterEdit(document: vscode.TextDocument): void {
    const { requestCount } = this;
    setTimeout(() => {
      if (this.requestCount !== requestCount || window.activeTextEditor?.document !== document) return;
      this.unanswered.announce();
      void this.trigger();
    }, AFTER_EDIT_MS);
  }

  private async trigger(): Promise<void> {
    // No arguments: with `explicit: false` the editor would send no request after an answered one.
    await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
  }

  async provideInlineCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    context: vscode.InlineCompletionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlineCompletionItem[]> {
    this.deps.onRequested(document);
    this.requestCount++;
    this.deps.nextEdits.onList(context.selectedCompletionInfo !== undefined);
    const isInvoked = context.triggerKind === vscode.InlineCompletionTriggerKind.Invoke;
    const isRepetition = isInvoked && this.unanswered.isRepetition();
    const trigger = isRepetition ? 'repetition' : isInvoked ? 'key' : 'typing';
    const result = await this.complete(document, position, context.selectedCompletionInfo, token, trigger);
    if (result === 'stale') return [];
    const isShown = typeof result === 'object';
    this.showing(isShown);
    if (!isShown && trigger === 'key') this.deps.onNoSuggestion(result);
    return isShown ? [result] : [];
  }

  /** 'stale': the request was cancelled. */
  private async complete(
    document: vscode.TextDocument,
    position: vscode.Position,
    info: vscode.SelectedCompletionInfo | undefined,
    token: vscode.CancellationToken,
    trigger: 'key' | 'typing' | 'repetition',
  ): Promise<vscode.InlineCompletionItem | Exit | 'stale'> {
    const known = new Document(document);
    const { folder } = known;
    if (known.isSilent) return 'not a document';
    if (!this.deps.isOn(folder, document.languageId)) return 'switched off';
    const cursor = positionOf(document, position);
    this.unanswered.begin(folder.key, cursor);
    this.lastRequestAt = performance.now();
    const selected = selectedText(document, position, info);
    if (selected === undefined) {
      // The list may close again without another request.
      this.unanswered.onNoAnswer(folder.key, cursor);
      return 'the list has another text';
    }
    const { nextEdits } = this.deps;
    const nextEdit = nextEdits.inLine(document, position, selected === '');
    const { version } = document;
    const isStale = () => token.isCancellationRequested || document.isClosed || document.version !== version;
    const stale = (): 'stale' => {
      // A formatter changed the text after the key: the editor asks again only after another key.
      if (!token.isCancellationRequested && !document.isClosed) this.repeatAfterEdit(document);
      return 'stale';
    };
    const query = known.queryAt(position);
    if ((await this.deps.documents.ruleOf(known)) === 'off') return 'excluded';
    if (isStale()) return stale();
    // A repetition does not follow a key, so it must not ask for consent.
    if (trigger !== 'repetition' && nextEdit === undefined) this.deps.onRequest(folder);

    const session = this.deps.folders.of(folder);
    const abort = new AbortController();
    const listener = token.onCancellationRequested(() => abort.abort());
    try {
      const result = await session.service.suggest(
        {
          query,
          line: position.line,
          trigger: trigger === 'key' ? 'manual' : 'automatic',
          ...(selected !== '' && { selectedText: selected }),
          replaced: nextEdits.wordReplacedAt(document, position),
          opensList: opensList(document, position),
          indentUnit: indentUnit(editorOptions(document)),
          nextEdit,
        },
        abort.signal,
      );
      if (isStale()) return stale();
      // Meanwhile an edit was announced, which Tab belongs to.
      const isTaken = trigger !== 'key' && !nextEdit && nextEdits.inLine(document, position, false) !== undefined;
      if (isTaken && !isNothing(result)) {
        this.unanswered.onAnswer(folder.key, cursor);
        session.service.withdrawn();
        return 'a next edit is offered here';
      }
      if (!isNothing(result) || result.reason === 'a next edit is offered here')
        this.unanswered.onAnswer(folder.key, cursor);
      // Later, because returning this result would cancel the new request.
      else if (this.unanswered.onNoAnswer(folder.key, cursor)) setTimeout(() => void this.trigger(), 0);
      return isNothing(result) ? result.reason : this.item(document, position, result, folder.key);
    } finally {
      listener.dispose();
    }
  }

  /**
   * The item replaces the line's text before the cursor, at most MAX_BEFORE of it, and the closing brackets after it
   * that the suggestion contains. So it stays while the user deletes and types again, and the editor's commands to
   * accept a word or a line work.
   */
  private item(
    document: vscode.TextDocument,
    position: vscode.Position,
    { id, text: suggested, replaceLength }: Shown,
    folderKey: string,
  ): vscode.InlineCompletionItem {
    const { text: line } = document.lineAt(position.line);
    const start = position.with(undefined, boundaryBefore(line, Math.max(0, position.character - MAX_BEFORE)));
    const lineBefore = line.slice(start.character, position.character);
    const text = fromLineFeeds(suggested, document.eol === vscode.EndOfLine.CRLF);
    const end = position.translate(0, replaceLength);
    const insertText = lineBefore + text;
    this.deps.lastSuggestion.set(id, { document, start, text: insertText });
    return new vscode.InlineCompletionItem(insertText, new vscode.Range(start, end), {
      title: '',
      command: acceptedCommand,
      arguments: [folderKey, id],
    });
  }
}

function positionOf(document: vscode.TextDocument, { line, character }: vscode.Position): DocumentPosition {
  return { document: document.uri.toString(), version: document.version, line, character };
}

/**
 * Text that the suggest widget's selected entry would add at the cursor; '' if none is selected. Undefined if the entry
 * would change text before the cursor: VS Code shows no ghost text then.
 */
function selectedText(
  document: vscode.TextDocument,
  position: vscode.Position,
  info: vscode.SelectedCompletionInfo | undefined,
): string | undefined {
  if (!info) return '';
  if (info.range.end.isAfter(position)) return undefined;
  const typed = document.getText(new vscode.Range(info.range.start, position));
  return info.text.startsWith(typed) ? info.text.slice(typed.length) : undefined;
}

function editorOptions(document: vscode.TextDocument): vscode.TextEditorOptions {
  const editor = window.visibleTextEditors.find((shown) => shown.document === document);
  return editor?.options ?? {};
}

function opensList(document: vscode.TextDocument, position: vscode.Position): boolean {
  const lineBefore = document.lineAt(position.line).text.slice(0, position.character);
  const kind = listOpensAt(document.languageId, lineBefore);
  if (kind === undefined) return false;
  const editor = vscode.workspace.getConfiguration('editor', document);
  if (kind === 'member') return editor.get('suggestOnTriggerCharacters') !== false;
  const quick = editor.get<unknown>('quickSuggestions');
  const other = typeof quick === 'object' && quick !== null && 'other' in quick ? quick.other : quick;
  return other !== false && other !== 'off' && other !== 'inline';
}
