// Distinguishes keystrokes from cursor moves by the document's version, and reports when the cursor rests.
import type { Disposable } from '../../common/disposable.ts';

export interface CursorWatchDeps<Editor> {
  /** Called when a key was pressed in this editor. */
  readonly onKey: (editor: Editor) => void;
  /** Called when the cursor has rested in this editor. */
  readonly onRest: (editor: Editor) => void;
}

interface Versioned {
  readonly version: number;
}

/** The cursor rests after this long without a move, ms. */
const REST_MS = 200;

export class CursorWatch<Editor extends { readonly document: Versioned }> implements Disposable {
  private readonly deps: CursorWatchDeps<Editor>;
  /** Version of each document at its cursor's last move: a changed version means that a key was pressed. */
  private readonly versions = new WeakMap<Versioned, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(deps: CursorWatchDeps<Editor>) {
    this.deps = deps;
  }

  moved(editor: Editor): void {
    const { document } = editor;
    const previousVersion = this.versions.get(document);
    this.versions.set(document, document.version);
    clearTimeout(this.timer);
    if (previousVersion === undefined || previousVersion === document.version) this.startRest(editor);
    else this.deps.onKey(editor);
  }

  /** Starts the wait for a rest; also called when this editor becomes active. */
  startRest(editor: Editor): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.deps.onRest(editor), REST_MS);
  }

  dispose(): void {
    clearTimeout(this.timer);
  }
}
