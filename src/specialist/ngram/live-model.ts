// An n-gram model that follows the folder: snapshots replace it, file changes are applied to it, and many changes
// rebuild it.
import { readFile } from 'node:fs/promises';
import { failed, messageOf, ok, type Result } from '../../common/errors.ts';
import type { EditHistory, NextEdit, Replacement } from '../../edits/history/edit.ts';
import { checkedEdit, type ProposedEdit, type Refusal } from '../../edits/large-model/check.ts';
import type { EditedPlace } from '../../edits/large-model/place.ts';
import { breaksIn, nextEdits } from '../../edits/rules/repeated.ts';
import type { Tokenizer } from '../../text/tokenizer/bpe.ts';
import {
  type EditSearch,
  edited,
  type FileChange,
  type FileEdit,
  isAtOrBelow,
  type LoadedIndex,
} from './folder-worker-protocol.ts';
import { NgramModel } from './model.ts';

/** A rebuild takes up to a second, so it waits for this long without requests. */
const idleMs = 3000;

export class LiveModel {
  private readonly tokenizer: Tokenizer;
  private readonly onRebuilt: (ms: number) => void;
  private model: NgramModel;
  /** Open documents, which are applied to the next snapshot as well. */
  private readonly open = new Map<string, string>();
  private history: EditHistory | undefined;
  /** Changes since a snapshot's files were read, while its load waits or runs; applied when it ends. */
  private changesSinceLoad: FileChange[] = [];
  private loads = 0;
  private idle: NodeJS.Timeout | undefined;

  constructor(tokenizer: Tokenizer, onRebuilt: (ms: number) => void = () => {}) {
    this.tokenizer = tokenizer;
    this.onRebuilt = onRebuilt;
    // Before the first snapshot only the open documents are indexed.
    this.model = NgramModel.build([], tokenizer);
  }

  get current(): NgramModel {
    return this.model;
  }

  change(change: FileChange): void {
    if (this.loads > 0) this.changesSinceLoad.push(change);
    this.apply(change);
    this.rebuildWhenIdle();
  }

  /** Ignored for a document that is not open. */
  edit(edit: FileEdit): void {
    const { path } = edit;
    const before = this.open.get(path);
    if (before !== undefined) this.change({ kind: 'open', path, text: edited(before, edit) });
  }

  /** What the user has edited lately; applied to the next snapshot as well. */
  setHistory(history: EditHistory): void {
    this.history = history;
    this.model.setHistory(history);
  }

  /** Announces a load: later changes are applied to it. */
  expectLoad(changes: readonly FileChange[]): void {
    this.loads += 1;
    this.changesSinceLoad.push(...changes);
  }

  /** Call `expectLoad` first. If the snapshot cannot be read, the model stays as it was. */
  async load(path: string): Promise<Result<LoadedIndex>> {
    try {
      return await this.replace(path);
    } finally {
      // If the snapshot could not be read, these are new to the old index.
      for (const change of this.changesSinceLoad) this.apply(change);
      this.loads -= 1;
      if (this.loads === 0) this.changesSinceLoad = [];
    }
  }

  /** The next edits in the open documents and in the folder's other files. */
  nextEdits({ documents: present = [], ...search }: EditSearch): Promise<readonly NextEdit[]> {
    const texts = new Map([...this.open, ...present.map(({ path, text }) => [path, text] as const)]);
    const documents = [...texts].map(([path, text]) => ({ path, text }));
    return nextEdits({ ...search, documents, filesWith: (word) => this.model.filesWith(word) });
  }

  /** A large model's edit where it goes in the place's text, or why it may not. */
  async checkedEdit(place: EditedPlace, proposed: ProposedEdit): Promise<Replacement | Refusal> {
    return checkedEdit(place, proposed, {
      isKnownName: (name) => this.model.knows(name),
      breaks: await breaksIn(place),
    });
  }

  rebuildWhenIdle(): void {
    clearTimeout(this.idle);
    if (!this.model.needsRebuild) return;
    this.idle = setTimeout(() => {
      const started = performance.now();
      this.replaceBy(this.model.rebuilt());
      this.onRebuilt(Math.round(performance.now() - started));
    }, idleMs);
  }

  dispose(): void {
    clearTimeout(this.idle);
  }

  private apply(change: FileChange): void {
    const { path } = change;
    if (change.kind === 'open') {
      this.open.set(path, change.text);
      this.model.setOpenFile(path, change.text);
    } else {
      this.open.delete(path);
      if (change.kind === 'removed')
        for (const name of this.open.keys()) if (isAtOrBelow(name, path)) this.open.delete(name);
      if (change.kind === 'saved') this.model.setSavedFile(path, change.text);
      else if (change.kind === 'closed') this.model.setOpenFile(path, undefined);
      else this.model.removeFile(path);
    }
  }

  private replaceBy(model: NgramModel): void {
    this.model = model;
    if (this.history) model.setHistory(this.history);
  }

  private async replace(path: string): Promise<Result<LoadedIndex>> {
    let bytes: Uint8Array;
    try {
      bytes = await readFile(path);
    } catch (error) {
      return failed('unreadable', `The stored specialist at ${path} cannot be read: ${messageOf(error)}.`);
    }
    const read = NgramModel.deserialize(bytes, this.tokenizer);
    if (!read.ok) return read;
    this.replaceBy(read.value);
    for (const [file, text] of this.open) this.model.setOpenFile(file, text);
    return ok({ files: this.model.fileCount, tokens: this.model.tokenCount });
  }
}
