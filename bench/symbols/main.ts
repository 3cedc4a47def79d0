// Which names the check of names knows, at recorded and held-out positions: of the author's line, of the same line with another name of the folder
// in it, and of wrong drafts of the n-grams. No file that is measured is in the folder's index.
import type { CompletionQuery } from '../../src/common/completion.ts';
import { quantile } from '../../src/common/quality.ts';
import { uniforms } from '../../src/common/statistics/random.ts';
import { judge } from '../../src/prompts/completion/judge.ts';
import { queryOf } from '../../src/prompts/completion/query.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import { namesIn } from '../../src/text/begun-names.ts';
import { parserFor } from '../../src/text/syntax/grammars.ts';
import { knowsNames } from '../../src/text/syntax/names.ts';
import type { CheckedName, NameVerdict } from '../../src/workspace/symbols/check-names.ts';
import { heldOutFiles } from '../common/held-out.ts';
import { bucket, type PackageFile } from '../common/packages.ts';
import { readRecordings } from '../common/recordings.ts';
import { samplePositions } from '../common/sampled-positions.ts';
import { shippedTokenizer } from '../common/shipped.ts';
import type { Benchmark, BenchOptions, Figures } from '../figures.ts';
import { kebab, printFigures } from '../print.ts';
import { members } from './members.ts';

interface Folder {
  readonly name: string;
  readonly others: readonly PackageFile[];
  readonly positions: readonly { readonly query: CompletionQuery; readonly truth: string }[];
}

const PLACES = 60;
const LONGEST = 60_000;

export const symbols: Benchmark = {
  name: 'symbols',
  what: 'names that exist: what the check says of true lines, of other names of the folder, and of wrong drafts; --only members: what lists of members could bring',
  takes: ['recordings', 'places', 'bases', 'only'],
  run,
};

const SECTIONS: Readonly<Record<string, (options: BenchOptions, base: string) => Promise<Figures>>> = {
  names: checkNames,
  members: ({ recordings, places }, base) => members(recordings, places, base),
};

async function run(options: BenchOptions): Promise<Figures> {
  const section = SECTIONS[options.only ?? 'names'];
  if (section === undefined) throw new Error(`--only is one of ${Object.keys(SECTIONS).join(', ')}.`);
  return kebab(await section(options, options.bases ?? 'medium'));
}

async function checkNames({ recordings, places = PLACES }: BenchOptions): Promise<Figures> {
  const tokenizer = shippedTokenizer();
  const figures: Record<string, Figures> = {};
  for (const { name, others, positions } of [...recordedFolders(recordings), ...heldOutFolders(places)]) {
    const model = NgramModel.build(others, tokenizer);
    const random = uniforms(1);
    const names = [...new Set(others.flatMap(({ text }) => namesIn(text)))];
    const tally = new Tally();
    const latencies: number[] = [];
    for (const { query, truth } of positions) {
      const parser = await parserFor(query.languageId);
      if (parser === undefined || !knowsNames(query.languageId)) continue;
      const draft = model.complete(query, { multiline: false, maxTokens: 48, linesBelow: 'never' });
      const check = model.namesAt(query, parser);
      // As in the product, the document without the draft was parsed before.
      check.check('');
      const started = performance.now();
      const ofDraft = check.check(draft.text);
      latencies.push(performance.now() - started);
      const ofTruth = check.check(truth);
      tally.add('true names', ofTruth);
      tally.addLine('true lines', ofTruth);
      for (const { name: own } of ofTruth) {
        const other = names[Math.floor(random() * names.length)] as string;
        const changed = check.check(
          truth.replace(new RegExp(`(?<![\\w$.])${own.replaceAll('$', '\\$')}(?![\\w$])`), () => other),
        );
        tally.add(
          'other names',
          changed.filter((each) => each.name === other),
        );
      }
      if (draft.text !== '' && !judge(draft.text, truth).right) tally.addLine('wrong drafts', ofDraft);
    }
    figures[name] = {
      places: positions.length,
      ...tally.figures(),
      'latency-p50-ms': quantile(latencies, 0.5),
      'latency-p95-ms': quantile(latencies, 0.95),
    };
    printFigures(name, figures[name] as Figures);
  }
  return figures;
}

/** Shares of the verdicts. */
class Tally {
  private readonly counts = new Map<string, Map<NameVerdict | 'no names', number>>();

  add(of: string, names: readonly CheckedName[]): void {
    for (const { verdict } of names) this.count(of, verdict);
  }

  /** A line is as bad as its worst name. */
  addLine(of: string, names: readonly CheckedName[]): void {
    const verdicts = new Set(names.map(({ verdict }) => verdict));
    const worst = (['does not exist', 'unknown', 'exists'] as const).find((verdict) => verdicts.has(verdict));
    this.count(of, worst ?? 'no names');
  }

  figures(): Figures {
    return Object.fromEntries(
      [...this.counts].map(([of, counts]) => {
        const total = [...counts.values()].reduce((sum, each) => sum + each, 0);
        return [of, { count: total, ...Object.fromEntries([...counts].map(([verdict, n]) => [verdict, n / total])) }];
      }),
    );
  }

  private count(of: string, verdict: NameVerdict | 'no names'): void {
    const counts = this.counts.get(of) ?? new Map<NameVerdict | 'no names', number>();
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
    this.counts.set(of, counts);
  }
}

function recordedFolders(recordings: string | undefined): Folder[] {
  return readRecordings(recordings, ['public', 'renamed']).map(({ kind, package: name, others, places }) => ({
    ...{ name: kind === 'renamed' ? 'renamed' : name, others },
    positions: places.map(({ path, prefix, suffix, truth }) => ({
      query: queryOf(prefix + suffix, prefix.length, path, 'typescript'),
      truth,
    })),
  }));
}

/** [] where the corpus was not built on this machine. */
function heldOutFolders(places: number): Folder[] {
  const files = heldOutFiles(['typescript', 'python', 'go']) ?? [];
  return [...files].flatMap(([languageId, all]) =>
    [...Map.groupBy(all, (file) => file.package)].map(([name, own]): Folder => {
      const fits = own.filter(({ text }) => text.length < LONGEST);
      const held = fits.filter(({ path }) => bucket(path) >= 8);
      const positions = samplePositions(held, places, 7).map(({ path, prefix, suffix, truth }) => ({
        query: queryOf(prefix + suffix, prefix.length, path, languageId),
        truth,
      }));
      return { name, others: fits.filter(({ path }) => bucket(path) < 8), positions };
    }),
  );
}
