// Indexes files that change outside the editor, such as by a checkout or a build: few of them one by one; many cause a
// new index.
import { Part } from '../../common/disposable.ts';
import type { Log } from '../../common/log.ts';
import { type Place, placeOf } from '../editor/folder-of-document.ts';
import { documentAt, type FolderRef } from '../editor/folder-ref.ts';
import { type DocumentListener, type Documents, stateOnDisk } from './documents.ts';
import type { Folders } from './folders.ts';
import { importFiles } from './late.ts';
import type { LearnedTexts } from './learned-texts.ts';

export interface DiskChangesDeps {
  readonly folders: Folders;
  readonly documents: Documents;
  readonly texts: LearnedTexts;
  readonly log: Log;
}

/** Changes are processed after a quiet time, since a checkout writes for a while, ms. */
const quietMs = 1500;
/** With more changed files than this, a new index is cheaper. */
const maxSingleFiles = 40;
/** Maximum number of recorded paths: a new index reads all files anyway. */
const maxRecorded = 5000;
/** While the last index is recent, so many changed files are indexed one by one: their old text is suggested. */
const maxFilesBetween = 500;

export class DiskChanges extends Part<DiskChangesDeps> implements DocumentListener {
  /** By URI. */
  private readonly changes = new Map<string, Place>();
  private timer: NodeJS.Timeout | undefined;

  constructor(deps: DiskChangesDeps) {
    super(deps);
    this.add(deps.documents.listen(this));
    this.add({ dispose: () => clearTimeout(this.timer) });
  }

  writtenOnDisk(place: Place): void {
    if (this.deps.folders.peek(place.folder) === undefined) return;
    if (this.changes.size < maxRecorded) this.changes.set(place.uri.toString(), place);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.processChanges().catch((error: unknown) => this.deps.log.error('Changes on disk were not indexed', error));
    }, quietMs);
  }

  deletedOnDisk({ uri }: Place): void {
    this.changes.delete(uri.toString());
  }

  private async processChanges(): Promise<void> {
    const { folders, texts } = this.deps;
    const byFolder = Map.groupBy(this.changes.values(), ({ folder }) => folder.key);
    this.changes.clear();
    for (const changed of byFolder.values()) {
      const { folder } = changed[0] as Place;
      const files = changed.length > maxFilesBetween ? changed : await this.filesIn(folder, changed);
      const canIndex = files.length > maxSingleFiles && folders.waitMs(folder) === 0;
      if (canIndex || files.length > maxFilesBetween) folders.reindex(folder);
      else for (const file of files) if (!this.isDisposed) await texts.indexFile(file);
    }
  }

  /** The changed files. A new folder may be reported as one event, so that the files in it take its place. */
  private async filesIn(folder: FolderRef, changed: readonly Place[]): Promise<Place[]> {
    const { root } = folder;
    if (root === undefined) return [];
    const { filesBelow } = await importFiles();
    const files = new Map<string, Place>();
    for (const place of changed) {
      const state = await stateOnDisk(place.uri);
      const isFolder = state === 'folder';
      const paths = isFolder ? await filesBelow(root, place.path, maxRecorded).catch(() => []) : [];
      const below = paths.map((path) => placeOf(documentAt(folder, path)));
      const own = isFolder || this.deps.texts.isIndexed(place, state) ? [] : [place];
      for (const file of [...below, ...own]) files.set(file.uri.toString(), file);
    }
    return [...files.values()];
  }
}
