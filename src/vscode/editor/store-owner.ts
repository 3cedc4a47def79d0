// The SQLite store, opened on first use and closed with the extension.
import type { Disposable } from '../../common/disposable.ts';
import type { Log } from '../../common/log.ts';
import { openStore } from '../../storage/open.ts';
import type { ResilientStore } from '../../storage/resilient.ts';

export class StoreOwner implements Disposable {
  private readonly folder: string;
  private readonly log: Log;
  private readonly onNotice: (notice: string) => void;
  private store: ResilientStore | undefined;

  /**
   * @param onNotice receives a message for the user: a damaged or newer database was moved aside, or the folder is
   * read-only
   */
  constructor(folder: string, log: Log, onNotice: (notice: string) => void) {
    this.folder = folder;
    this.log = log;
    this.onNotice = onNotice;
  }

  get(): ResilientStore {
    if (!this.store) {
      const { log, onNotice } = this;
      const opened = openStore(this.folder, { log, onNotice });
      this.store = opened.store;
      if (opened.notice !== undefined) onNotice(opened.notice);
    }
    return this.store;
  }

  dispose(): void {
    this.store?.close();
    this.store = undefined;
  }
}
