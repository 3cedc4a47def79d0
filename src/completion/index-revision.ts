// Counts the file changes that a specialist received. An answer from an earlier revision may be outdated.

export class IndexRevision {
  private revision = 0;
  /** The file that changed last, and the revision of the last change of another file. */
  private lastPath = '';
  private otherFileRevision = 0;

  note(path: string): void {
    if (path !== this.lastPath) this.otherFileRevision = this.revision;
    this.lastPath = path;
    this.revision++;
  }

  /** Revision of the last change of any other file. A query contains its own file's text. */
  excluding(path: string): number {
    return path === this.lastPath ? this.otherFileRevision : this.revision;
  }
}
