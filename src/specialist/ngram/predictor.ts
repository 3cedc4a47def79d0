// The next-token distribution after a context, from all tiers at once. A search at a query uses it with the query's
// document and place.
import type { CompletionQuery } from '../../common/completion.ts';
import type { Edit, EditHistory } from '../../edits/history/edit.ts';
import { TokenizedText } from '../../edits/history/tokens.ts';
import { learnRules } from '../../edits/rules/rewrite-rule.ts';
import { sitesIn } from '../../edits/rules/sites.ts';
import { kinOf } from '../../text/languages.ts';
import { lineAfter, lineBefore, lineEnd, lineStart } from '../../text/lines.ts';
import { Evidence, place } from './evidence.ts';
import { ListIndex, type Source, sourceAt } from './list-index.ts';
import { Mixture, type MixtureWeights, occurrenceWeights, type Unigrams } from './mixture.ts';
import type { Overlay } from './overlay.ts';
import type { OwnFile } from './own-file.ts';
import type { LookupScope, ProjectIndex } from './project-index.ts';
import type { Vocabulary } from './vocabulary.ts';

export class Predictor {
  readonly evidence: Evidence;
  readonly mixture: Mixture;
  readonly unigrams: Unigrams;
  readonly edited: EditedLines;
  readonly vocabulary: Vocabulary;
  /** The document of the query. */
  readonly own: OwnFile;
  private readonly project: ProjectIndex;
  private readonly overlay: Overlay;
  /** Of the query; see `moveTo`. */
  private path = '';
  private scope: LookupScope | undefined;

  constructor(vocabulary: Vocabulary, project: ProjectIndex, overlay: Overlay, own: OwnFile, weights: MixtureWeights) {
    this.vocabulary = vocabulary;
    this.project = project;
    this.overlay = overlay;
    this.own = own;
    this.evidence = new Evidence(vocabulary.size, occurrenceWeights(weights));
    this.mixture = new Mixture(weights);
    this.edited = new EditedLines(vocabulary);
    const uniform = 1 / vocabulary.size;
    const tokens = Math.max(1, project.tokenCount);
    this.unigrams = {
      own: (token) => own.unigram(token),
      project: (token) => project.countOf(token) / tokens,
      uniform,
    };
  }

  /** Sets the position that predictions are for. */
  moveTo(path: string, scope: LookupScope): void {
    this.path = path;
    this.scope = scope;
  }

  /** Fills `evidence` and `mixture` for context[0, end). Call `moveTo` first. @param target see `Evidence.reset` */
  predict(context: Int32Array, end: number, target = -1): void {
    const { path } = this;
    const scope = this.scope as LookupScope;
    this.evidence.reset(target);
    this.project.collect(context, end, this.evidence, scope);
    this.overlay.collect(context, end, this.evidence, scope, path);
    this.own.index.collectOwn(context, end, this.evidence, scope);
    this.edited.collect(context, end, this.evidence, scope, path);
    this.mixture.prepare(this.evidence, this.tokensInLine(context, end));
    this.mixture.compute(this.evidence, this.unigrams);
  }

  probabilityOf(token: number): number {
    return this.mixture.probabilityOf(token, this.evidence, this.unigrams);
  }

  private tokensInLine(context: Int32Array, end: number): number {
    let count = 0;
    while (count < 8 && count < end && this.vocabulary.endsLine[context[end - 1 - count] as number] === 0) count += 1;
    return count;
  }
}

/** The first word or mark of a line, with its indent. */
const FIRST_WORD = /^\s*(?:[\p{L}\p{N}_$]+|\S)/u;

interface EditedSource extends Source {
  readonly end: number;
  /** Position of the first token that counts. The tokens before it are context. */
  readonly first: number;
  /** The only file for which it counts; undefined: all files. */
  readonly path?: string | undefined;
  /** The file and the last line of an edit. */
  readonly lastLine?: { readonly path: string; readonly text: string };
}

class EditedLines {
  private readonly vocabulary: Vocabulary;
  private readonly index: ListIndex;
  private sources: EditedSource[] = [];
  /** Tokens of the present texts. */
  private encoded = new Map<string, Int32Array>();
  /** The line at the cursor. */
  private line = '';

  constructor(vocabulary: Vocabulary) {
    this.vocabulary = vocabulary;
    this.index = new ListIndex(vocabulary);
  }

  set({ edits, replaced }: EditHistory): void {
    const encoded = this.encoded;
    this.encoded = new Map();
    this.index.clear();
    this.sources = [];
    for (const { path, left, inserted, right, hasSecret } of edits) {
      if (hasSecret || inserted.trim() === '') continue;
      const start = lineStart(left);
      const end = inserted.endsWith('\n') ? 0 : lineEnd(right);
      const lines = left.slice(start) + inserted + right.slice(0, end);
      const lastLine = { path, text: lineBefore(lines) };
      // Measured: they count most if they count as lines whose next line agrees with that at the cursor.
      this.append(encoded, left.slice(0, start), lines, { kin: kinOf(path), counted: place.agreesWeakly, lastLine });
    }
    if (replaced && !replaced.hasSecret) {
      const { path, left } = replaced;
      const lines = rewritten(replaced, edits);
      const [first = ''] = lines.split('\n', 1);
      // A line that was just deleted is not proposed before its first word is written again.
      const typedFirst = replaced.removed.startsWith(`${first}\n`) ? (FIRST_WORD.exec(first)?.[0] ?? '') : '';
      this.append(encoded, left, lines, { kin: kinOf(path), counted: place.agrees, path }, typedFirst);
    }
  }

  /** Call before the first `collect` of a query. */
  setLine({ prefix, suffix }: Pick<CompletionQuery, 'prefix' | 'suffix'>): void {
    this.line = lineBefore(prefix) + lineAfter(suffix);
  }

  collect(context: Int32Array, end: number, evidence: Evidence, scope: LookupScope, path: string): void {
    if (this.sources.length === 0) return;
    // A line that was pasted and is not finished does not say that it ends at the cursor.
    const { line } = this;
    const isHere = ({ lastLine }: EditedSource) => line !== '' && lastLine?.text === line && lastLine.path === path;
    this.index.collect(context, end, evidence, scope, (at) => {
      const source = sourceAt(this.sources, at);
      return source && at >= source.first && (source.path ?? path) === path && !isHere(source) ? source : undefined;
    });
  }

  /**
   * @param above the lines above, with their line ends
   * @param typedFirst a beginning of the lines that does not count
   */
  private append(
    known: ReadonlyMap<string, Int32Array>,
    above: string,
    lines: string,
    of: Pick<EditedSource, 'kin' | 'counted' | 'path' | 'lastLine'>,
    typedFirst = '',
  ): void {
    // A line's first token is its line end's, with the indent of the line.
    const context = this.encode(known, above.replace(/\n$/, ''));
    const lead = above === '' ? '' : '\n';
    const counted = this.encode(known, lead + lines.replace(/\n$/, ''));
    const start = this.index.appendFile([...context, ...counted]);
    const from = start + context.length;
    const first = from + (typedFirst === '' ? 0 : this.encode(known, lead + typedFirst).length);
    this.sources.push({ ...of, start, first, end: from + counted.length, home: place.open });
  }

  private encode(known: ReadonlyMap<string, Int32Array>, text: string): Int32Array {
    const tokens = known.get(text) ?? this.vocabulary.tokenizer.encode(text);
    this.encoded.set(text, tokens);
    return tokens;
  }
}

/** The replaced lines after the changes that the edits made elsewhere. */
function rewritten({ left, removed, right }: Edit, edits: readonly Edit[]): string {
  let text = left + removed + right;
  for (const rule of learnRules(edits))
    for (const { start, end, replacement } of sitesIn(new TokenizedText(text), rule).reverse())
      if (start >= left.length && end <= text.length - right.length)
        text = text.slice(0, start) + replacement + text.slice(end);
  return text.slice(left.length, text.length - right.length);
}
