// Fits the probability of copied text (src/specialist/ngram/template.ts, template-lines.ts) at cursors of the packages
// held out from the bases' corpus. Packages that `npm run bench -- typing` types are left out. First each piece is fitted
// by itself, then its tokens beside the n-grams, and last at the positions of a typist who takes what is right: there
// copies are right less often. The scale and the shift of the last weights are chosen on other packages.
// Not a benchmark: run by hand after a change of the template's features. It writes template-weights.ts. Two minutes.
//
//   node build/run.mjs bench/typing/fit-template.ts [--share 0.15] [--seed 31]   (share of the lines with a cursor)
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
import { bestCut, endOf, gainOf, type ScoredCut } from '../../src/routing/show.ts';
import type { PositionFacts } from '../../src/routing/types.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import { type FileHead, headOf, isInHead, nearestSiblings } from '../../src/specialist/ngram/sibling-files.ts';
import { pieceFactCount, TemplateFinder } from '../../src/specialist/ngram/template.ts';
import { firstUnitFact, templateUnits, unitFactCount } from '../../src/specialist/ngram/template-lines.ts';
import { pieceWeights } from '../../src/specialist/ngram/template-weights.ts';
import { commonPrefix } from '../../src/text/edits.ts';
import { listBases } from '../base/bases.ts';
import type { Base } from '../base/types.ts';
import { heldOutFiles, type LanguageFile } from '../common/held-out.ts';

const LANGUAGES = ['typescript', 'javascript', 'python', 'go', 'markdown', 'json'];
/** Typed by `npm run bench -- typing`. */
const TYPED = ['python3-starlette', 'golang-github-spf13-cobra-dev'];
/** Nothing is fitted on them: they choose the scale and the shift. */
const CHOOSE = ['msw', 'xstate', 'python3-falcon', 'golang-github-charmbracelet-bubbletea-dev'];
const LONGEST = 120_000;
/** Lines of a passage that is typed, and how many passages. A share of them begins with its file. */
const PASSAGE_LINES = 12;
const PASSAGES = { fitted: 300, choosing: 150 };
const HEADS_SHARE = 0.35;
/** Lines at the beginning of a file, and the share of them with a cursor. */
const HEAD_LINES = 14;
const HEAD_LINE_SHARE = 0.5;
/** Cost of a wrong show, and the threshold, as in routing/show.ts and by default. */
const WRONG = 20;
const THRESHOLD = 0.5;
/** The most by which the mean probability of the shows may differ from their right share. */
const HONEST = 0.05;

const { values: options } = parseArgs({
  options: { share: { type: 'string', default: '0.15' }, seed: { type: 'string', default: '31' } },
});

/** The pieces of one continuation. */
interface Example {
  readonly name: string;
  readonly language: string;
  readonly rows: readonly Float64Array[];
  /** Pieces before the first wrong one. */
  readonly right: number;
  /** Whether each piece is the last one of its line. */
  readonly lineEnds: readonly boolean[];
  readonly lengths: readonly number[];
}

const isWord = (character: string | undefined) => character !== undefined && /[\p{L}\p{N}_$]/u.test(character);

/** How many parts the author wrote, too. */
function rightParts(pieces: readonly Part[], written: string): number {
  let at = 0;
  for (const [i, { text }] of pieces.entries()) {
    const next = written[at + text.length];
    const splits = isWord(text.at(-1)) && isWord(next);
    const deeper = text.startsWith('\n') && (next === ' ' || next === '\t' || next === '\n');
    if (!written.startsWith(text, at) || splits || deeper) return i;
    at += text.length;
  }
  return pieces.length;
}

/** Every piece is taken for certain, so that the continuations are as long as the copies. */
const certain = [12, ...new Array<number>(pieceFactCount - 1).fill(0)];

interface Cursor {
  readonly name: string;
  readonly query: CompletionQuery;
  readonly written: string;
  readonly pieces: Example;
}

function cursors(): Cursor[] {
  const files = heldOutFiles(LANGUAGES);
  if (!files) throw new Error('No held-out packages: `python3 models/pretrain/corpus.py --held-out` makes them.');
  const uniform = uniforms(Number(options.seed));
  const byPackage = Map.groupBy([...files.values()].flat(), (file) => file.package);
  const found: Cursor[] = [];
  for (const [languageId, all] of files)
    for (const { package: name, path, text } of all) {
      if (TYPED.includes(name) || text.length > LONGEST || text.includes('\r')) continue;
      const finder = new TemplateFinder();
      const heads = headsBeside(path, byPackage.get(name) as readonly LanguageFile[]);
      let start = 0;
      for (const [number, line] of text.split('\n').entries()) {
        const at = start;
        start += line.length + 1;
        const share = number < HEAD_LINES ? HEAD_LINE_SHARE : Number(options.share);
        if (line.trim() === '' || uniform() > share) continue;
        const indent = line.length - line.trimStart().length;
        const typed = uniform() < 0.3 ? indent : indent + Math.floor(uniform() * (line.length - indent));
        const cursor = at + typed;
        const rest = text.slice(cursor).split('\n');
        const below = uniform() < 0.4 ? rest.slice(1 + Math.floor(uniform() * 8)).join('\n') : '';
        const query = { path, languageId, prefix: text.slice(0, cursor), suffix: below === '' ? '' : `\n${below}` };
        const draft = finder.find(query, isInHead(query) ? heads : [], certain);
        if (draft === undefined) continue;
        const written = text.slice(cursor);
        const pieces = exampleOf(name, languageId, draft.pieces, draft.complete, written);
        found.push({ name, query, written, pieces });
      }
    }
  return found;
}

/** What the n-gram model finds as the heads of files like this one. */
function headsBeside(path: string, files: readonly LanguageFile[]): FileHead[] {
  const texts = new Map(files.map((file) => [file.path, file.text]));
  return nearestSiblings(path, texts.keys()).map((other) => ({
    path: other,
    text: headOf(texts.get(other) as string),
  }));
}

interface Part {
  readonly text: string;
  readonly facts: Float64Array;
}

function exampleOf(
  name: string,
  language: string,
  parts: readonly Part[],
  complete: boolean,
  written: string,
): Example {
  return {
    ...{ name, language, rows: parts.map(({ facts }) => facts), right: rightParts(parts, written) },
    lengths: parts.map(({ text }) => text.replace(/^\n\s*/, '\n').length),
    lineEnds: parts.map((_, i) => parts[i + 1]?.text.startsWith('\n') ?? complete),
  };
}

/** The same continuations as tokens, which the n-grams of the package's other files judge, too. */
function unitExamples(all: readonly Cursor[]): Example[] {
  const [base] = listBases([], ['small']) as [Base];
  const files = [...(heldOutFiles(LANGUAGES) ?? [])].flatMap(([, own]) => own);
  return [...Map.groupBy(all, ({ name }) => name)].flatMap(([name, own]) => {
    const folder = files.filter((file) => file.package === name && file.text.length < LONGEST);
    const model = NgramModel.build(folder, base.tokenizer);
    return own.flatMap(({ query, written, pieces: { language } }) => {
      const draft = model.template(query);
      if (draft === undefined) return [];
      const cursorPosition = model.positionAt(query, 0);
      const units = templateUnits(draft, model.vocabulary, cursorPosition);
      let at = 0;
      const text = draft.pieces.map((piece) => piece.text).join('');
      const parts = [...(units ?? [])].map(({ length, facts }, i) => {
        const end = at + length - (i === 0 ? model.vocabulary.decode(cursorPosition.own.healed).length : 0);
        const part = { text: text.slice(at, end), facts };
        at = end;
        return part;
      });
      return parts.length === 0 ? [] : [exampleOf(name, language, parts, draft.complete, written)];
    });
  });
}

function fitted(of: readonly Example[], start: readonly number[]): Float64Array {
  const rows = of.flatMap(({ rows: own, right }) =>
    own.slice(0, right + 1).map((row, i) => ({ row, label: Number(i < right) })),
  );
  const addGradient = (weights: Float64Array, into: Float64Array) => {
    for (const { row, label } of rows) {
      const off = sigmoid(dot(row, weights)) - label;
      for (let i = 0; i < row.length; i++) into[i] = (into[i] as number) + off * (row[i] as number);
    }
  };
  return adam(start, addGradient, { steps: 500, rate: 0.05, examples: rows.length, prior: 2 });
}

/** What showing the beginning that is worth most would bring: characters saved, and how often it is wrong. */
function gains(of: readonly Example[], weights: Float64Array): string {
  let [saved, shows, wrong, lines] = [0, 0, 0, 0];
  for (const { rows, right, lengths, lineEnds } of of) {
    let p = 1;
    let length = 0;
    let best = { gain: 0, pieces: 0, length: 0 };
    for (const [i, row] of rows.entries()) {
      p *= sigmoid(dot(row, weights));
      length += lengths[i] as number;
      const gain = p * (length - 1) - (1 - p) * 20;
      if (p >= 0.5 && gain > best.gain) best = { gain, pieces: i + 1, length };
    }
    if (best.pieces === 0) continue;
    shows++;
    if (best.pieces > right) wrong++;
    else {
      saved += best.length - 1;
      if (lineEnds.slice(0, best.pieces).filter(Boolean).length > 1) lines++;
    }
  }
  return `gain ${saved - 20 * wrong}, saved ${saved}, ${wrong} of ${shows} shows wrong, ${lines} right with several lines`;
}

function report(name: string, of: readonly Example[], weights: Float64Array): void {
  let loss = 0;
  let count = 0;
  for (const { rows, right } of of)
    for (const [i, row] of rows.slice(0, right + 1).entries()) {
      loss += logLoss(dot(row, weights), Number(i < right));
      count++;
    }
  console.log(`${name}: ${gains(of, weights)}`);
  console.log(`${name}: ${of.length} continuations, ${count} pieces, ${(loss / count).toFixed(4)} nats a piece`);
  for (const lines of [1, 2, 3, 5]) {
    const judged = of.flatMap(({ rows, right, lineEnds }) => {
      let p = 1;
      let line = 0;
      for (const [i, row] of rows.entries()) {
        p *= sigmoid(dot(row, weights));
        if (lineEnds[i] && ++line === lines) return [{ p, right: Number(i < right) }];
      }
      return [];
    });
    const bins = [0, 0.3, 0.5, 0.7, 0.85, 0.95].map((from, b, all) => {
      const own = judged.filter(({ p }) => p >= from && p < (all[b + 1] ?? 1.01));
      const mean = (value: (each: (typeof own)[number]) => number) =>
        own.reduce((sum, each) => sum + value(each), 0) / Math.max(1, own.length);
      return `${from}: ${own.length} ${mean((each) => each.p).toFixed(2)}/${mean((each) => each.right).toFixed(2)}`;
    });
    console.log(`  to the end of line ${lines} (said/right): ${bins.join('; ')}`);
  }
}

const isChosen = ({ name }: { readonly name: string }) => CHOOSE.includes(name);

/** Fits on some packages and reports on others. */
function fit(what: string, all: readonly Example[], start: readonly number[]): Float64Array {
  const chosen = all.filter(isChosen);
  const others = all.filter((each) => !isChosen(each));
  const weights = fitted(others, start);
  report(`${what}, fitted on`, others, weights);
  report(`${what}, other packages`, chosen, weights);
  for (const language of ['typescript', 'python', 'go'])
    report(
      `  of them ${language}`,
      chosen.filter((each) => each.language === language),
      weights,
    );
  return weights;
}

/** A continuation while a file is typed. */
interface Position {
  readonly at: number;
  readonly rows: readonly Float64Array[];
  readonly ends: readonly number[];
  readonly text: string;
  readonly good: number;
  readonly place: PositionFacts;
}

const DRAFT: Draft = { text: '', tokens: [], model: '', complete: false, latencyMs: 0 };
const TOKEN: DraftToken = {
  ...{ text: '', probability: 1, margin: 0, entropy: 0, matchLength: 0, count: 0, tier: 'open-file' },
};

/** What the templates say at each word of passages of a package's files, in order. */
function typedPositions(names: (name: string) => boolean, count: number): Position[][] {
  const [base] = listBases([], ['small']) as [Base];
  const uniform = uniforms(Number(options.seed) + 1);
  const files = [...(heldOutFiles(LANGUAGES) ?? [])].flatMap(([languageId, own]) =>
    own
      .filter(
        ({ package: name, text }) => names(name) && text.length < 40_000 && text.split('\n').length > 2 * PASSAGE_LINES,
      )
      .map((file) => ({ ...file, languageId })),
  );
  const byName = [...Map.groupBy(files, (file) => file.package).values()];
  return byName.flatMap((folder) => {
    const model = NgramModel.build(folder, base.tokenizer);
    return Array.from({ length: Math.ceil(count / byName.length) }, () => {
      const { path, languageId, text } = folder[Math.floor(uniform() * folder.length)] as (typeof folder)[number];
      const lines = text.split('\n');
      const place = uniform();
      const first = uniform() < HEADS_SHARE ? 0 : 5 + Math.floor(place * (lines.length - PASSAGE_LINES - 5));
      const from = first === 0 ? 1 : lines.slice(0, first).join('\n').length + 1;
      const to = lines.slice(0, first + PASSAGE_LINES).join('\n').length;
      const positions: Position[] = [];
      for (let at = from; at < to; at++) {
        const [before, next] = [text[at - 1], text[at]];
        const isStart = isWord(before) !== isWord(next) || (isWord(before) && !isWord(text[at - 2]));
        if (next === '\n' || !isStart || (/\s/.test(next ?? ' ') && /\s/.test(before ?? ' '))) continue;
        const query = { path, languageId, prefix: text.slice(0, at), suffix: '' };
        const draft = model.template(query);
        const cursorPosition = draft && model.positionAt(query, 0);
        const units = [...((draft && cursorPosition && templateUnits(draft, model.vocabulary, cursorPosition)) ?? [])];
        if (draft === undefined || cursorPosition === undefined || units.length === 0) continue;
        let end = -model.vocabulary.decode(cursorPosition.own.healed).length;
        const ends = units.map(({ length }) => {
          end += length;
          return end;
        });
        const whole = draft.pieces.map((piece) => piece.text).join('');
        const good = commonPrefix(whole, text.slice(at));
        const place = positionFactsOf(query);
        positions.push({ at, rows: units.map(({ facts }) => facts), ends, text: whole, good, place });
      }
      return positions;
    });
  });
}

/** Whether a position is come to by a typist who takes what is right. */
function visited(passages: readonly Position[][], weights: Float64Array): Position[] {
  const found: Position[] = [];
  typedThrough(passages, weights, 1, 0, (position) => found.push(position));
  return found;
}

/** The weights fitted at the positions that a typist comes to with them. */
function refitted(passages: readonly Position[][], start: Float64Array): Float64Array {
  let weights = start;
  for (let round = 0; round < 3; round++) {
    const all = visited(passages, weights).map(({ rows, ends, good }): Example => {
      const wrong = ends.findIndex((end) => end > good);
      return {
        ...{ name: '', language: '', rows, right: wrong < 0 ? rows.length : wrong },
        ...{ lineEnds: [], lengths: [] },
      };
    });
    weights = fitted(all, [...weights]);
    console.log(`round ${round}: ${all.length} positions`);
  }
  return weights;
}

/** Shows of a typist who takes what is right: what was said of them, and what came. */
function typedThrough(
  passages: readonly Position[][],
  weights: Float64Array,
  scale: number,
  shift: number,
  visit: (position: Position) => void = () => {},
) {
  let [shows, right, said, gain, lines] = [0, 0, 0, 0, 0];
  for (const positions of passages) {
    let from = 0;
    for (const position of positions) {
      const { at, text, good } = position;
      if (at < from) continue;
      visit(position);
      const shown = bestCut(cutsOf(position, weights, scale, shift), { threshold: THRESHOLD });
      if (shown === undefined) continue;
      shows++;
      said += shown.p;
      const { length } = shown.text;
      if (length <= good) {
        right++;
        gain += gainOf({ ...shown, p: 1 });
        if (text.slice(0, length).includes('\n')) lines++;
        from = at + length;
      } else {
        gain -= WRONG;
        from = at + good + 1;
      }
    }
  }
  return { shows, right: right / shows, said: said / shows, lines, gain };
}

/** The beginnings that could be shown, estimated as for a folder without a fit. */
function cutsOf(
  { rows, ends, text, place }: Position,
  weights: Float64Array,
  scale: number,
  shift: number,
): ScoredCut[] {
  const tokens: DraftToken[] = [];
  let from = 0;
  let least = 1;
  return rows.flatMap((row, i): ScoredCut[] => {
    const length = ends[i] as number;
    const probability = sigmoid(scale * dot(row, weights) + (i === 0 ? shift : 0));
    tokens.push({ ...TOKEN, text: text.slice(from, length), probability });
    from = length;
    const cut = text.slice(0, length);
    if (isWord(cut.at(-1)) && isWord(text[length])) return [];
    least = Math.min(least, sigmoid(cutPrior({ ...DRAFT, text: cut, tokens }, place)));
    const ended = endOf(text, length);
    return [{ text: cut, p: least, ...(ended && { ends: ended }) }];
  });
}

/**
 * The weights, scaled and shifted for the first unit, with which a typist gains most in the packages that choose, among
 * those that say there how often they are right. Only the first unit tells a copy from a chance likeness; a shift of all
 * units would hide blocks of several lines.
 */
function forTypists(start: Float64Array): Float64Array {
  const own = typedPositions((name) => !TYPED.includes(name) && !CHOOSE.includes(name), PASSAGES.fitted);
  const chosen = typedPositions((name) => CHOOSE.includes(name), PASSAGES.choosing);
  const weights = refitted(own, start);
  let best = { gain: Number.NEGATIVE_INFINITY, scale: 1, shift: 0 };
  for (const scale of [0.85, 1, 1.15, 1.3, 1.45])
    for (const shift of [0.4, 0, -0.3, -0.6, -0.9, -1.2, -1.5, -1.8, -2.1]) {
      const [one, other] = [typedThrough(own, weights, scale, shift), typedThrough(chosen, weights, scale, shift)];
      const row = ({ shows, right, said, gain, lines }: typeof one) =>
        `${shows} shows, said ${said.toFixed(3)}, right ${right.toFixed(3)}, ${lines} with lines, gain ${gain}`;
      console.log(`${scale} z ${shift.toFixed(1)}: fitted on ${row(one)}; choosing ${row(other)}`);
      const isHonest = Math.abs(other.said - other.right) <= HONEST;
      if (isHonest && other.gain > best.gain) best = { gain: other.gain, scale, shift };
    }
  console.log(best);
  return weights.map((weight, i) => best.scale * weight + (i === firstUnitFact ? best.shift : 0));
}

function store(pieces: Iterable<number>, units: Iterable<number>): void {
  const list = (weights: Iterable<number>) => Array.from(weights, (weight) => `  ${weight.toFixed(3)},`).join('\n');
  const text = `// Weights of copied text: logistic fits by bench/typing/fit-template.ts.

/** Weights for the probability of a piece (template.ts). */
export const pieceWeights: readonly number[] = [
${list(pieces)}
];

/** Weights for the probability of a piece's tokens (template-lines.ts), together with the n-grams. */
export const unitWeights: readonly number[] = [
${list(units)}
];
`;
  writeFileSync(join(root, 'src/specialist/ngram/template-weights.ts'), text);
}

const all = cursors();
const zeros = (length: number) => new Array<number>(length).fill(0);
const pieces = fit(
  'pieces',
  all.map((cursor) => cursor.pieces),
  [2, ...zeros(pieceFactCount - 1)],
);
for (const [i, weight] of pieces.entries()) (pieceWeights as number[])[i] = weight;
const units = fit('tokens', unitExamples(all), [0, 1, ...zeros(unitFactCount - 2)]);
store(pieces, forTypists(units));
