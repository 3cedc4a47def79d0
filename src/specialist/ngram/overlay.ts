// Files whose text differs from the project index: open, edited, saved or new since it was built. A changed file is
// appended and its older copy is masked; the overlay is packed when masked tokens outnumber the others.
import { kinOf } from '../../text/languages.ts';
import { type Evidence, place } from './evidence.ts';
import { isAtOrBelow } from './folder-worker-protocol.ts';
import { ListIndex, sourceAt } from './list-index.ts';
import { type LookupScope, type ProjectIndex, parentFolder } from './project-index.ts';
import type { Vocabulary } from './vocabulary.ts';

interface Entry {
  readonly path: string;
  readonly kin: string;
  readonly text: string;
  open: boolean;
  start: number;
  end: number;
  alive: boolean;
  home: number;
}

/** Below this number of masked tokens the overlay is not packed. */
const deadTokens = 50_000;

export class Overlay {
  private readonly vocabulary: Vocabulary;
  private readonly project: ProjectIndex;
  private readonly index: ListIndex;
  /** In order of start. */
  private entries: Entry[] = [];
  private readonly byPath = new Map<string, Entry>();
  /** Texts that no query has needed yet. Most are of the file that is being edited, which its own queries leave out. */
  private readonly pending = new Map<string, { readonly text: string; readonly open: boolean }>();
  private dead = 0;
  private untouched = true;

  constructor(vocabulary: Vocabulary, project: ProjectIndex) {
    this.vocabulary = vocabulary;
    this.project = project;
    this.index = new ListIndex(vocabulary);
  }

  /** Whether no file was changed, opened or removed. */
  get isEmpty(): boolean {
    return this.untouched;
  }

  /** Tokens of changed files. */
  get tokenCount(): number {
    return this.index.length - this.dead;
  }

  /** Replaces the file's text. */
  set(path: string, text: string, open: boolean): void {
    this.untouched = false;
    this.project.mask(path);
    const entry = this.byPath.get(path);
    if (entry?.text === text) {
      entry.open = open;
      this.pending.delete(path);
    } else this.pending.set(path, { text, open });
  }

  /** Marks the file as no longer open; its last text stays. */
  close(path: string): void {
    const entry = this.byPath.get(path);
    if (entry) entry.open = false;
    const waiting = this.pending.get(path);
    if (waiting) this.pending.set(path, { ...waiting, open: false });
  }

  /** Removes a file, or all files below a folder, also from the project index. */
  remove(path: string): void {
    this.untouched = false;
    if (!this.project.mask(path)) this.project.maskBelow(path);
    for (const name of [...this.pending.keys(), ...this.byPath.keys()]) {
      if (!isAtOrBelow(name, path)) continue;
      this.pending.delete(name);
      this.kill(name);
    }
  }

  /** Paths and texts of all changed files. */
  *files(): Generator<{ readonly path: string; readonly text: string; readonly open: boolean }> {
    yield* [...this.pending].map(([path, file]) => ({ path, ...file }));
    for (const entry of this.byPath.values()) if (!this.pending.has(entry.path)) yield entry;
  }

  /** Indexes all pending files except the query's own. */
  flush(except: string | undefined): void {
    for (const [path, { text, open }] of this.pending) {
      if (path === except) continue;
      this.pending.delete(path);
      this.kill(path);
      this.append({ path, kin: kinOf(path), text, open, start: 0, end: 0, alive: true, home: place.open });
    }
    if (this.dead > deadTokens && this.dead > this.tokenCount) this.pack();
  }

  collect(context: Int32Array, end: number, evidence: Evidence, scope: LookupScope, own: string): void {
    this.index.collect(context, end, evidence, scope, (at) => {
      const entry = sourceAt(this.entries, at);
      if (!entry?.alive || entry.path === own) return undefined;
      const isNear = parentFolder(entry.path) === scope.folder;
      entry.home = entry.open ? place.open : isNear ? place.folder : place.project;
      return entry;
    });
  }

  /** Tokens of all changed files that are indexed. */
  *tokenized(): Generator<{ readonly path: string; readonly tokens: Int32Array }> {
    // The separator at the file's end is left out.
    for (const { path, start, end } of this.byPath.values()) {
      yield { path, tokens: this.index.tokens.subarray(start, end - 1) };
    }
  }

  private append(entry: Entry): void {
    entry.start = this.index.appendFile(this.vocabulary.tokenizer.encode(entry.text));
    entry.end = this.index.length;
    this.entries.push(entry);
    this.byPath.set(entry.path, entry);
  }

  private kill(path: string): void {
    const entry = this.byPath.get(path);
    if (!entry) return;
    entry.alive = false;
    this.dead += entry.end - entry.start;
    this.byPath.delete(path);
  }

  private pack(): void {
    const living = this.entries.filter((entry) => entry.alive);
    this.index.clear();
    this.entries = [];
    this.dead = 0;
    for (const entry of living) this.append(entry);
  }
}
