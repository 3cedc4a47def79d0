// Fits what the heads of other files add to the probability of copied text (src/specialist/ngram/template.ts,
// template-units.ts), in new files of the packages held out from the bases' corpus. Packages that
// `npm run bench -- typing` types are left out. The stored weights of copies in the same document are an earlier fit's;
// they are the offset here and stay as they are, so the command gives the stored weights again. First each piece is
// fitted by itself, then its tokens beside the n-grams, and these again at the positions of a typist who takes what is
// right: there copies are right less often.
// Not a benchmark: run by hand after a change of the template's features. It writes template-weights.ts. Two minutes.
//
//   node build/run.mjs bench/typing/fit-template.ts [--share 0.5] [--seed 31]   (share of the lines with a cursor)
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../../build/paths.ts';
import type { CompletionQuery, Draft, DraftToken } from '../../src/common/completion.ts';
import { adam } from '../../src/common/statistics/adam.ts';
import { logLoss, sigmoid } from '../../src/common/statistics/logistic.ts';
import { uniforms } from '../../src/common/statistics/random.ts';
import { dot } from '../../src/common/statistics/vectors.ts';
import { positionFactsOf } from '../../src/routing/position-facts.ts';
import { cutPrior } from '../../src/routing/priors.ts';
import { bestCut, endOf, type ScoredCut } from '../../src/routing/show.ts';
import type { PositionFacts } from '../../src/routing/types.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import { copyPieceFactCount, pieceFactCount } from '../../src/specialist/ngram/piece-facts.ts';
import { type FileHead, headOf, nearestSiblings } from '../../src/specialist/ngram/sibling-files.ts';
import { TemplateFinder } from '../../src/specialist/ngram/template.ts';
import { copyUnitFactCount, templateUnits } from '../../src/specialist/ngram/template-units.ts';
import { pieceWeights, unitWeights } from '../../src/specialist/ngram/template-weights.ts';
import { commonPrefix } from '../../src/text/edits.ts';
import { listBases } from '../base/bases.ts';
import type { Base } from '../base/types.ts';
import { heldOutFiles, type LanguageFile } from '../common/held-out.ts';
import { keyless } from '../common/simulated-window.ts';

const LANGUAGES = ['typescript', 'javascript', 'python', 'go', 'markdown', 'json'];
/** Typed by `npm run bench -- typing`. */
const TYPED = ['python3-starlette', 'golang-github-spf13-cobra-dev'];
/** Nothing is fitted on them: the figures are theirs. */
const REPORTED = ['msw', 'xstate', 'python3-falcon', 'golang-github-charmbracelet-bubbletea-dev'];
const LONGEST = 40_000;
/** Lines at the beginning of a file that are typed, and the files of each package that are. */
const HEAD_LINES = 14;
const TYPED_FILES = 30;

const { values: options } = parseArgs({
  options: { share: { type: 'string', default: '0.5' }, seed: { type: 'string', default: '31' } },
});

/** The pieces of one continuation, and how many of them come before the first wrong one. */
interface Example {
  readonly name: string;
  readonly rows: readonly Float64Array[];
  readonly right: number;
}

interface Part {
  readonly text: string;
  readonly facts: Float64Array;
}

const isWord = (character: string | undefined) => character !== undefined && /[\p{L}\p{N}_$]/u.test(character);
const isReported = ({ name }: { readonly name: string }) => REPORTED.includes(name);

/** How many parts the author wrote, too. */
function rightParts(parts: readonly Part[], written: string): number {
  let at = 0;
  for (const [i, { text }] of parts.entries()) {
    const next = written[at + text.length];
    const splits = isWord(text.at(-1)) && isWord(next);
    const deeper = text.startsWith('\n') && (next === ' ' || next === '\t' || next === '\n');
    if (!written.startsWith(text, at) || splits || deeper) return i;
    at += text.length;
  }
  return parts.length;
}

const exampleOf = (name: string, parts: readonly Part[], written: string): Example => {
  return { name, rows: parts.map(({ facts }) => facts), right: rightParts(parts, written) };
};

interface NewFile extends LanguageFile {
  readonly languageId: string;
}

/** Files that may be typed, by their package. */
function packages(): Map<string, NewFile[]> {
  const files = heldOutFiles(LANGUAGES);
  if (!files) throw new Error('No held-out packages: `python3 models/pretrain/corpus.py --held-out` makes them.');
  const all = [...files].flatMap(([languageId, own]) => own.map((file) => ({ ...file, languageId })));
  return Map.groupBy(
    all.filter(({ package: name, text }) => !TYPED.includes(name) && text.length < LONGEST && !text.includes('\r')),
    (file) => file.package,
  );
}

interface Cursor {
  readonly name: string;
  readonly query: CompletionQuery;
  readonly written: string;
  readonly heads: readonly FileHead[];
}

/** Positions in the first lines of files, with nothing below. */
function cursors(name: string, files: readonly NewFile[], uniform: () => number): Cursor[] {
  const texts = new Map(files.map((file) => [file.path, file.text]));
  return files.flatMap(({ path, text, languageId }) => {
    const heads = nearestSiblings(path, texts.keys()).map((other) => {
      return { path: other, text: headOf(texts.get(other) as string) };
    });
    let start = 0;
    return text.split('\n', HEAD_LINES).flatMap((line): Cursor[] => {
      const at = start;
      start += line.length + 1;
      if (line.trim() === '' || uniform() > Number(options.share)) return [];
      const indent = line.length - line.trimStart().length;
      const typed = uniform() < 0.3 ? indent : indent + Math.floor(uniform() * (line.length - indent));
      const query = { path, languageId, prefix: text.slice(0, at + typed), suffix: '' };
      return [{ name, query, written: text.slice(at + typed), heads }];
    });
  });
}

/** Every piece is taken for certain, so that the continuations are as long as the copies. */
const CERTAIN = [12, ...new Array<number>(pieceFactCount - 1).fill(0)];

function pieceExamples(all: readonly Cursor[]): Example[] {
  const finder = new TemplateFinder();
  return all.flatMap(({ name, query, written, heads }) => {
    const draft = finder.find(query, heads, CERTAIN);
    return draft === undefined ? [] : [exampleOf(name, draft.pieces, written)];
  });
}

/** What a template says at a cursor, as tokens that the n-grams judge, too. */
interface Position {
  readonly units: readonly Part[];
  readonly place: PositionFacts;
}

function positionAt(model: NgramModel, query: CompletionQuery): Position | undefined {
  const draft = model.template(query);
  if (draft === undefined) return undefined;
  const cursorPosition = model.positionAt(query, 0);
  const text = draft.pieces.map((piece) => piece.text).join('');
  let at = 0;
  let repeated = model.vocabulary.decode(cursorPosition.own.healed).length;
  const units = [...(templateUnits(draft, model.vocabulary, cursorPosition) ?? [])].map(({ length, facts }) => {
    const end = at + length - repeated;
    const part = { text: text.slice(at, end), facts };
    [at, repeated] = [end, 0];
    return part;
  });
  return units.length === 0 ? undefined : { units, place: positionFactsOf(query) };
}

/** Only the weights from `from` on are fitted. */
function fitted(of: readonly Example[], start: readonly number[], from: number): number[] {
  const rows = of.flatMap(({ rows: own, right }) =>
    own.slice(0, right + 1).map((row, i) => ({ row, label: Number(i < right) })),
  );
  const addGradient = (weights: Float64Array, into: Float64Array) => {
    for (const { row, label } of rows) {
      const off = sigmoid(dot(row, weights)) - label;
      for (let i = from; i < row.length; i++) into[i] = (into[i] as number) + off * (row[i] as number);
    }
  };
  return [...adam(start, addGradient, { steps: 500, rate: 0.05, examples: rows.length, prior: 2 })];
}

function report(name: string, of: readonly Example[], weights: readonly number[]): void {
  const judged = of.flatMap(({ rows, right }) =>
    rows.slice(0, right + 1).map((row, i) => ({ z: dot(row, weights as never), label: Number(i < right) })),
  );
  const loss = judged.reduce((sum, { z, label }) => sum + logLoss(z, label), 0) / judged.length;
  console.log(`${name}: ${of.length} continuations, ${judged.length} pieces, ${loss.toFixed(4)} nats a piece`);
}

/** Fits on some packages, and reports on the others. */
function fit(what: string, all: readonly Example[], before: readonly number[], from: number): number[] {
  const start = before.map((weight, i) => (i < from ? weight : 0));
  const weights = fitted(
    all.filter((each) => !isReported(each)),
    start,
    from,
  );
  const reported = all.filter(isReported);
  for (const [how, of] of Object.entries({ 'without the heads': start, 'as stored': before, fitted: weights }))
    report(`${what}, other packages, ${how}`, reported, of);
  return weights;
}

const DRAFT: Draft = { text: '', tokens: [], model: '', complete: false, latencyMs: 0 };
const TOKEN: DraftToken = {
  ...{ text: '', probability: 1, margin: 0, entropy: 0, matchLength: 0, count: 0, tier: 'folder' },
};

/** The beginnings that could be shown, estimated as for a folder without a fit. */
function cutsOf({ units, place }: Position, weights: readonly number[]): ScoredCut[] {
  const text = units.map((unit) => unit.text).join('');
  const tokens: DraftToken[] = [];
  let length = 0;
  let least = 1;
  return units.flatMap(({ text: piece, facts }): ScoredCut[] => {
    length += piece.length;
    tokens.push({ ...TOKEN, text: piece, probability: sigmoid(dot(facts, weights as never)) });
    const cut = text.slice(0, length);
    if (isWord(cut.at(-1)) && isWord(text[length])) return [];
    least = Math.min(least, sigmoid(cutPrior({ ...DRAFT, text: cut, tokens }, place)));
    const ended = endOf(text, length);
    return [{ text: cut, p: least, ...(ended && { ends: ended }) }];
  });
}

/** A file that is typed, word by word. */
interface Head {
  readonly name: string;
  readonly text: string;
  readonly positions: readonly (Position & { readonly at: number })[];
}

function headsOf(name: string, model: NgramModel, files: readonly NewFile[]): Head[] {
  return files.map(({ path, languageId, text }) => {
    const end = text.split('\n', HEAD_LINES).join('\n').length;
    const positions = Array.from({ length: end }, (_, at) => at).flatMap((at) => {
      const [before, next] = [text[at - 1], text[at]];
      const isStart = at > 0 && (isWord(before) !== isWord(next) || (isWord(before) && !isWord(text[at - 2])));
      if (next === '\n' || !isStart || (/\s/.test(next ?? ' ') && /\s/.test(before ?? ' '))) return [];
      const position = positionAt(model, { path, languageId, prefix: text.slice(0, at), suffix: '' });
      return position ? [{ ...position, at }] : [];
    });
    return { name, text, positions };
  });
}

/** What a typist who takes what is right comes to, and what was shown. */
function typedThrough(heads: readonly Head[], weights: readonly number[]) {
  const examples: Example[] = [];
  let [shows, right, said, written] = [0, 0, 0, 0];
  for (const { name, text, positions } of heads) {
    let from = 0;
    for (const position of positions) {
      const { at, units } = position;
      if (at < from) continue;
      examples.push(exampleOf(name, units, text.slice(at)));
      const shown = bestCut(cutsOf(position, weights), { threshold: keyless.threshold });
      if (shown === undefined) continue;
      shows++;
      said += shown.p;
      const good = commonPrefix(shown.text, text.slice(at));
      const isRight = good === shown.text.length;
      right += Number(isRight);
      written += isRight ? good : 0;
      from = at + good + Number(!isRight);
    }
  }
  const figures = `${shows} shows, said ${(said / shows).toFixed(3)}, right ${(right / shows).toFixed(3)}, ${written} written`;
  return { examples, figures };
}

function store(pieces: readonly number[], units: readonly number[]): void {
  const list = (weights: readonly number[]) => weights.map((weight) => `  ${Number(weight.toFixed(3))},`).join('\n');
  const text = `// Weights of copied text: logistic fits by bench/typing/fit-template.ts.

/** Weights for the probability of a piece (template.ts). */
export const pieceWeights: readonly number[] = [
${list(pieces)}
];

/** Weights for the probability of a piece's tokens (template-units.ts), together with the n-grams. */
export const unitWeights: readonly number[] = [
${list(units)}
];
`;
  writeFileSync(join(root, 'src/specialist/ngram/template-weights.ts'), text);
}

const byName = packages();
const uniform = uniforms(Number(options.seed));
const all = [...byName].map(([name, files]) => cursors(name, files, uniform));
const pieces = fit('pieces', all.flatMap(pieceExamples), pieceWeights, copyPieceFactCount);
for (const [i, weight] of pieces.entries()) (pieceWeights as number[])[i] = weight;

const [base] = listBases([], ['medium']) as [Base];
const units: Example[] = [];
const heads: Head[] = [];
for (const [i, [name, files]] of [...byName].entries()) {
  const model = NgramModel.build(files, base.tokenizer);
  for (const { query, written } of all[i] as Cursor[]) {
    const position = positionAt(model, query);
    if (position) units.push(exampleOf(name, position.units, written));
  }
  const step = Math.max(1, Math.floor(files.length / TYPED_FILES));
  const typed = files.filter((_, at) => at % step === 0);
  heads.push(...headsOf(name, model, typed));
}
let weights = fit('tokens', units, unitWeights, copyUnitFactCount);
const own = heads.filter((each) => !isReported(each));
for (let round = 0; round < 3; round++)
  weights = fitted(typedThrough(own, weights).examples, weights, copyUnitFactCount);
const reported = heads.filter(isReported);
console.log(`typed, other packages, as stored: ${typedThrough(reported, unitWeights).figures}`);
console.log(`typed, other packages, fitted: ${typedThrough(reported, weights).figures}`);
store(pieces, weights);
