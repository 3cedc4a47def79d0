// Goes to the offered edit, applies it, or applies all of its rule.
import * as vscode from 'vscode';
import { Part } from '../../common/disposable.ts';
import { messageOf } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import { endOf, type NewLines, type OfferedEdit, type OfferedEdits, placeOf } from '../../edits/offers.ts';
import { fromLineFeeds, toLineFeeds } from '../../text/lines.ts';
import type { Activity } from '../completion/activity.ts';
import { window } from '../editor/window.ts';
import type { EditJournals } from './edit-journals.ts';
import { originText } from './edit-texts.ts';
import { rangeOf } from './edit-view.ts';
import type { OfferSearch } from './offer-search.ts';

export interface ApplyEditsDeps {
  readonly offered: OfferedEdits;
  readonly journals: EditJournals;
  readonly search: OfferSearch;
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
  /** Withdraws what is offered. */
  readonly reset: () => void;
}

export class ApplyEdits extends Part<ApplyEditsDeps> {
  /** Moves the cursor to the next edit, and returns it. */
  async goTo(): Promise<OfferedEdit | undefined> {
    const { offered, journals, search, uriOf, draw, showLines, reset } = this.deps;
    await search.finish();
    const next = offered.current;
    if (next === undefined) return undefined;
    if (await this.openFiles([next])) offered.preferFile(next.path);
    const { current } = offered;
    const uri = uriOf(current);
    if (current === undefined || uri === undefined || !journals.at(uri)) {
      reset();
      return undefined;
    }
    const { line, character } = placeOf(current);
    const position = new vscode.Position(line, character);
    const shown = window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri.toString());
    const editor = await window.showTextDocument(await vscode.workspace.openTextDocument(uri), {
      ...(shown?.viewColumn !== undefined && { viewColumn: shown.viewColumn }),
    });
    offered.jumped(current);
    editor.selection = new vscode.Selection(position, position);
    const { range, lines } = current;
    const below = range.end.line + (lines?.text.split('\n').length ?? 0);
    const whole = new vscode.Range(range.start.line, range.start.character, below, range.end.character);
    editor.revealRange(whole, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    draw();
    if (lines) showLines(editor);
    return current;
  }

  /** Applies the next edit, as one undo step. Where the cursor is not at it, only goes to it. */
  async apply(): Promise<void> {
    const { offered, search, activity, isReached, asAccepted, reset } = this.deps;
    await search.finish();
    const { current } = offered;
    const editor = window.activeTextEditor;
    if (editor === undefined || current === undefined) return;
    if (!isReached(current)) return void (await this.goTo());
    const { document } = editor;
    const range = rangeOf(current.range);
    if (this.unchangedDocument(current) !== document) return reset();
    search.cancel();
    const text = fromLineFeeds(current.replacement, document.eol === vscode.EndOfLine.CRLF);
    if (!(await asAccepted(() => editor.edit((edit) => edit.replace(range, text))))) return;
    const { line, character } = endOf(current);
    const end = new vscode.Position(line, character);
    offered.applied([current], end);
    editor.selection = new vscode.Selection(end, end);
    activity.setOutcome(current.id, 'accepted', current.replacement.length);
    await search.run();
  }

  /** The user has accepted new lines as ghost text: the old ones above them go. */
  async replaceAbove({ start, end }: NonNullable<NewLines['old']>): Promise<void> {
    const old = new vscode.Range(start.line, 0, end.line + 1, 0);
    const change = async () => (await window.activeTextEditor?.edit((edit) => edit.replace(old, ''))) ?? false;
    await this.deps.asAccepted(change);
    await this.deps.search.run();
  }

  /** Applies all edits that repeat the next one, after VS Code's preview of them. */
  async applyAll(): Promise<void> {
    const { offered, search, activity, uriOf, reset } = this.deps;
    await search.finish();
    await this.openFiles(offered.alike);
    const offers = offered.alike.filter((offer) => this.unchangedDocument(offer) !== undefined);
    const [first] = offers;
    if (first === undefined) return reset();
    const workspaceEdit = new vscode.WorkspaceEdit();
    for (const offer of offers) {
      const uri = uriOf(offer) as vscode.Uri;
      const label = originText(offer);
      workspaceEdit.replace(uri, rangeOf(offer.range), offer.replacement, { needsConfirmation: false, label });
      // The preview opens only if an edit needs confirmation, and begins with such edits unticked. This one does
      // nothing and is not listed.
      if (offer === first) workspaceEdit.createFile(uri, { ignoreIfExists: true }, { needsConfirmation: true, label });
    }
    const editor = window.activeTextEditor;
    if (await vscode.workspace.applyEdit(workspaceEdit, { isRefactoring: true })) {
      offered.applied(offers);
      activity.setOutcome(first.id, 'accepted', first.replacement.length);
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
    const { journals, search, log, uriOf } = this.deps;
    const uris = new Map(offers.map((offer) => [offer.path, uriOf(offer) as vscode.Uri]));
    const closed = [...uris.values()].filter((uri) => !journals.at(uri));
    for (const uri of closed) {
      try {
        await journals.whenRecorded(await vscode.workspace.openTextDocument(uri));
      } catch (error) {
        log.warn(`The file of a next edit cannot be opened: ${messageOf(error)}`);
      }
    }
    if (closed.length > 0) await search.run();
    return closed.length > 0;
  }

  /** The open document of an edit, if the text that the edit replaces is still there. */
  private unchangedDocument(offer: OfferedEdit): vscode.TextDocument | undefined {
    const uri = this.deps.uriOf(offer);
    const document = uri && this.deps.journals.at(uri)?.document;
    return document && toLineFeeds(document.getText(rangeOf(offer.range))) === offer.removed ? document : undefined;
  }
}
