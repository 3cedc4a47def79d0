// Fits what is believed of a draft's beginnings before a folder has taught anything (src/routing/features.ts): on what
// medium with the n-grams and the n-grams alone draft at random positions in the packages held out from the bases'
// corpus. Packages that `npm run bench -- typing` types are left out. It prints the weights to store. Those stored come
// from such a recording of 4,900 cuts, and 26,000 at keystrokes with a weight of 0.15, which moved none by more than 0.06.
// Not a benchmark: run by hand after a change of what the probabilities of tokens mean. 'none': the n-grams alone.
//
//   node build/run.mjs bench/typing/fit-cut-prior.ts [--bases medium,none] [--places 90] [--seed 3]
//   (positions of each package and language; 20 minutes for medium)
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Draft } from '../../src/common/completion.ts';
import { adam } from '../../src/common/statistics/adam.ts';
import { logLoss, sigmoid } from '../../src/common/statistics/logistic.ts';
import { uniforms } from '../../src/common/statistics/random.ts';
import { dot } from '../../src/common/statistics/vectors.ts';
import {
  cleanDraft,
  draftOptions,
  positionAt,
  replacedClosers,
  withoutInsertedClosers,
} from '../../src/prompts/completion/completion-position.ts';
import { cutsOf } from '../../src/prompts/completion/cuts.ts';
import { cutFacts, cutPrior, cutWeights, positionFactsOf, wholeProbability } from '../../src/routing/features.ts';
import { SHOWN_SHIFT } from '../../src/routing/fit.ts';
import { bestCut, endOf } from '../../src/routing/show.ts';
import { OpenFolders } from '../../src/specialist/decoding/open-folders.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import { draftBySyntax } from '../../src/text/syntax/parsing.ts';
import { listBases } from '../base/bases.ts';
import type { Base } from '../base/types.ts';
import type { PackageFile } from '../common/packages.ts';
import { keyless } from '../common/simulated-window.ts';
import { Writing } from '../common/typist.ts';
import { heldOutMaterials, type Material } from './materials.ts';

/** Positions on each chosen line, and lines above it that are typed, with what an editor closes. */
const COLUMNS = 3;
const TYPED_ABOVE = 2;
/** What is less likely by its tokens is shown by nobody, and would bend the line that is laid through the rest. */
const LIKELY = 0.1;

const { values: options } = parseArgs({
  options: {
    bases: { type: 'string', default: 'medium,none' },
    places: { type: 'string', default: '90' },
    seed: { type: 'string', default: '3' },
  },
});

interface Example {
  readonly folder: string;
  /** Those of one draft share it. */
  readonly draft: Draft;
  readonly text: string;
  readonly whole: string;
  readonly facts: Float64Array;
  readonly right: number;
  /** A draft of many cuts says more than one of few, but not as many times more. */
  readonly weight: number;
  readonly before: number;
}

function folders(): Material[] {
  return heldOutMaterials(6)
    .map((folder) => ({ ...folder, held: folder.held.filter(({ text }) => text.split('\n').length > 20) }))
    .filter(({ held }) => held.length > 0);
}

interface Position {
  readonly path: string;
  readonly prefix: string;
  readonly suffix: string;
  /** What the author wrote from here on. */
  readonly left: string;
}

/** Some columns of random lines, with nothing below or what is a few lines further down. */
function* positionsIn(held: readonly PackageFile[], uniform: () => number): Generator<Position> {
  for (;;) {
    const { path, text } = held[Math.floor(uniform() * held.length)] as PackageFile;
    const lines = text.split('\n');
    const at = 3 + Math.floor(uniform() * (lines.length - 5));
    const line = lines[at] as string;
    if (line.trim().length < 4) continue;
    const start = lines.slice(0, at - TYPED_ABOVE).join('\n').length + 1;
    const gone = 1 + Math.floor(uniform() * 4);
    const below = uniform() < 0.5 ? `\n${lines.slice(at + gone).join('\n')}` : '';
    const indent = line.length - line.trimStart().length;
    const lineAt = lines.slice(0, at).join('\n').length + 1 + indent;
    const column = () => (uniform() < 0.2 ? 0 : Math.floor(uniform() * line.trim().length));
    const columns = [...new Set(Array.from({ length: COLUMNS }, column))].sort((a, b) => a - b);
    const writing = new Writing(text.slice(0, start), below, text.slice(start));
    for (const offset of columns) {
      while (text.length - writing.left.length < lineAt + offset) writing.press();
      const { document, left } = writing;
      if (!/^[\p{L}\p{N}_]/u.test(document.suffix)) yield { path, ...document, left };
    }
  }
}

async function examplesIn({ name, languageId, held, others }: Material, base: Base, isAlone: boolean) {
  const index = NgramModel.build(others, base.tokenizer);
  const scratch = mkdtempSync(join(tmpdir(), 'bench-cut-prior-'));
  const folders = new OpenFolders();
  const key = 'folder';
  const examples: Example[] = [];
  try {
    if (!isAlone) {
      const snapshot = join(scratch, 'others.ngram');
      writeFileSync(snapshot, index.serialize());
      const { model, tokenizerPath: tokenizer } = base;
      await folders.load({
        ...{ key, snapshot, changes: [], model, name: 'base', tokenizer, threads: 1 },
      });
    }
    const positions = positionsIn(held, uniforms(Number(options.seed) * 1000 + name.length));
    for (let count = 0; count < Number(options.places); count++) {
      const { left, ...document } = positions.next().value as Position;
      const position = positionAt({ ...document, languageId });
      const asked = withoutInsertedClosers(position);
      const wanted = draftOptions(asked);
      const draft = isAlone
        ? await draftBySyntax(asked.query, wanted, (adjusted) => index.complete(asked.query, adjusted))
        : await folders.draft(key, asked.query, wanted, new AbortController().signal, () => {});
      const cleaned = cleanDraft(draft, asked);
      if (cleaned === undefined) continue;
      const facts = positionFactsOf(position.query);
      const cuts = cutsOf(cleaned, asked).filter(
        ({ text }) => asked === position || replacedClosers(position, text) !== undefined,
      );
      const whole = cuts.at(-1)?.text ?? '';
      for (const cut of cuts.filter((each) => wholeProbability(each) > LIKELY))
        examples.push({
          ...{ folder: name, draft: cleaned, text: cut.text, whole, weight: 1 / Math.sqrt(cuts.length) },
          ...{ facts: Float64Array.from(cutFacts(cut, facts)), right: Number(left.startsWith(cut.text)) },
          before: cutPrior(cut, facts),
        });
    }
  } finally {
    if (!isAlone) await folders.close(key);
    rmSync(scratch, { recursive: true, force: true });
  }
  return examples;
}

const examples: Example[] = [];
for (const baseName of options.bases.split(',')) {
  const isAlone = baseName === 'none';
  const [base] = listBases([], [isAlone ? 'medium' : baseName]) as [Base];
  for (const folder of folders()) {
    const found = await examplesIn(folder, base, isAlone);
    examples.push(...found);
    console.log(`${baseName}, ${folder.name}, ${folder.languageId}: ${found.length} cuts`);
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
      p = Math.min(p, sigmoid(each.z + SHOWN_SHIFT));
      const ends = endOf(each.whole, each.text.length);
      return { ...each, p, ...(ends && { ends }) };
    });
    return (bestCut(scored, { threshold: keyless.threshold }) as (typeof scored)[number] | undefined) ?? [];
  });
  const wrong = shown.filter(({ right }) => right === 0).length;
  console.log(`${name}: ${loss.toFixed(4)} nats; ${rows.join('; ')}`);
  console.log(`  shown at the default threshold: ${wrong} of ${shown.length} wrong`);
}

const names = [...new Set(examples.map(({ folder }) => folder))];
const without = new Map(names.map((name) => [name, fitted(examples.filter(({ folder }) => folder !== name))]));
console.log(`${examples.length} cuts in ${names.length} packages`);
figures('as it is', ({ before }) => before);
figures('fitted on the other packages', ({ folder, facts }) => dot(facts, without.get(folder) as Float64Array));
console.log(`weights: ${Array.from(fitted(examples), (weight) => weight.toFixed(2)).join(', ')}`);
