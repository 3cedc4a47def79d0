// The files that a new file probably begins like: those of its kind (`.test.ts`, `_test.go`), nearest first.
import type { CompletionQuery } from '../../common/completion.ts';
import { commonPrefix, commonSuffix } from '../../text/edits.ts';
import type { Overlay } from './overlay.ts';
import { type ProjectIndex, parentFolder } from './project-index.ts';
import type { Vocabulary } from './vocabulary.ts';

/** The first lines of a file. */
export interface FileHead {
  readonly path: string;
  readonly text: string;
}

/** Lines at the beginning of a file that are its head, and the most tokens and UTF-16 units that they have. */
const HEAD_LINES = 40;
const HEAD_TOKENS = 600;
const HEAD_LENGTH = 6000;
/** Number of files whose heads are compared. */
const SIBLINGS = 8;

const TESTED = /^(test_)?(.+?)([_-](?:test|tests|spec))?$/;

/** 'src/user.test.ts' is of the kind '.test.ts' and about 'user'; 'src/user_test.go' is of the kind '_test.go'. */
export function kindAndStem(path: string): { readonly kind: string; readonly stem: string } {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.indexOf('.', 1);
  const [, before = '', stem = '', after = ''] = TESTED.exec(dot < 0 ? name : name.slice(0, dot)) ?? [];
  return { kind: before + after + (dot < 0 ? '' : name.slice(dot)), stem };
}

/** The nearest files of the same kind: in the same folder, then by the path that they share, then by their names. */
export function nearestSiblings(path: string, paths: Iterable<string>, most = SIBLINGS): string[] {
  const own = kindAndStem(path);
  const folder = parentFolder(path);
  const found: { readonly path: string; readonly near: number }[] = [];
  for (const other of paths) {
    if (other === path) continue;
    const { kind, stem } = kindAndStem(other);
    if (kind !== own.kind) continue;
    const shared = commonPrefix(folder, parentFolder(other));
    const alike = commonPrefix(stem, own.stem) + commonSuffix(stem, own.stem);
    const near = (parentFolder(other) === folder ? 1e6 : shared * 100) + Math.min(99, alike);
    found.push({ path: other, near });
  }
  found.sort((a, b) => b.near - a.near);
  return found.slice(0, most).map((each) => each.path);
}

/** The first lines of a text, without the one that was cut off. */
export function headOf(text: string): string {
  const lines = text.slice(0, HEAD_LENGTH).split('\n');
  return lines.slice(0, text.length > HEAD_LENGTH ? Math.min(HEAD_LINES, lines.length - 1) : HEAD_LINES).join('\n');
}

/** Whether a cursor is in the first lines of its file. */
export function isInHead({ prefix }: CompletionQuery): boolean {
  return prefix.length < HEAD_LENGTH && prefix.split('\n', HEAD_LINES + 1).length <= HEAD_LINES;
}

/** Chosen once for a file, until another file changes. */
export class SiblingFiles {
  private readonly project: ProjectIndex;
  private readonly overlay: Overlay;
  private readonly vocabulary: Vocabulary;
  private known: { readonly path: string; readonly heads: readonly FileHead[] } | undefined;

  constructor(project: ProjectIndex, overlay: Overlay, vocabulary: Vocabulary) {
    this.project = project;
    this.overlay = overlay;
    this.vocabulary = vocabulary;
  }

  /** The heads of the nearest files; none if the cursor is further down in its own. */
  headsFor(query: CompletionQuery): readonly FileHead[] {
    if (!isInHead(query)) return [];
    const { path } = query;
    if (this.known?.path !== path) this.known = { path, heads: this.read(path) };
    return this.known.heads;
  }

  /** Call it when a file has changed. */
  noteChange(path: string): void {
    if (this.known?.path !== path) this.known = undefined;
  }

  private read(path: string): FileHead[] {
    const { project, overlay, vocabulary } = this;
    const changed = new Map([...overlay.files()].map((file) => [file.path, file.text]));
    const indexed = project.arrays.paths.filter((other) => !project.isMasked(other));
    return nearestSiblings(path, [...changed.keys(), ...indexed]).map((other) => {
      const text = changed.get(other);
      if (text !== undefined) return { path: other, text: headOf(text) };
      const tokens = project.tokensOf(other);
      const head = vocabulary.tokenizer.decode(tokens.subarray(0, HEAD_TOKENS));
      return { path: other, text: headOf(tokens.length > HEAD_TOKENS ? head.slice(0, head.lastIndexOf('\n')) : head) };
    });
  }
}
