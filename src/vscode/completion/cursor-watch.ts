// What a move of the cursor means, from the document's version alone: a key was pressed, or the cursor was put somewhere and may rest.
import type { Disposable } from '../../common/disposable.ts';

export interface CursorWatchDeps<Editor> {
  /** A key was pressed in it. */
  readonly onKey: (editor: Editor) => void;
  /** The cursor has rested in it for a moment. */
  readonly onRest: (editor: Editor) => void;
}

interface Versioned {
  readonly version: number;
}

/** The cursor rests when it has not moved for so long, ms. */
const REST_MS = 200;

export class CursorWatch<Editor extends { readonly document: Versioned }> implements Disposable {
  private readonly deps: CursorWatchDeps<Editor>;
  /** Version of each document at its cursor's last move: another one since means that a key was pressed. */
  private readonly versions = new WeakMap<Versioned, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(deps: CursorWatchDeps<Editor>) {
    this.deps = deps;
  }

  moved(editor: Editor): void {
    const { document } = editor;
    const before = this.versions.get(document);
    this.versions.set(document, document.version);
    clearTimeout(this.timer);
    if (before === undefined || before === document.version) this.came(editor);
    else this.deps.onKey(editor);
  }

  /** The cursor is in this editor now. */
  came(editor: Editor): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.deps.onRest(editor), REST_MS);
  }

  dispose(): void {
    clearTimeout(this.timer);
  }
}
