// The instant specialist on the recorded cursors: quality beside the large model's, calibration, speed; then at scale.
// Rules: no file that a recording names is counted or learned from; the weights are fitted on other files of the package.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Draft } from '../src/common/completion.ts';
import { editSimilarity, exactMatch, precisionAt, quantile } from '../src/common/quality.ts';
import { NgramModel, type TokenScore } from '../src/ngram/model.ts';
import { loadTokenizer } from '../src/tokenizer/load.ts';
import type { Tokenizer } from '../src/tokenizer/types.ts';
import type { BenchOptions, Figures } from './main.ts';
import { bucket } from './packages.ts';
import { type RecordedPlace, type Recording, readRecordings } from './recordings.ts';
import { scaleBench } from './scale.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const recordingsFolder = join(root, '..', 'shared', 'bench', 'recorded');
const coverages = [10, 20, 30, 50] as const;
const lineTokens = 48;
const scoredTokens = 6000;

interface Answered {
  readonly place: RecordedPlace;
  readonly draft: Draft;
  readonly right: boolean;
}

interface Measured {
  readonly answered: readonly Answered[];
  readonly score: TokenScore;
  readonly tokens: number;
  readonly indexMs: number;
  readonly fitMs: number;
}

export function readTokenizer(): Tokenizer {
  const loaded = loadTokenizer(JSON.parse(readFileSync(join(root, 'models/base/tokenizer.json'), 'utf8')));
  if (!loaded.ok) throw new Error(loaded.error.message);
  return loaded.value;
}

export async function ngramBench({ recordings }: BenchOptions): Promise<Figures> {
  const tokenizer = readTokenizer();
  const packages: Record<string, Figures> = {};
  const all: Measured[] = [];
  for (const recording of readRecordings(recordings ?? recordingsFolder)) {
    const measured = measure(recording, tokenizer);
    all.push(measured);
    packages[recording.package] = figuresOf([measured]);
    printFigures(recording.package, packages[recording.package] as Figures);
  }
  const overall = figuresOf(all);
  printFigures('all places', overall);
  const scale = await scaleBench(tokenizer);
  printFigures('at scale', scale);
  return { packages, overall, scale };
}

export function measure({ places, others, named }: Recording, tokenizer: Tokenizer): Measured {
  const calibration = others.filter(({ path }) => bucket(path) >= 8);
  const fitStarted = performance.now();
  const learner = NgramModel.build(
    others.filter(({ path }) => bucket(path) < 8),
    tokenizer,
  );
  const weights = learner.fit(calibration);
  const fitMs = performance.now() - fitStarted;
  const indexStarted = performance.now();
  const model = NgramModel.build(others, tokenizer, weights);
  const indexMs = performance.now() - indexStarted;
  // The first few completions run unoptimized code; a worker that has been up for a second never does again.
  for (const place of places.slice(0, 40)) complete(model, place);
  const answered = places.map((place): Answered => {
    const draft = complete(model, place);
    return { place, draft, right: draft.text !== '' && exactMatch(draft.text, place.truth) };
  });
  return { answered, score: model.scoreTokens(named, scoredTokens), tokens: model.tokenCount, indexMs, fitMs };
}

function complete(model: NgramModel, { path, prefix, suffix }: RecordedPlace): Draft {
  const query = { path, languageId: 'typescript', prefix, suffix };
  return model.complete(query, { multiline: false, maxTokens: lineTokens });
}

function figuresOf(measured: readonly Measured[]): Figures {
  const answered = measured.flatMap((item) => item.answered);
  const mean = (value: (item: Answered) => number) =>
    answered.reduce((sum, item) => sum + value(item), 0) / answered.length;
  const precision = (confidence: (draft: Draft) => number) => {
    const items = answered.map(({ draft, right }) => ({ right, confidence: confidence(draft) }));
    return Object.fromEntries(coverages.map((coverage) => [`at-${coverage}`, precisionAt(items, coverage / 100)]));
  };
  const latencies = answered.map(({ draft }) => draft.latencyMs);
  const sum = (value: (item: Measured) => number) => measured.reduce((total, item) => total + value(item), 0);
  const perToken = (value: (score: TokenScore) => number) =>
    sum(({ score }) => value(score) * score.tokens) / sum(({ score }) => score.tokens);
  return {
    places: answered.length,
    'exact-match': mean(({ right }) => Number(right)),
    'edit-similarity': mean(({ draft, place }) => editSimilarity(draft.text, place.truth)),
    precision: precision((draft) => draft.confidence ?? 0),
    'precision-by-lowest-token': precision((draft) => Math.min(...draft.tokens.map((token) => token.probability), 1)),
    'large-model-exact-match': mean(({ place }) => Number(exactMatch(place.completion, place.truth))),
    'right-where-large-model-is-wrong': mean(({ place, right }) =>
      Number(right && !exactMatch(place.completion, place.truth)),
    ),
    'latency-p50-ms': quantile(latencies, 0.5),
    'latency-p95-ms': quantile(latencies, 0.95),
    'next-token': {
      tokens: sum(({ score }) => score.tokens),
      'log-loss-nats': perToken((score) => score.logLoss),
      accuracy: perToken((score) => score.accuracy),
      ece: perToken((score) => score.ece),
    },
    'indexed-tokens': sum((item) => item.tokens),
    'index-ms': sum((item) => item.indexMs),
    'tokens-per-second': (sum((item) => item.tokens) / sum((item) => item.indexMs)) * 1000,
    'fit-ms': sum((item) => item.fitMs),
    'peak-memory-mb': Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

export function printFigures(title: string, figures: Figures): void {
  console.log(`\n${title}`);
  printRows(figures, '  ');
}

function printRows(figures: Figures, indent: string): void {
  for (const [key, value] of Object.entries(figures)) {
    if (typeof value === 'object') {
      console.log(`${indent}${key}`);
      printRows(value, `${indent}  `);
    } else
      console.log(`${indent}${key.padEnd(36 - indent.length)} ${typeof value === 'number' ? rounded(value) : value}`);
  }
}

function rounded(value: number): string {
  return Number.isInteger(value) ? String(value) : Math.abs(value) < 10 ? value.toFixed(3) : value.toFixed(1);
}
