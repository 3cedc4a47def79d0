// What is believed of a draft's beginnings before a folder has taught anything (src/routing/priors.ts), against what a fit would make of it: on what is
// drafted while passages of the packages held out from the bases' corpus are typed; none of them is one that is recorded, or typed by the
// benchmark. Not a benchmark: run by hand after a change of what the probabilities of tokens mean. 'none': the n-grams alone.
//
//   node build/run.mjs bench/typing/fit-cut-prior.ts [--bases medium,none] [--places 3] [--seed 23]   (passages of each package and language)
import { parseArgs } from 'node:util';
import type { CompletionQuery, Draft, DraftOptions } from '../../src/common/completion.ts';
import { adam } from '../../src/common/statistics/adam.ts';
import { logLoss, sigmoid } from '../../src/common/statistics/logistic.ts';
import { dot } from '../../src/common/statistics/vectors.ts';
import { cleanDraft } from '../../src/prompts/completion/completion-position.ts';
import { cutsOf } from '../../src/prompts/completion/cuts.ts';
import { isBeginning } from '../../src/prompts/completion/judge.ts';
import { wholeProbability } from '../../src/routing/features.ts';
import { positionFactsOf } from '../../src/routing/position-facts.ts';
import { cutFacts, cutPrior, cutWeights } from '../../src/routing/priors.ts';
import { bestCut } from '../../src/routing/show.ts';
import { indentUnitOf } from '../../src/text/indents.ts';
import { listBases } from '../base/bases.ts';
import type { Base } from '../base/types.ts';
import { heldOutFiles } from '../common/held-out.ts';
import { bucket, type PackageFile } from '../common/packages.ts';
import { keyless } from '../common/simulated-window.ts';
import { passagesOf } from '../common/typist.ts';
import { inSimulatedWindow } from './in-simulated-window.ts';
import { nothingTyped, typePassage } from './typist.ts';

const LANGUAGES = ['typescript', 'python', 'go', 'markdown'];
/** Typed by `npm run bench -- typing`. */
const TYPED = ['python3-starlette', 'golang-github-spf13-cobra-dev'];
/** A package's language has so much text at least, characters, and no more of it is indexed. */
const LEAST = 50_000;
const MOST = 700_000;
const LINES = 12;
/** What is less likely by its tokens is shown by nobody, and would bend the line that is laid through the rest. */
const LIKELY = 0.1;

const { values: options } = parseArgs({
  options: {
    bases: { type: 'string', default: 'medium,none' },
    places: { type: 'string', default: '3' },
    seed: { type: 'string', default: '23' },
  },
});

interface Folder {
  readonly name: string;
  readonly languageId: string;
  readonly held: readonly PackageFile[];
  readonly others: readonly PackageFile[];
}

interface Example {
  readonly folder: string;
  /** Those of one draft share it. */
  readonly draft: Draft;
  readonly text: string;
  /** One word, where none was begun. */
  readonly isNewWord: boolean;
  readonly facts: Float64Array;
  readonly right: number;
  /** A draft of many cuts says more than one of few, but not as many times more. */
  readonly weight: number;
  readonly before: number;
}

function folders(): Folder[] {
  const files = heldOutFiles(LANGUAGES);
  if (!files) throw new Error('No held-out packages: `python3 models/pretrain/corpus.py --held-out` makes them.');
  return [...files].flatMap(([languageId, all]) =>
    [...Map.groupBy(all, (file) => file.package)]
      .filter(([name, own]) => !TYPED.includes(name) && own.reduce((sum, { text }) => sum + text.length, 0) >= LEAST)
      .map(([name, own]): Folder => {
        const fits = own.filter(({ text }) => text.length < 40_000);
        let characters = 0;
        const others = fits.filter(({ path, text }) => {
          if (bucket(path) >= 8 || characters > MOST) return false;
          characters += text.length;
          return true;
        });
        return { name, languageId, held: fits.filter(({ path }) => bucket(path) >= 8), others };
      }),
  );
}

/** Of one draft, where its author's file goes on as `written`. */
function examplesOf(folder: string, draft: Draft, query: CompletionQuery, block: boolean, written: string): Example[] {
  const at = { query, block, indentUnit: indentUnitOf(query.prefix + query.suffix) };
  const cleaned = cleanDraft(draft, at);
  const cuts = cleaned === undefined ? [] : cutsOf(cleaned, at);
  const position = positionFactsOf(query);
  return cuts
    .filter((cut) => wholeProbability(cut) > LIKELY)
    .map((cut, _, { length }) => ({
      ...{
        draft,
        text: cut.text,
        isNewWord: /^[\p{L}\p{N}_$]+$/u.test(cut.text) && !/[\p{L}\p{N}_$]$/u.test(query.prefix),
      },
      ...{ folder, facts: Float64Array.from(cutFacts(cut, position)), right: Number(isBeginning(cut.text, written)) },
      ...{ weight: 1 / Math.sqrt(length), before: cutPrior(cut, position) },
    }));
}

const examples: Example[] = [];
for (const baseName of options.bases.split(',')) {
  const isSilent = baseName === 'none';
  const [base] = listBases([], [isSilent ? 'medium' : baseName]) as [Base];
  for (const { name, languageId, held, others } of folders()) {
    const texts = new Map(held.map(({ path, text }) => [path, text]));
    const seen = new Set<string>();
    const changed = (draft: Draft, query: CompletionQuery, { multiline }: DraftOptions) => {
      const text = texts.get(query.path);
      const key = `${query.path}:${query.prefix.length}`;
      if (!text?.startsWith(query.prefix) || seen.has(key)) return draft;
      seen.add(key);
      examples.push(...examplesOf(name, draft, query, multiline, text.slice(query.prefix.length)));
      return draft;
    };
    const typed = nothingTyped();
    for (const passage of passagesOf(held, Number(options.places), LINES, Number(options.seed)))
      await inSimulatedWindow(
        base,
        others,
        { changed },
        ({ editor }, clock) => typePassage(editor, clock, passage, languageId, typed),
        isSilent,
      );
    const wrong = typed.judged.filter(({ right }) => !right).length;
    console.log(`${baseName}, ${name}, ${languageId}: ${seen.size} drafts, ${wrong} of ${typed.judged.length} wrong`);
  }
}

function fitted(of: readonly Example[]): Float64Array {
  const addGradient = (weights: Float64Array, into: Float64Array) => {
    for (const { facts, right, weight } of of) {
      const off = weight * (sigmoid(dot(facts, weights)) - right);
      for (const [i, fact] of facts.entries()) into[i] = (into[i] as number) + off * fact;
    }
  };
  return adam(cutWeights, addGradient, { steps: 1500, rate: 0.05, examples: of.length, prior: 3 });
}

/** Mean loss, and of the likeliest what was said and what was right. */
function figures(name: string, of: (example: Example) => number): void {
  const all = examples.map((example) => ({ ...example, z: of(example) }));
  const weight = all.reduce((sum, each) => sum + each.weight, 0);
  const loss = all.reduce((sum, each) => sum + each.weight * logLoss(each.z, each.right), 0) / weight;
  const rows = [0.5, 0.7, 0.85].map((from) => {
    const likely = all.filter(({ z }) => sigmoid(z) > from);
    const mean = (value: (each: (typeof all)[number]) => number) =>
      likely.reduce((sum, each) => sum + value(each), 0) / Math.max(1, likely.length);
    return `over ${from}: ${likely.length}, said ${mean(({ z }) => sigmoid(z)).toFixed(3)}, right ${mean(({ right }) => right).toFixed(3)}`;
  });
  // What is shown of each draft, as the product chooses.
  const shown = [...Map.groupBy(all, ({ draft }) => draft).values()].flatMap((cuts) => {
    let p = 1;
    const scored = cuts.map((each) => {
      p = Math.min(p, sigmoid(each.z));
      return { ...each, p };
    });
    return (bestCut(scored, { threshold: keyless.showThreshold }) as (typeof scored)[number] | undefined) ?? [];
  });
  const wrongOf = (of: typeof shown) => `${of.filter(({ right }) => right === 0).length} of ${of.length} wrong`;
  const words = shown.filter(({ isNewWord }) => isNewWord);
  console.log(`${name}: ${loss.toFixed(4)} nats; ${rows.join('; ')}`);
  console.log(
    `  shown at the default threshold: ${wrongOf(shown)}; single words that were not begun: ${wrongOf(words)}`,
  );
}

const names = [...new Set(examples.map(({ folder }) => folder))];
const without = new Map(names.map((name) => [name, fitted(examples.filter(({ folder }) => folder !== name))]));
console.log(`${examples.length} cuts in ${names.length} packages`);
figures('as it is', ({ before }) => before);
figures('fitted on the other packages', ({ folder, facts }) => dot(facts, without.get(folder) as Float64Array));
console.log(`weights: ${Array.from(fitted(examples), (weight) => weight.toFixed(2)).join(', ')}`);
