// File changes that were not sent to the engine yet. They are sent before the next draft, so that a file's text is not
// sent at every pause.
import type { FileChange } from '../specialist/ngram/protocol.ts';

/** With more changed files than this, reopening the folder is cheaper. */
const MAX_FILES = 100;

export class PendingChanges {
  private readonly byPath = new Map<string, readonly FileChange[]>();
  private overflowed = false;

  /** Whether there were more than MAX_FILES. */
  get isOverflowed(): boolean {
    return this.overflowed;
  }

  add(change: FileChange): void {
    const previous = this.byPath.get(change.path)?.at(-1);
    // The text of a closed document still counts.
    const follows = change.kind === 'closed' && previous?.kind === 'open';
    this.byPath.set(change.path, follows ? [previous, change] : [change]);
    if (this.byPath.size > MAX_FILES) this.overflowed = true;
    if (this.overflowed) this.byPath.clear();
  }

  /** Removes and returns the changes of all files but `except`, oldest first per file. */
  take(except: string): FileChange[] {
    const taken = [...this.byPath].filter(([path]) => path !== except);
    for (const [path] of taken) this.byPath.delete(path);
    return taken.flatMap(([, changes]) => changes);
  }

  clear(): void {
    this.overflowed = false;
    this.byPath.clear();
  }
}
