// Who owns the cursor's line: the next edit, other ghost text, or the editor's list of suggestions; and so what Tab
// does there, and which key the hint names.
import type * as vscode from 'vscode';
import { type EditCursor, isAt, type OfferedEdit, type OfferedEdits, type TabAction } from '../../edits/offers.ts';
import { wordAtEnd } from '../../text/lexemes.ts';
import { t } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';
import { allText, hintText, type Key } from './edit-texts.ts';
import type { EditView } from './edit-view.ts';
import type { TabKey } from './tab-key.ts';

interface TabLineDeps {
  readonly offered: OfferedEdits;
  readonly view: EditView;
  readonly tabKey: () => TabKey;
  readonly cursor: () => EditCursor | undefined;
  /** Name of an edit's file, if it is not the active editor's. */
  readonly fileOf: (offer: OfferedEdit) => string | undefined;
  /** Called with what the Tab key does. */
  readonly onTabAction: (action: TabAction) => void;
  /** Called if an edit was found in a line that shows other ghost text at the cursor. */
  readonly onLineTaken: (document: vscode.TextDocument) => void;
}

/** From so many places in a file on, the key that applies all of them is named, too. */
const MANY = 3;

export class TabLine {
  /** What the Tab key does now. */
  action: TabAction;
  /** Whether ghost text is shown at the cursor, where Tab accepts it. */
  isGhostTextShown = false;
  /** Whether the Tab key belongs to the editor's list of suggestions. */
  isListOpen = false;
  /** The key that the hint named last, and the offer's id. */
  private named: { readonly id: string; readonly key: Key } | undefined;
  private readonly deps: TabLineDeps;

  constructor(deps: TabLineDeps) {
    this.deps = deps;
  }

  /** The hint says what Tab does, or it is not shown: beside ghost text, Tab accepts that. */
  drawHint(offer: OfferedEdit | undefined, announced = offer): void {
    const { view, onTabAction, fileOf, offered } = this.deps;
    const tabKey = this.deps.tabKey();
    const action = offer && this.actionOf(offer);
    const cursor = this.deps.cursor();
    const isWaiting = tabKey.isBusy || (offer === undefined && tabKey.isHeld);
    const isBeside = this.isGhostTextShown && !(offer?.lines && this.isGhostText(offer));
    this.action = isWaiting ? 'wait' : action && isBeside ? 'indent' : action;
    onTabAction(this.action);
    if (offer === undefined || action === undefined || isBeside) {
      view.showHint(undefined, undefined);
      view.announce(announced, undefined);
      return;
    }
    // The cursor is on its way.
    if (tabKey.isBusy) return;
    const key = this.keyOf(offer, action);
    const hint = hintText(offer, { action, key, isListOpen: this.isListOpen, file: fileOf(offer) });
    const alike = offer.origin.kind === 'error' ? [] : offered.alikeIn(cursor?.path ?? '');
    const more =
      alike.length >= MANY ? { text: allText(alike.length), lines: alike.map(({ line }) => line) } : undefined;
    view.showHint(window.activeTextEditor, hint, more);
    const keys = action === 'apply' ? t('{0}: apply', key) : key;
    view.announce(offer, more ? t('{0}, {1}', keys, more.text) : keys);
  }

  /** Other ghost text gives way to an edit that was found in its line. */
  take(): void {
    const document = window.activeTextEditor?.document;
    const cursor = this.deps.cursor();
    const isCovered = cursor && this.isGhostTextShown && !this.isInsertedAtCursor(this.deps.offered.current);
    if (!isCovered || document === undefined || !this.inLineOf(cursor)) return;
    this.isGhostTextShown = false;
    this.deps.onLineTaken(document);
  }

  /** The offer that no other ghost text may take the place of, at a cursor. @param isPlaced see `inLineOf` */
  ownerAt(cursor: EditCursor, isPlaced: boolean): OfferedEdit | undefined {
    const { current } = this.deps.offered;
    // Ghost text says more than that there is an error elsewhere.
    const isTabTaken = current?.origin.kind !== 'error' && (this.action === 'jump' || this.action === 'apply');
    return (isPlaced ? this.inLineOf(cursor) : undefined) ?? (isTabTaken ? current : undefined);
  }

  /** What the Tab key does with an offer, if nothing else takes it. */
  actionOf(offer: OfferedEdit): TabAction {
    const { offered } = this.deps;
    const cursor = this.deps.cursor();
    const action = cursor && offer === offered.current ? offered.tabAction(cursor) : undefined;
    return action === 'apply' && offer.lines && !this.isGhostText(offer) ? 'jump' : action;
  }

  /** Whether the new text of an offer is shown as ghost text at the cursor. */
  isGhostText(offer: OfferedEdit | undefined): boolean {
    return this.isGhostTextShown && this.isInsertedAtCursor(offer);
  }

  private isInsertedAtCursor(offer: OfferedEdit | undefined): boolean {
    const cursor = this.deps.cursor();
    return cursor !== undefined && this.deps.offered.insertionAt(cursor)?.offer === offer;
  }

  /**
   * The shown offer if it begins in the cursor's line, or if it renames what was just typed there: other ghost text
   * would hide its hint, and could write the old name again.
   */
  private inLineOf({ path, line, before }: EditCursor): OfferedEdit | undefined {
    const { current } = this.deps.offered;
    const [renamed] = current?.origin.kind === 'rename' ? current.learnedFrom : [];
    const isRenamed = renamed?.path === path && wordAtEnd(before) === renamed.inserted;
    return isRenamed ? current : this.deps.offered.inLine(path, line);
  }

  /** The key that leads to an edit also applies it. */
  private keyOf(offer: OfferedEdit, action: TabAction): Key {
    const { id } = offer;
    const cursor = this.deps.cursor();
    const isThere = cursor !== undefined && isAt(offer, cursor);
    const isOther = this.isListOpen || action === 'indent';
    const key = isOther ? 'Alt+Enter' : isThere && this.named?.id === id ? this.named.key : 'Tab';
    this.named = { id, key };
    return key;
  }
}
