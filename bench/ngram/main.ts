// The instant specialist on the recorded cursors: quality beside the large model's, calibration, speed.
// No file that a recording names is counted or learned from; the weights are those that ship.

import type { Draft } from '../../src/common/completion.ts';
import { exactMatch } from '../../src/common/quality.ts';
import { draftOptions, shownDraft } from '../../src/prompts/completion/completion-position.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import type { Tokenizer } from '../../src/text/tokenizer/bpe.ts';
import { isRight, lineFigures, lineOf } from '../common/line-figures.ts';
import { askedAt, type RecordedPosition, type Recording, readRecordings } from '../common/recordings.ts';
import { shippedTokenizer } from '../common/shipped.ts';
import type { Benchmark, BenchOptions, Figures } from '../figures.ts';
import { printFigures } from '../print.ts';
import { scoreTokens, type TokenScore } from './examples.ts';

const scoredTokens = 6000;

interface Answered {
  readonly position: RecordedPosition;
  readonly draft: Draft;
  readonly right: boolean;
}

interface Measured {
  readonly answered: readonly Answered[];
  readonly score: TokenScore;
  readonly tokens: number;
  readonly indexMs: number;
}

export const ngram: Benchmark = {
  name: 'ngram',
  what: 'the instant specialist on recorded cursors',
  takes: ['recordings'],
  run,
};

async function run({ recordings }: BenchOptions): Promise<Figures> {
  const tokenizer = shippedTokenizer();
  const packages: Record<string, Figures> = {};
  const all: Measured[] = [];
  for (const recording of readRecordings(recordings)) {
    const measured = measure(recording, tokenizer);
    all.push(measured);
    packages[recording.package] = figuresOf([measured]);
    printFigures(recording.package, packages[recording.package] as Figures);
  }
  const overall = figuresOf(all);
  printFigures('all places', overall);
  return { packages, overall };
}

export function measure(recording: Recording, tokenizer: Tokenizer): Measured {
  const { places: positions, others, named } = recording;
  const indexStarted = performance.now();
  const model = NgramModel.build(others, tokenizer);
  const indexMs = performance.now() - indexStarted;
  // The first few completions run unoptimized code; a worker that has been up for a second never does again.
  for (const position of positions.slice(0, 40)) complete(model, position);
  const answered = positions.map((position): Answered => {
    const draft = complete(model, position);
    return { position, draft, right: isRight(lineOf(position, draft)) };
  });
  return { answered, score: scoreTokens(model, named, scoredTokens), tokens: model.tokenCount, indexMs };
}

/** As it would be shown. */
export function complete(model: NgramModel, recorded: Parameters<typeof askedAt>[0]): Draft {
  const position = askedAt(recorded);
  return shownDraft(model.complete(position.query, draftOptions(position)), position);
}

function figuresOf(measured: readonly Measured[]): Figures {
  const answered = measured.flatMap((item) => item.answered);
  const largeModel =
    answered.filter(({ position }) => exactMatch(position.completion, position.truth)).length / answered.length;
  const sum = (value: (item: Measured) => number) => measured.reduce((total, item) => total + value(item), 0);
  const perToken = (value: (score: TokenScore) => number) =>
    sum(({ score }) => value(score) * score.tokens) / sum(({ score }) => score.tokens);
  return {
    ...lineFigures(answered.map(({ position, draft }) => lineOf(position, draft))),
    'large-model-exact-match': largeModel,
    'next-token': {
      tokens: sum(({ score }) => score.tokens),
      'log-loss-nats': perToken((score) => score.logLoss),
      accuracy: perToken((score) => score.accuracy),
      ece: perToken((score) => score.ece),
    },
    'indexed-tokens': sum((item) => item.tokens),
    'index-ms': sum((item) => item.indexMs),
    'tokens-per-second': (sum((item) => item.tokens) / sum((item) => item.indexMs)) * 1000,
    'peak-memory-mb': Math.round(process.resourceUsage().maxRSS / 1024),
  };
}
