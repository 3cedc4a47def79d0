// Draws the next edit at its place and a hint at the end of the cursor's line, and announces it in the status bar.
import * as vscode from 'vscode';
import { DisposableStore } from '../../common/disposable.ts';
import type { OfferedEdit } from '../../edits/offers.ts';
import { lineEnd, lineNumber } from '../../text/lines.ts';
import { t, type UiText, withIcon } from '../editor/ui-text.ts';
import { type UiStatusBarItem, window } from '../editor/window.ts';
import { shortText, spokenText, statusText } from './edit-texts.ts';
import { type HintLines, hintPlace } from './hint-place.ts';
import { positionIn, rangeIn } from './places.ts';

/** Columns that an editor shows beside a side bar. Groups of editors share the window. */
const shownColumns = 60;
/** A shorter text may stand behind the hint, UTF-16 units. */
const FEW = 30;

interface ShownHint {
  readonly editor: vscode.TextEditor;
  readonly text: UiText;
  readonly more: MoreEdits | undefined;
}

/** What is said of all places of an editor, behind the first of their lines where there is room. */
export interface MoreEdits {
  readonly text: UiText;
  readonly lines: readonly number[];
}

export class EditView extends DisposableStore {
  private readonly removed = this.add(
    window.createTextEditorDecorationType({
      textDecoration: 'line-through',
      backgroundColor: new vscode.ThemeColor('diffEditor.removedTextBackground'),
      overviewRulerColor: new vscode.ThemeColor('editorOverviewRuler.modifiedForeground'),
      overviewRulerLane: vscode.OverviewRulerLane.Center,
    }),
  );
  private readonly inserted = this.add(
    window.createTextEditorDecorationType({
      rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
      overviewRulerColor: new vscode.ThemeColor('editorOverviewRuler.modifiedForeground'),
      overviewRulerLane: vscode.OverviewRulerLane.Center,
    }),
  );
  private isShown = false;
  /** The line at whose end a text is drawn that the hint would cut in two. */
  private takenLine: number | undefined;
  /** The hint that is shown, and its editor. */
  private shownHint: ShownHint | undefined;
  private readonly hint = this.add(window.createTextEditorDecorationType({}));
  private readonly more = this.add(window.createTextEditorDecorationType({}));
  private readonly status: UiStatusBarItem;
  private announced: string | undefined;
  /** Ends the pause that the status bar shows. */
  private pauseTimer: NodeJS.Timeout | undefined;

  constructor() {
    super();
    this.status = this.add(window.createStatusBarItem('easyAdaptation.nextEdit', vscode.StatusBarAlignment.Left));
    this.status.name = t('Easy Adaptation: next edit');
    this.add({ dispose: () => clearTimeout(this.pauseTimer) });
    this.add(
      window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => {
        if (this.shownHint?.editor === textEditor) this.drawHint(this.shownHint);
      }),
    );
  }

  /**
   * Draws an edit in the editors that show its document, and removes the one before.
   * @param text the document's; undefined: it is not open
   * @param isGhostText whether its new text is shown as ghost text already
   */
  show(offer: OfferedEdit | undefined, uri: vscode.Uri | undefined, text: string | undefined, isGhostText: boolean) {
    if (offer === undefined && !this.isShown) return;
    this.isShown = offer !== undefined;
    this.takenLine = undefined;
    for (const editor of window.visibleTextEditors) {
      const isShown = offer && text !== undefined && editor.document.uri.toString() === uri?.toString();
      if (isShown && !isGhostText && editor === window.activeTextEditor) this.takenLine = lineTakenBy(offer, text);
      editor.setDecorations(this.removed, isShown ? removedIn(offer, text) : []);
      editor.setDecorations(this.inserted, isShown && !isGhostText ? insertedIn(offer, text) : []);
    }
  }

  /** Shows a hint behind a line of an editor that is in view, and removes the one before. */
  showHint(editor: vscode.TextEditor | undefined, text: UiText | undefined, more?: MoreEdits): void {
    const hint = editor && text !== undefined ? { editor, text, more } : undefined;
    if (hint === undefined && this.shownHint === undefined) return;
    this.shownHint = hint;
    for (const other of window.visibleTextEditors)
      if (other !== hint?.editor) for (const type of [this.hint, this.more]) other.setDecorations(type, []);
    if (hint) this.drawHint(hint);
  }

  private drawHint({ editor, text, more }: ShownHint): void {
    const { document, selection, visibleRanges } = editor;
    const lines: HintLines = {
      lengthOf: (number) => {
        if (number === this.takenLine) return Number.POSITIVE_INFINITY;
        return number < document.lineCount ? document.lineAt(number).text.length : 0;
      },
      visible: visibleRanges.map(({ start, end }) => [start.line, Math.min(end.line, document.lineCount - 1)]),
      columns: shownColumns / Math.max(1, window.tabGroups.all.length),
    };
    const { line, character } = hintPlace(selection.active, lines, text.length);
    editor.setDecorations(this.hint, [textBehind(line, character, text)]);
    // The status bar says it, too, if it is cut off.
    const columns = 1.5 * lines.columns;
    const fits = (each: number) => each !== line && lines.lengthOf(each) + (more?.text.length ?? 0) <= columns;
    const place = more?.lines.find(fits);
    const texts = more && place !== undefined ? [textBehind(place, lines.lengthOf(place), more.text)] : [];
    editor.setDecorations(this.more, texts);
  }

  /** Shows in the status bar that nothing is offered, and until when. A click ends it. @param until ms since the epoch */
  pause(until: number): void {
    clearTimeout(this.pauseTimer);
    this.pauseTimer = setTimeout(() => this.resume(), until - Date.now()).unref();
    const time = new Date(until).toLocaleTimeString(undefined, { timeStyle: 'short' });
    const text = t('Next edits pause until {0}', time);
    this.status.text = withIcon('bell-slash', text);
    this.status.command = 'easyAdaptation.resumeNextEdits';
    this.status.accessibilityInformation = { label: text };
    this.status.show();
  }

  resume(): void {
    clearTimeout(this.pauseTimer);
    this.pauseTimer = undefined;
    this.status.hide();
  }

  /** Shows an edit and its keys in the status bar, always in view, where screen readers read a new one. */
  announce(offer: OfferedEdit | undefined, keys: string | undefined): void {
    if (offer === undefined && this.pauseTimer) return;
    const isNew = this.announced !== offer?.id;
    this.announced = offer?.id;
    // Hidden before each new edit, because screen readers announce a new item but not a changed one.
    if (offer === undefined || isNew) this.status.hide();
    if (offer === undefined) return;
    const where = statusText(offer);
    const text = withIcon('edit', keys === undefined ? where : t('{0} ({1})', where, keys));
    // The line may have changed, or the keys.
    if (!isNew && this.status.text === text) return;
    this.status.text = text;
    this.status.command = 'easyAdaptation.goToNextEdit';
    this.status.accessibilityInformation = { label: spokenText(offer), role: 'alert' };
    this.status.show();
  }
}

function textBehind(line: number, character: number, contentText: UiText): vscode.DecorationOptions {
  const color = new vscode.ThemeColor('editorCodeLens.foreground');
  const after = { contentText, margin: '0 0 0 3ch', fontStyle: 'italic', color };
  return { range: new vscode.Range(line, character, line, character), renderOptions: { after } };
}

/** The line at whose end more than a few words are drawn. */
function lineTakenBy(offer: OfferedEdit, text: string): number | undefined {
  const at = newTextAt(offer);
  return lineEnd(text, at) === at && shortText(offer).length > FEW ? lineNumber(text, at) : undefined;
}

function removedIn(offer: OfferedEdit, text: string): vscode.DecorationOptions[] {
  const { removed, insertion, lines } = offer;
  return removed === '' || insertion ? [] : [{ range: rangeIn(text, lines?.old ?? offer) }];
}

const newTextAt = ({ end, insertion, lines }: OfferedEdit) => (lines ?? insertion)?.at ?? end;

function insertedIn(offer: OfferedEdit, text: string): vscode.DecorationOptions[] {
  const contentText = shortText(offer);
  if (contentText === '') return [];
  // The hint is drawn after its position: at the end of a line it stands behind this text.
  const before = {
    contentText,
    ...(offer.lines && { margin: '0 0 0 1ch' }),
    color: new vscode.ThemeColor('editor.foreground'),
    backgroundColor: new vscode.ThemeColor('diffEditor.insertedTextBackground'),
  };
  const at = positionIn(text, newTextAt(offer));
  return [{ range: new vscode.Range(at, at), renderOptions: { before } }];
}
