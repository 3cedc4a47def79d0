// The SQLite store, opened on first use and closed with the extension.
import type { Disposable } from '../../common/disposable.ts';
import type { Log } from '../../common/log.ts';
import { openStore } from '../../storage/open.ts';
import type { Store } from '../../storage/store.ts';
import { safeSentence, sentences, t } from './ui-text.ts';
import { window } from './window.ts';

export class StoreOwner implements Disposable {
  private readonly folder: string;
  private readonly log: Log;
  private store: Store | undefined;

  constructor(folder: string, log: Log) {
    this.folder = folder;
    this.log = log;
  }

  get(): Store {
    if (!this.store) {
      // A damaged or newer database was moved aside, or the folder is read-only.
      const onNotice = (notice: string) =>
        void window.showWarningMessage(sentences(t('Easy Adaptation:'), safeSentence(notice)));
      const { store, notice } = openStore(this.folder, { log: this.log, onNotice });
      this.store = store;
      if (notice !== undefined) onNotice(notice);
    }
    return this.store;
  }

  dispose(): void {
    this.store?.close();
    this.store = undefined;
  }
}
