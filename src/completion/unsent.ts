// Changes of files that the engine does not know yet: sent when they matter, so that a file's text does not cross at every pause.
import type { FileChange } from '../specialist/ngram/protocol.ts';

/** More changed files than this are not sent one by one: opening the folder anew brings them all. */
const MOST_FILES = 100;

export class PendingChanges {
  private readonly byPath = new Map<string, readonly FileChange[]>();
  private overflowed = false;

  /** There were too many to keep. */
  get isOverflowed(): boolean {
    return this.overflowed;
  }

  add(change: FileChange): void {
    const before = this.byPath.get(change.path)?.at(-1);
    // What a document held when it was closed is what counts from then on.
    const follows = change.kind === 'closed' && before?.kind === 'open';
    this.byPath.set(change.path, follows ? [before, change] : [change]);
    if (this.byPath.size > MOST_FILES) this.overflowed = true;
    if (this.overflowed) this.byPath.clear();
  }

  /** All of them, oldest first for each file, but for those of the file at `except`, which stay. */
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
