// The n-gram model, synchronous: build, fit, complete, store. The worker wraps it; the command line calls it.
import type { CompletionQuery, Draft, DraftOptions, Snippet, SnippetOptions } from '../../common/completion.ts';
import { failed, ok, type Result } from '../../common/errors.ts';
import type { EditHistory, TextFile } from '../../edits/history/edit.ts';
import type { Tokenizer } from '../../text/tokenizer/bpe.ts';
import { draftByNgrams } from './drafter.ts';
import { Overlay } from './overlay.ts';
import { firstLineHash, OwnFile } from './own-file.ts';
import { Predictor } from './predictor.ts';
import { lookupScope, ProjectIndex, type TokenizedFile } from './project-index.ts';
import { defaultWeights, type NgramWeights } from './ranking.ts';
import { readSnapshot, writeSnapshot } from './snapshot.ts';
import { findSnippets } from './snippets.ts';
import { Vocabulary } from './vocabulary.ts';

export type { TextFile } from '../../edits/history/edit.ts';

/** A word with so many occurrences in the folder is not looked for. */
const FREQUENT = 1000;
/** Files that are read for one word. */
const MOST_FILES = 20;
/** Length of the decoded texts that are kept, UTF-16 units: about a million tokens. */
const MOST_DECODED = 4_000_000;
/** A new index is built if more tokens than this, and more than `staleShare` of the index, have changed. */
const staleTokens = 50_000;
const staleShare = 0.2;

const otherTokenizer = failed(
  'mismatched',
  'The stored index was made with another tokenizer. It is rebuilt when the folder is read, also by "Adapt to This Repo".',
);

/** Whether a word is so common that it is one token. */
export function isOneToken(tokenizer: Pick<Tokenizer, 'encode'>, word: string): boolean {
  return ['', ' '].some((lead) => tokenizer.encode(lead + word).length === 1);
}

export class NgramModel {
  readonly vocabulary: Vocabulary;
  private readonly project: ProjectIndex;
  private readonly overlay: Overlay;
  /** Decoded texts of indexed files. */
  private readonly decoded = new Map<string, string>();
  private decodedLength = 0;
  private readonly own: OwnFile;
  private readonly predictor: Predictor;
  private readonly weights: NgramWeights;

  private constructor(vocabulary: Vocabulary, project: ProjectIndex, weights: NgramWeights) {
    this.vocabulary = vocabulary;
    this.project = project;
    this.weights = weights;
    this.overlay = new Overlay(vocabulary, project);
    this.own = new OwnFile(vocabulary);
    this.predictor = new Predictor(vocabulary, project, this.overlay, this.own, weights);
  }

  /** @param weights other ones than those that ship, for a fit or a test */
  static build(files: readonly TextFile[], tokenizer: Tokenizer, weights: NgramWeights = defaultWeights()): NgramModel {
    const vocabulary = new Vocabulary(tokenizer);
    const tokenized = files.map(({ path, text }) => ({ path, tokens: tokenizer.encode(text) }));
    return new NgramModel(vocabulary, ProjectIndex.build(tokenized, vocabulary), weights);
  }

  /** @returns `corrupt` for damaged data, `mismatched` for another tokenizer, `other-version` for another format */
  static deserialize(bytes: Uint8Array, tokenizer: Tokenizer): Result<NgramModel> {
    const read = readSnapshot(bytes);
    if (!read.ok) return read;
    const vocabulary = new Vocabulary(tokenizer);
    if (read.value.vocabulary !== vocabulary.fingerprint) return otherTokenizer;
    return ok(new NgramModel(vocabulary, new ProjectIndex(read.value.arrays, vocabulary), defaultWeights()));
  }

  /** The model as one buffer for `deserialize`. It contains the present text of changed files. */
  serialize(): Uint8Array {
    const current = this.overlay.isEmpty ? this : this.rebuilt();
    return writeSnapshot({
      arrays: current.project.arrays,
      vocabulary: this.vocabulary.fingerprint,
    });
  }

  /** Tokens in the project index. */
  get tokenCount(): number {
    return this.project.tokenCount;
  }

  get fileCount(): number {
    return this.project.arrays.paths.length;
  }

  /** Whether so much has changed since the index was built that `rebuilt` is worth its time. */
  get needsRebuild(): boolean {
    return this.overlay.tokenCount > Math.max(staleTokens, staleShare * this.project.tokenCount);
  }

  /** A model with every changed file in its index; open files stay open. */
  rebuilt(): NgramModel {
    const { tokens, starts, paths } = this.project.arrays;
    const changed = [...this.overlay.files()];
    const files: TokenizedFile[] = paths.flatMap((path, file) =>
      this.project.isMasked(path)
        ? []
        : // Between two files stands one separator.
          [{ path, tokens: tokens.slice(starts[file], (starts[file + 1] as number) - 1) }],
    );
    for (const { path, text } of changed) files.push({ path, tokens: this.vocabulary.tokenizer.encode(text) });
    const fresh = new NgramModel(this.vocabulary, ProjectIndex.build(files, this.vocabulary), this.weights);
    for (const { path, text, open } of changed) if (open) fresh.setOpenFile(path, text);
    return fresh;
  }

  /**
   * Probability of each token of an indexed file, as if its line were being written and the rest of the file were
   * there. The indexed copy is not used.
   */
  tokenProbabilities(file: TextFile): Float32Array {
    const { predictor } = this;
    this.project.setOwn(file.path);
    const found: number[] = [];
    visitTokens(
      [file],
      Number.POSITIVE_INFINITY,
      predictor,
      (token) => void found.push(predictor.probabilityOf(token)),
    );
    return Float32Array.from(found);
  }

  complete(query: CompletionQuery, options: DraftOptions): Draft {
    const started = performance.now();
    const predictor = this.predictorAt(query, options.maxTokens);
    const draft = draftByNgrams(query, options, this.weights.ranking, predictor);
    return { ...draft, latencyMs: performance.now() - started };
  }

  /**
   * The predictor at a query, valid until the model gets another request.
   * @param room tokens that a search will add to the context
   */
  predictorAt(query: CompletionQuery, room: number): Predictor {
    const { own, predictor } = this;
    this.overlay.flush(query.path);
    this.project.setOwn(query.path);
    own.load(query, room);
    predictor.edited.setLine(query);
    predictor.moveTo(query.path, lookupScope(query.path, own.following, query.languageId));
    return predictor;
  }

  /** The files whose text is used. */
  paths(): string[] {
    const indexed = this.project.arrays.paths.filter((path) => !this.project.isMasked(path));
    return [...indexed, ...[...this.overlay.files()].map(({ path }) => path)];
  }

  /** The text of each file of the index, in its order. */
  *texts(): Generator<TextFile> {
    for (const path of this.project.arrays.paths)
      yield { path, text: this.vocabulary.tokenizer.decode(this.project.tokensOf(path)) };
  }

  /** Whether a word stands in the folder's files, or is so common that it is one token. */
  knows(word: string): boolean {
    const { tokenizer } = this.vocabulary;
    this.project.setOwn('');
    const isIndexed = ['', ' '].some((lead) => this.project.find(tokenizer.encode(lead + word), 1).length > 0);
    return (
      isIndexed || isOneToken(tokenizer, word) || [...this.overlay.files()].some(({ text }) => text.includes(word))
    );
  }

  /**
   * The folder's files that contain a word and are not open; none if it is so frequent that it says nothing.
   */
  *filesWith(word: string): Generator<TextFile> {
    this.project.setOwn('');
    const paths = new Set<string>();
    // A word in the middle of a line is often one token with the space before it.
    for (const lead of ['', ' ']) {
      const found = this.project.find(this.vocabulary.tokenizer.encode(lead + word), FREQUENT);
      if (found.length === FREQUENT) return;
      for (const end of found) {
        const path = this.project.fileAt(end - 1)?.path;
        if (path !== undefined) paths.add(path);
      }
    }
    for (const { path, text, open } of this.overlay.files()) if (!open && text.includes(word)) yield { path, text };
    for (const path of [...paths].slice(0, MOST_FILES)) yield { path, text: this.indexedText(path) };
  }

  private indexedText(path: string): string {
    const known = this.decoded.get(path);
    if (known !== undefined) return known;
    const text = this.vocabulary.tokenizer.decode(this.project.tokensOf(path));
    this.decoded.set(path, text);
    this.decodedLength += text.length;
    for (const [oldest, { length }] of this.decoded) {
      if (this.decodedLength <= MOST_DECODED) break;
      this.decoded.delete(oldest);
      this.decodedLength -= length;
    }
    return text;
  }

  snippets(query: CompletionQuery, options: SnippetOptions): Snippet[] {
    return findSnippets(query, options, this.project, this.overlay, this.vocabulary);
  }

  setOpenFile(path: string, text: string | undefined): void {
    if (text === undefined) this.overlay.close(path);
    else this.overlay.set(path, text, true);
  }

  /** A file that changed on disk without being open. */
  setSavedFile(path: string, text: string): void {
    this.overlay.set(path, text, false);
  }

  removeFile(path: string): void {
    this.overlay.remove(path);
  }

  /** What the user has edited lately. */
  setHistory(history: EditHistory): void {
    this.predictor.edited.set(history);
  }
}

/**
 * Predicts about `limit` tokens of the files, whole lines spread evenly. The files must not be in the index. Calls
 * `visit` with each while the predictor still holds its prediction.
 */
export function visitTokens(
  files: readonly TextFile[],
  limit: number,
  predictor: Predictor,
  visit: (token: number) => void,
): void {
  const { vocabulary, own } = predictor;
  const tokenized = files.map(({ path, text }) => ({ path, tokens: vocabulary.tokenizer.encode(text) }));
  const total = tokenized.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const share = Math.min(1, limit / Math.max(1, total));
  let credit = 0;
  for (const { path, tokens: text } of tokenized) {
    const tokens = new Int32Array(text.length + 1).fill(vocabulary.separator, 0, 1);
    tokens.set(text, 1);
    own.loadWhole(tokens);
    for (let start = 1; start < tokens.length; ) {
      let lineEnd = start;
      while (lineEnd < tokens.length && vocabulary.endsLine[tokens[lineEnd] as number] === 0) lineEnd += 1;
      const end = Math.min(tokens.length, lineEnd + 1);
      credit += share * (end - start);
      if (credit >= end - start) {
        credit -= end - start;
        predictor.moveTo(path, lookupScope(path, firstLineHash(tokens, lineEnd, tokens.length, vocabulary)));
        for (let at = start; at < end; at++) own.recount(tokens[at] as number, -1);
        for (let at = start; at < end; at++) {
          const token = tokens[at] as number;
          own.moveTo(at, lineEnd);
          predictor.predict(tokens, at, token);
          visit(token);
          own.recount(token, 1);
        }
      }
      start = end;
    }
  }
}
