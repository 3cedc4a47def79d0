// Goes to the offered edit, applies it, or applies all of its rule.
import * as vscode from 'vscode';
import { Part } from '../../common/disposable.ts';
import { messageOf } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import type { NextEdits } from '../../edits/next-edit.ts';
import { endOf, type NewLines, type OfferedEdit, placeOf } from '../../edits/offers.ts';
import { fromLineFeeds, toLineFeeds } from '../../text/lines.ts';
import type { Activity } from '../completion/activity.ts';
import { isCell } from '../editor/folder-of-document.ts';
import type { FolderRef } from '../editor/folder-ref.ts';
import { window } from '../editor/window.ts';
import type { EditJournals, Recorded } from './edit-journals.ts';
import { originText } from './edit-texts.ts';
import { positionIn, rangeIn } from './places.ts';

export interface ApplyEditsDeps {
  readonly edits: NextEdits<FolderRef>;
  readonly journals: EditJournals;
  readonly activity: Activity;
  readonly log: Log;
  readonly uriOf: (offer: OfferedEdit | undefined) => vscode.Uri | undefined;
  /** Whether the cursor is at an offer, where it is shown whole. */
  readonly isReached: (offer: OfferedEdit) => boolean;
  /** Runs a change of the text that the user has accepted. */
  readonly asAccepted: (change: () => Thenable<boolean>) => Promise<boolean>;
  /** Draws what is offered now. */
  readonly draw: () => void;
  /** Shows the new lines of the offer at the cursor as ghost text. */
  readonly showLines: (editor: vscode.TextEditor) => void;
}

export class ApplyEdits extends Part<ApplyEditsDeps> {
  /** Moves the cursor to the next edit, and returns it. */
  async goTo(): Promise<OfferedEdit | undefined> {
    const { edits, uriOf, draw, showLines } = this.deps;
    const { offered } = edits;
    await edits.search.finish();
    const next = offered.current;
    if (next === undefined) return undefined;
    if (await this.openFiles([next])) offered.preferFile(next.path);
    const { current } = offered;
    const uri = uriOf(current);
    const recorded = this.recordedOf(current);
    if (current === undefined || uri === undefined || recorded === undefined) {
      edits.withdraw();
      return undefined;
    }
    const position = positionIn(recorded.text, placeOf(current));
    const isHere = ({ document }: vscode.TextEditor) => document.uri.toString() === uri.toString();
    const shown = window.visibleTextEditors.find(isHere);
    const at = shown?.viewColumn === undefined ? {} : { viewColumn: shown.viewColumn };
    const show = async () => window.showTextDocument(await vscode.workspace.openTextDocument(uri), at);
    // A cell has an editor in its notebook only, where the cursor is.
    const editor = shown && isCell(uri) ? shown : await show();
    offered.jumped(current);
    editor.selection = new vscode.Selection(position, position);
    const { lines } = current;
    const { start, end } = rangeIn(recorded.text, current);
    const below = end.line + (lines?.text.split('\n').length ?? 0);
    const whole = new vscode.Range(start.line, start.character, below, end.character);
    editor.revealRange(whole, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    draw();
    if (lines) showLines(editor);
    if (current.origin.kind === 'error') edits.askSoon();
    return current;
  }

  /** Applies the next edit, as one undo step. Where the cursor is not at it, only goes to it. */
  async apply(): Promise<void> {
    const { edits, activity, isReached, asAccepted } = this.deps;
    const { offered, search } = edits;
    await search.finish();
    const { current } = offered;
    const editor = window.activeTextEditor;
    if (editor === undefined || current === undefined) return;
    if (!isReached(current)) return void (await this.goTo());
    const { document } = editor;
    const recorded = this.unchanged(current);
    if (recorded?.document !== document) return edits.withdraw();
    search.cancel();
    const text = fromLineFeeds(current.replacement, document.eol === vscode.EndOfLine.CRLF);
    const range = rangeIn(recorded.text, current);
    if (!(await asAccepted(() => editor.edit((edit) => edit.replace(range, text))))) return;
    const end = positionIn(toLineFeeds(document.getText()), endOf(current));
    offered.applied([current], endOf(current));
    editor.selection = new vscode.Selection(end, end);
    activity.setOutcome(current.id, 'accepted', current.replacement.length);
    await search.run();
  }

  /** The user has accepted new lines as ghost text: the old ones above them go. */
  async replaceAbove({ start, end }: NonNullable<NewLines['old']>): Promise<void> {
    const editor = window.activeTextEditor;
    if (editor === undefined) return;
    const text = toLineFeeds(editor.document.getText());
    const old = new vscode.Range(positionIn(text, start).line, 0, positionIn(text, end).line + 1, 0);
    await this.deps.asAccepted(() => editor.edit((edit) => edit.replace(old, '')));
    await this.deps.edits.search.run();
  }

  /** Applies the edits in the active editor that repeat the next one, as one undo step. */
  async applyInFile(): Promise<void> {
    const { edits, activity, asAccepted } = this.deps;
    const { offered, search } = edits;
    await search.finish();
    const editor = window.activeTextEditor;
    const path = editor && this.deps.journals.recordedOf(editor.document)?.path;
    const offers = path === undefined ? [] : offered.alikeIn(path);
    const texts = offers.flatMap((offer) => this.unchanged(offer)?.text ?? []);
    const [text] = texts;
    if (editor === undefined || text === undefined || texts.length < offers.length) return void (await this.goTo());
    search.cancel();
    const isCrlf = editor.document.eol === vscode.EndOfLine.CRLF;
    const change = (edit: vscode.TextEditorEdit) => {
      for (const offer of offers) edit.replace(rangeIn(text, offer), fromLineFeeds(offer.replacement, isCrlf));
    };
    if (!(await asAccepted(() => editor.edit(change)))) return;
    offered.applied(offers);
    for (const { id, replacement } of offers) activity.setOutcome(id, 'accepted', replacement.length);
    await search.run();
  }

  /** Applies all edits that repeat the next one, after VS Code's preview of them. */
  async applyAll(): Promise<void> {
    const { edits, activity, uriOf } = this.deps;
    const { offered, search } = edits;
    await search.finish();
    const uri = uriOf(offered.current);
    // The editor previews no cells.
    if (uri && isCell(uri)) return this.applyInFile();
    await this.openFiles(offered.alike);
    const offers = offered.alike.flatMap((offer) => {
      const recorded = this.unchanged(offer);
      return recorded ? [{ offer, range: rangeIn(recorded.text, offer) }] : [];
    });
    const first = offers[0]?.offer;
    if (first === undefined) return edits.withdraw();
    const workspaceEdit = new vscode.WorkspaceEdit();
    for (const { offer, range } of offers) {
      const uri = uriOf(offer) as vscode.Uri;
      const label = originText(offer);
      workspaceEdit.replace(uri, range, offer.replacement, { needsConfirmation: false, label });
      // The preview opens only if an edit needs confirmation, and begins with such edits unticked. This one does
      // nothing and is not listed.
      if (offer === first) workspaceEdit.createFile(uri, { ignoreIfExists: true }, { needsConfirmation: true, label });
    }
    const editor = window.activeTextEditor;
    if (await vscode.workspace.applyEdit(workspaceEdit, { isRefactoring: true })) {
      offered.applied(offers.map(({ offer }) => offer));
      activity.setOutcome(first.id, 'accepted', first.replacement.length);
      edits.judged(first, true);
    }
    // The preview was shown in other editors, where nothing is offered.
    if (editor) await window.showTextDocument(editor.document, editor.viewColumn);
    await search.run();
  }

  /**
   * Opens the files of edits, and asks again if one was not open: the folder's index may be older than the file.
   * Returns whether it asked.
   */
  private async openFiles(offers: readonly OfferedEdit[]): Promise<boolean> {
    const { journals, edits, log, uriOf } = this.deps;
    const uris = new Map(offers.map((offer) => [offer.path, uriOf(offer) as vscode.Uri]));
    const closed = [...uris.values()].filter((uri) => !journals.at(uri));
    for (const uri of closed) {
      try {
        await journals.whenRecorded(await vscode.workspace.openTextDocument(uri));
      } catch (error) {
        log.warn(`The file of a next edit cannot be opened: ${messageOf(error)}`);
      }
    }
    if (closed.length > 0) await edits.search.run();
    return closed.length > 0;
  }

  private recordedOf(offer: OfferedEdit | undefined): (Recorded & { readonly text: string }) | undefined {
    const uri = this.deps.uriOf(offer);
    const recorded = uri && this.deps.journals.at(uri);
    return recorded && { ...recorded, text: toLineFeeds(recorded.document.getText()) };
  }

  /** The open document of an edit, if the text that the edit replaces is still there. */
  private unchanged(offer: OfferedEdit) {
    const recorded = this.recordedOf(offer);
    return recorded?.text.slice(offer.start, offer.end) === offer.removed ? recorded : undefined;
  }
}
