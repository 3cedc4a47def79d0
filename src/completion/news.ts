// How often a specialist was told of files: an answer from before the last time may be out of date, unless that was of the file at hand.

export class IndexRevision {
  private count = 0;
  /** The file that was told of last, and when another one was. */
  private path = '';
  private before = 0;

  note(path: string): void {
    if (path !== this.path) this.before = this.count;
    this.path = path;
    this.count++;
  }

  /** Number of the last change of a file other than this one, whose own text is in each query. */
  beside(path: string): number {
    return path === this.path ? this.before : this.count;
  }
}
