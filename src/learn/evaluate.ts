// Runs the specialist over held-out places and sums up how right and how fast it was.

import type { CompletionQuery, Draft, DraftOptions } from '../common/completion.ts';
import { noProgress } from '../common/progress.ts';
import { precisionAt } from '../common/quality.ts';
import { placeOf } from '../coupling/place.ts';
import type { PlaceFacts } from '../coupling/types.ts';
import type { PlaceLoss } from '../engine/protocol.ts';
import { draftOptions, placeBefore, shownDraft } from '../tasks/completion/asked-place.ts';
import type { CursorExample } from '../tasks/completion/cursor-places.ts';
import { judge, truthAt } from '../tasks/completion/judge.ts';
import type { CompletionPlace } from '../tasks/completion/types.ts';
import { turn } from './cancellation.ts';
import type { StageName, StageProgress } from './stages.ts';
import type { Quality } from './types.ts';

/** What `evaluate` needs of a specialist: the n-grams' synchronous core, inside the run's own thread, or the engine's answers. */
export interface Drafter {
  complete(query: CompletionQuery, options: DraftOptions): Draft | Promise<Draft>;
  /** How well what the author wrote was foreseen; asked for right after the draft. */
  lossAt?(query: CompletionQuery, truth: string): Promise<PlaceLoss>;
}

export interface ScoredPlace {
  readonly example: CursorExample;
  readonly asked: CompletionPlace;
  /** As much of what the author wrote as is asked for. */
  readonly truth: string;
  readonly place: PlaceFacts;
  /** As it would be shown; empty where nothing of it would be. */
  readonly draft: Draft;
  readonly right: boolean;
  /** Edit similarity to the truth, 0..1. */
  readonly similarity: number;
  /** Undefined where nobody asked, the drafter has none, or a block was drafted. */
  readonly loss: PlaceLoss | undefined;
}

export interface EvaluateOptions {
  readonly stage: StageName;
  /** Also asks for losses, where the drafter has them. */
  readonly losses?: boolean;
  readonly progress?: StageProgress;
  readonly signal?: AbortSignal;
}

/** Drafts every place; gives the event loop a turn every 20 ms or so, for messages and cancellation. */
export async function evaluate(
  drafter: Drafter,
  examples: readonly CursorExample[],
  { stage, losses = false, progress = noProgress, signal }: EvaluateOptions,
): Promise<ScoredPlace[]> {
  const scored: ScoredPlace[] = [];
  let turned = performance.now();
  for (const example of examples) {
    if (performance.now() - turned > 20) {
      progress({ stage, done: scored.length, total: examples.length });
      await turn(signal);
      turned = performance.now();
    }
    const asked = placeBefore(example);
    const { query, block } = asked;
    const truth = truthAt(example.truth, asked);
    const written = await drafter.complete(query, draftOptions(asked));
    const draft = shownDraft(written, asked);
    const loss = losses && !block ? await drafter.lossAt?.(query, truth) : undefined;
    scored.push({ example, asked, truth, place: placeOf(query), draft, ...judge(draft.text, truth), loss });
  }
  progress({ stage, done: examples.length, total: examples.length });
  return scored;
}

/**
 * Quality of answers given with a confidence.
 * @param confidence of each place, in order; ranks the places for precision at coverage
 */
export function qualityOf(scored: readonly ScoredPlace[], confidence: readonly number[]): Quality {
  const mean = (value: (place: ScoredPlace) => number) =>
    scored.reduce((sum, place) => sum + value(place), 0) / Math.max(1, scored.length);
  const ranked = scored.map((place, index) => ({ right: place.right, confidence: confidence[index] ?? 0 }));
  return {
    places: scored.length,
    exactMatch: mean((place) => Number(place.right)),
    editSimilarity: mean(({ similarity }) => similarity),
    precisionAt: {
      '10': precisionAt(ranked, 0.1),
      '20': precisionAt(ranked, 0.2),
      '30': precisionAt(ranked, 0.3),
      '50': precisionAt(ranked, 0.5),
    },
  };
}
