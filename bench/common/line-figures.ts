// How good lines are at the recorded cursors, whoever wrote them: exact match, edit similarity, precision by coverage, waiting.
import type { Draft } from '../../src/common/completion.ts';
import { editSimilarity, exactMatch, quantile } from '../../src/common/quality.ts';
import { matchesTruth } from '../../src/prompts/completion/completion-position.ts';
import type { Figures } from '../figures.ts';
import type { RecordedPosition } from './recordings.ts';

/** Tokens of a line at most. */
export const lineTokens = 48;
const coverages = [10, 20, 30, 50] as const;

export interface Line {
  readonly position: RecordedPosition;
  readonly text: string;
  /** The model's own estimate that the line is right. */
  readonly confidence: number;
  /** Probability of the least likely token; 1 for an empty line. */
  readonly lowest: number;
  readonly latencyMs: number;
}

export function lineOf(position: RecordedPosition, draft: Draft, latencyMs = draft.latencyMs): Line {
  const lowest = Math.min(...draft.tokens.map(({ probability }) => probability), 1);
  return { position, text: draft.text, confidence: draft.confidence ?? 0, lowest, latencyMs };
}

export function isRight({ position, text }: Line): boolean {
  return matchesTruth(text, position.truth);
}

export function lineFigures(lines: readonly Line[]): Figures {
  const mean = (value: (line: Line) => number) => lines.reduce((sum, line) => sum + value(line), 0) / lines.length;
  const precision = (confidence: (line: Line) => number) => {
    const items = lines.map((line) => ({ right: isRight(line), confidence: confidence(line) }));
    return Object.fromEntries(coverages.map((coverage) => [`at-${coverage}`, precisionAt(items, coverage / 100)]));
  };
  const latencies = lines.map(({ latencyMs }) => latencyMs);
  return {
    places: lines.length,
    'exact-match': mean((line) => Number(isRight(line))),
    'edit-similarity': mean(({ text, position }) => editSimilarity(text, position.truth)),
    precision: precision(({ confidence }) => confidence),
    // An empty line is nobody's answer: it must not come first.
    'precision-by-lowest-token': precision(({ text, lowest }) => (text === '' ? 0 : lowest)),
    'right-where-large-model-is-wrong': mean((line) =>
      Number(isRight(line) && !exactMatch(line.position.completion, line.position.truth)),
    ),
    'latency-p50-ms': quantile(latencies, 0.5),
    'latency-p95-ms': quantile(latencies, 0.95),
  };
}

/**
 * Precision among the most confident `coverage` share of the items (0..1), ties kept in input order.
 * @param items confidence and whether the answer was right
 */
function precisionAt(items: readonly { confidence: number; right: boolean }[], coverage: number): number {
  const count = Math.max(1, Math.round(items.length * coverage));
  const best = [...items].sort((x, y) => y.confidence - x.confidence).slice(0, count);
  return best.length === 0 ? Number.NaN : best.filter((x) => x.right).length / best.length;
}
