// The report of a fake run: positions in four kinds of files, and an API that is often wrong in test helpers.

import type { ApiLabels, LabelledPosition, ScoredPosition } from '../../../src/adapt/positions/scored-positions.ts';
import type { AdaptReport } from '../../../src/adapt/report/adapt-report.ts';
import { figuresOf } from '../../../src/adapt/report/figures.ts';
import type { CursorKind } from '../../../src/prompts/completion/cursor-examples.ts';
import type { RouterExample } from '../../../src/routing/features.ts';
import { defaultRouter, fitRouter } from '../../../src/routing/fit.ts';

const kinds: readonly CursorKind[] = ['statement-start', 'mid-line', 'line-end', 'block-body'];
const files = ['src/api/client.ts', 'test/support/helpers.ts', 'test/api/client.test.ts', 'docs/guide.md'];

/** Positions in four files. The specialist is right at three of four in the helpers, and at one of two elsewhere. */
export function positionsOf(count: number): ScoredPosition[] {
  return Array.from({ length: count }, (_, i) => {
    const path = files[i % files.length] as string;
    const helper = path.includes('support');
    const right = helper ? i % 16 !== 1 : (i >> 2) % 2 === 0;
    const text = `value${i}`;
    const probability = right ? 0.9 : 0.4;
    const example = {
      ...{ path, languageId: 'typescript', kind: kinds[(i >> 2) % 4] as CursorKind },
      ...{ offset: i, line: i, column: 0, prefix: `const a = 1;\nconst b${i} = `, suffix: '\n', truth: text },
    };
    const draft = {
      ...{ text: right ? text : 'other', model: 'n-gram', latencyMs: 5, stopped: 'end' },
      tokens: [{ text, probability, second: (1 - probability) / 2, entropy: 1 - probability, matched: 8, count: 3 }],
    };
    return {
      ...{ example, truth: text, draft, right, loss: undefined },
      draftPosition: {
        query: { path, languageId: 'typescript', prefix: example.prefix, suffix: '\n' },
        multiline: false,
      },
      facts: {
        languageId: 'typescript',
        lineBefore: `const b${i} = `,
        lineAfter: '',
        above: helper ? 'helper' : 'other',
      },
    } as unknown as ScoredPosition;
  });
}

/** Answers of the API: most are wrong in the helpers, one of `every` elsewhere. */
export function labelled(positions: readonly ScoredPosition[], every = 10): LabelledPosition[] {
  return positions.map((scored, i) => {
    const helper = scored.example.path.includes('support');
    const right = helper ? i % 12 === 1 : i % every !== 0;
    const answer = { text: right ? scored.truth : 'wrong', model: 'claude', latencyMs: 900 };
    return { scored, right, answer } as unknown as LabelledPosition;
  });
}

export function fitOn(labels: readonly LabelledPosition[]) {
  const examples = labels.map(
    ({ scored, right }): RouterExample => ({
      ...{ path: scored.example.path, draft: scored.draft, position: scored.facts },
      ...{ specialistRight: scored.right, apiRight: right },
    }),
  );
  return examples.length === 0 ? defaultRouter() : fitRouter(examples);
}

/** @param asked whether the API answered at validation and test positions */
export function reportOf(asked: boolean): AdaptReport {
  const test = positionsOf(160);
  const validation = labelled(positionsOf(120));
  const fit = fitOn(asked ? validation : []);
  const of = (all: readonly LabelledPosition[]) => ({ labelled: all, failed: 0 });
  const labels: ApiLabels = {
    model: 'claude',
    validation: of(validation),
    test: of(labelled(test)),
    bare: of(labelled(test, 3)),
  };
  const { parameters: _, ...router } = fit;
  const base = { places: 160, exactMatch: 0.3, interval: { low: 0.24, high: 0.36 } };
  return {
    folder: '/home/ada/engine',
    harvest: {
      ...{ files: 240, bytes: 1e6, tokens: 300_000, usedGit: true },
      ...{ secretsMasked: 0, leftOut: {}, faults: [] },
    } as unknown as AdaptReport['harvest'],
    splits: { train: 180, validation: 30, test: 30 },
    balance: 0.4,
    madeFor: { tokenizer: '0'.repeat(64), base: '1'.repeat(64) },
    ...figuresOf(test, asked ? labels : undefined, fit, 0.4),
    ...(asked && { paid: { model: 'claude', answers: 300, usd: 0.3 } }),
    router,
    neural: {
      ...{
        used: 'adapted',
        base: 'small',
        why: 'more lines right',
        peakMemoryBytes: 1.26e9,
        ngramRouter: defaultRouter(),
      },
      quality: { ngram: base, base, adapted: { ...base, exactMatch: 0.36 } },
      change: { low: 0.02, high: 0.1 },
      chosenFrom: { base, adapted: { ...base, exactMatch: 0.36 } },
      training: {
        ...{ loss: { before: 3.2, after: 2.7 }, steps: 40, tokens: 80_000, tokensPerEpoch: 300_000 },
        ...{ tokensPerSecond: 400, minutes: 3.4, stopped: 'out-of-time' },
        ...{ device: 'cpu', deviceReason: 'no GPU' },
      },
    },
    notes: [],
    elapsedMs: 400_000,
    peakMemoryBytes: 3e8,
  };
}
